using System.Management.Automation;
using EasyExplain.Explanation;
using EasyExplain.Explanation.Concepts;
using EasyExplain.Models;
using EasyExplain.PowerShell.Binding;
using TorchSharp;

namespace EasyExplain.PowerShell.Cmdlets;

/// <summary>Finds the concepts that a classifier sees in images, and the classes each one speaks for.</summary>
/// <remarks>
/// <para>Deep Feature Factorization (Collins, Achanta and Süsstrunk 2018): a layer's activations are taken apart into a few concepts, channels
/// that are active together, by a non-negative matrix factorisation. It asks for no class: fur, sky and grass come out beside each other.
/// A concept has a map of where it is, the share of the activations that it explains, and the most probable classes of a picture that
/// were this concept all over. What the network reads beside the layer, such as the other branch of a sum or a class token, stays the image's.</para>
/// <para>Gives one object for each image and layer. Nothing in it is random: the same image gives the same concepts. Export-CamOverlay
/// draws them in colours, with their numbers.</para>
/// <para>Images can be named, matched with wildcards or piped in, and an image that cannot be read is one error that names the file, as with
/// Invoke-CamExplanation. Without -Layer it is the last layer whose output still has height and width; -Verbose says which.</para>
/// </remarks>
/// <example>
/// <title>The concepts in one photo</title>
/// <code>Get-CamConcept ./cat.jpg -Model (Import-CamModel)</code>
/// <para>Prints the file, the layer, and a line for each of five concepts: its number, its share, and the two classes it speaks for most.</para>
/// </example>
/// <example>
/// <title>A picture of them, at two layers</title>
/// <code>Import-CamModel | Get-CamLayer layer2, layer3 | Get-CamConcept ./cat.jpg -Count 4 | Export-CamOverlay ./out -Style Overlay, Panel -PassThru</code>
/// <para>Four concepts a layer. Each layer is an overlay and a panel of its own, such as cat_DFF_layer3_panel.png.</para>
/// </example>
/// <example>
/// <title>Which concepts speak for a class</title>
/// <code>
/// $found = Get-ChildItem ./photos/*.jpg | Get-CamConcept -Model (Import-CamModel) -Top 1
/// $found.Concepts | Where-Object { $_.Predictions.Label -eq 'cat' }
/// </code>
/// <para>Concepts are objects: Index, Share, Color, Predictions and Map.</para>
/// </example>
/// <seealso cref="InvokeCamExplanationCommand"/>
/// <seealso cref="ExportCamOverlayCommand"/>
[Cmdlet(VerbsCommon.Get, "CamConcept", DefaultParameterSetName = ByPath)]
[OutputType(typeof(CamConcepts))]
public sealed class GetCamConceptCommand : PSCmdlet, IDisposable
{
    private const string ByPath = "Path";
    private const string ByLiteralPath = "LiteralPath";
    private const string ByInputTensor = "InputTensor";

    private readonly PictureLoop _pictures;
    private readonly ModelAndLayers _given;
    private bool _anything;
    private ConceptFinder? _finder;
    private CamModel? _model; // the model that _finder was made for
    private bool _warned;

    /// <summary>Makes the command.</summary>
    public GetCamConceptCommand() => (_pictures, _given) = (new PictureLoop(this, "Finding concepts"), new ModelAndLayers(this));

    /// <summary>
    /// Image files, with wildcards. A file whose very name has brackets in it is found too. Of objects with a Path property, such as
    /// explanations and the rows of a CSV file, that is the file, and no character in it is a wildcard; explanations bring their model, too.
    /// </summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = ByPath)]
    [AllowNull]
    [AllowEmptyString]
    [SupportsWildcards]
    public string[] Path { get; set; } = [];

    /// <summary>Image files; no character is a wildcard. This is what files from Get-ChildItem bind to.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = ByLiteralPath)]
    [Alias("PSPath", "FullName")]
    [ValidateNotNullOrEmpty]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>A TorchSharp tensor [1, 3, H, W] or [3, H, W] of the model's input size, already normalised, in place of an image.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = ByInputTensor)]
    public torch.Tensor InputTensor { get; set; } = null!;

