using System.Management.Automation;
using EasyExplain.Explanation;
using EasyExplain.Explanation.Concepts;
using EasyExplain.Imaging;
using EasyExplain.Models;
using EasyExplain.PowerShell.Binding;
using TorchSharp;

namespace EasyExplain.PowerShell.Cmdlets;

/// <summary>Finds the concepts that a classifier sees in images, and the classes each one speaks for.</summary>
/// <remarks>
/// <para>Deep Feature Factorization (Collins, Achanta and Süsstrunk 2018): a non-negative matrix factorisation splits a layer's activations
/// into a few concepts, channels that are active together. It needs no class: fur, sky and grass come out side by side. A concept has a map
/// of where it is, the share of the activations that it explains, and the most probable classes of an image that would show this concept
/// everywhere. What the network reads beside the layer, such as the other branch of a sum or a class token, stays the image's.</para>
/// <para>Gives one object for each image and layer. Nothing is random: the same image gives the same concepts. Export-CamOverlay
/// draws them in colours, with their numbers.</para>
/// <para>Images can be named, matched with wildcards or piped in, and an image that cannot be read is one error that names the file, as
/// with Invoke-CamExplanation. The default layer is the last one whose output still has height and width; -Verbose says which.</para>
/// </remarks>
/// <example>
/// <title>The concepts in one image</title>
/// <code>Get-CamConcept ./cat.jpg -Model (Import-CamModel)</code>
/// <para>Prints the file, the layer, and a line for each of five concepts: its number, its share, and its two most probable classes.</para>
/// </example>
/// <example>
/// <title>A picture of them, at two layers</title>
/// <code>
/// Import-CamModel | Get-CamLayer layer2, layer3 | Get-CamConcept ./cat.jpg -Count 4 |
///     Export-CamOverlay ./out -Style Overlay, Panel -PassThru
/// </code>
/// <para>Four concepts for each layer. Each layer has an overlay and a panel of its own, such as cat_DFF_layer3_panel.png.</para>
/// </example>
/// <example>
/// <title>The concepts of one class</title>
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
public sealed class GetCamConceptCommand() : PictureCmdlet("Finding concepts", "No concepts were looked for")
{
    private ConceptFinder? _finder; // of the model that was prepared last
    private bool _warned;

    /// <summary>How many concepts to find in each layer. A layer with fewer channels or places, or with less in it, has fewer.</summary>
    /// <value>5</value>
    [Parameter]
    [ValidateRange(1, 64)]
    public int Count { get; set; } = 5;

    /// <summary>How many of the most probable classes of each concept.</summary>
    /// <value>2</value>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int Top { get; set; } = 2;

    private protected override void Prepare(CamModel model, LayerArgument[] given)
    {
        IReadOnlyList<CamLayer> layers = LayerArgument.Select(model, given);
        WriteVerbose($"{model}: {Count} concepts at {string.Join(", ", layers)}, the {Top} most probable classes of each.");
        _finder = new ConceptFinder(model, layers, Count, Top);
    }

    private protected override void LookAt(CamModel model, torch.Tensor tensor) =>
        Write(Pictures.Do(model, tensor, cancel => _finder!.Find(tensor, cancel)));

    private protected override void LookAt(CamModel model, NamedPhotos photos)
    {
        foreach ((string file, Func<Photo>? read, _) in Pictures.Each(photos, file => CamPicture.Decode(file, model)))
        {
            Write(Pictures.Do(model, file, cancel => _finder!.Find(Pictures.Announce(read!(), file), file, cancel)));
        }
    }

    private void Write(IReadOnlyList<CamConcepts> found)
    {
        foreach (CamConcepts concepts in found)
        {
            this.WarnIfSlower(concepts.Model);
            if (!_warned && concepts.Concepts.Length == 0)
            {
                _warned = true;
                WriteWarning($"{concepts.Path ?? "The tensor"}: layer '{concepts.Layer}' is zero everywhere, so there are no concepts in " +
                    $"it. " +
                    "Further ones without concepts are not announced.");
            }
            WriteObject(concepts);
        }
    }
}