    /// <summary>
    /// A model of Import-CamModel, or the path of a model file, which is imported for this command and then disposed. Layers of Get-CamLayer
    /// bring theirs.
    /// </summary>
    [Parameter(Position = 1, ParameterSetName = ByPath)]
    [Parameter(Position = 0, ParameterSetName = ByLiteralPath)]
    [Parameter(Position = 0, ParameterSetName = ByInputTensor)]
    [ModelOrPath]
    [ValidateNotNull]
    public ModelArgument? Model { get; set; }

    /// <summary>Layers: names, wildcards, or layers of Get-CamLayer. A wildcard takes the matching layers whose output has height and width.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(LayerCompleter))]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public LayerArgument[] Layer { get; set; } = [];

    /// <summary>
    /// What comes through the pipeline: a model, or layers of Get-CamLayer, which share the pass through the network; or pictures, as -Path,
    /// -LiteralPath and -InputTensor take them.
    /// </summary>
    [Parameter(ValueFromPipeline = true)]
    [ValidateNotNull]
    public PSObject? InputObject { get; set; }

    /// <summary>How many concepts a layer. A layer with fewer channels or places, or with less in it, has fewer.</summary>
    /// <value>5</value>
    [Parameter]
    [ValidateRange(1, 64)]
    public int Count { get; set; } = 5;

    /// <summary>How many of the most probable classes of each concept.</summary>
    /// <value>2</value>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int Top { get; set; } = 2;

    /// <inheritdoc/>
    public void Dispose()
    {
        _pictures.Dispose();
        _given.Dispose();
    }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        _given.Begin(Model, Layer, InputObject, nameof(Path), nameof(LiteralPath), nameof(InputTensor));
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        _anything = true;
        if (_given.For(InputObject) is { } model)
        {
            Find(model, _given.Layers);
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        foreach ((CamModel model, LayerArgument[] layers) in _given.Waiting())
        {
            Find(model, layers);
        }
        if (!_anything && Model is null && _given.PicturesNamed)
        {
            WriteWarning("No concepts were looked for: no model was given, and no layer came through the pipeline.");
        }
        _pictures.Complete();
    }

    /// <inheritdoc/>
    protected override void StopProcessing() => _pictures.Stop();

    private void Find(CamModel model, LayerArgument[] layers)
    {
        ConceptFinder finder = FinderFor(model, layers);
        if ((ParameterSetName == ByInputTensor ? InputTensor : _given.Tensor) is { } tensor)
        {
            Write(_pictures.Do(model, tensor, cancel => finder.Find(tensor, cancel)));
            return;
        }
        bool literal = ParameterSetName == ByLiteralPath;
        foreach (string file in _pictures.Files(literal ? LiteralPath : Path, literal || _given.PathsAreLiteral))
        {
            Write(_pictures.Do(model, file, cancel => finder.Find(_pictures.Announce(CamPicture.Decode(file, model), file), file, cancel)));
        }
    }

    private ConceptFinder FinderFor(CamModel model, LayerArgument[] given)
    {
        if (_finder is null || _model != model)
        {
            _finder = this.OrFatal(model, () =>
            {
                IReadOnlyList<CamLayer> layers = LayerArgument.Select(model, given);
                WriteVerbose($"{model}: {Count} concepts at {string.Join(", ", layers)}, the {Top} most probable classes of each.");
                return new ConceptFinder(model, layers, Count, Top);
            });
            _model = model;
        }
        return _finder;
    }

    private void Write(IReadOnlyList<CamConcepts> found)
    {
        foreach (CamConcepts concepts in found)
        {
            this.WarnIfSlower(concepts.Model);
            if (!_warned && concepts.Concepts.Length == 0)
            {
                _warned = true;
                WriteWarning($"{concepts.Path ?? "The tensor"}: layer '{concepts.Layer}' is zero everywhere, so there are no concepts in it. " +
                    "Further ones without concepts are not announced.");
            }
            WriteObject(concepts);
        }
    }
}
