using System.Management.Automation;
using EasyExplain.Models;
using EasyExplain.PowerShell.Binding;
using TorchSharp;

namespace EasyExplain.PowerShell.Cmdlets;

/// <summary>A cmdlet that takes pictures, and a model with layers of it, by name or through the pipeline.</summary>
public abstract class PictureCmdlet : PSCmdlet, IDisposable
{
    private protected const string ByPath = "Path";
    private const string ByLiteralPath = "LiteralPath";
    private const string ByInputTensor = "InputTensor";

    private readonly ModelAndLayers _given;
    private readonly string _nothingDone;
    private readonly HeldBack _heldBack = new();
    private CamModel? _prepared;
    private bool _anything;

    /// <param name="activity">What is done to the pictures, for the progress.</param>
    /// <param name="nothingDone">What was not done where no model came: the beginning of a warning.</param>
    private protected PictureCmdlet(string activity, string nothingDone) =>
        (Pictures, _given, _nothingDone) = (new PictureLoop(this, activity), new ModelAndLayers(this), nothingDone);

    /// <summary>
    /// Image files, with wildcards. A file whose very name has brackets in it is found too. A .tar or .zip stands for the images in it, and
    /// images.tar/cat.jpg for one of them. Of objects with a Path property, such as
    /// explanations and rows of an audit or a CSV file, that is the file, and no character in it is a wildcard; explanations bring their
    /// model, too.
    /// </summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = ByPath)]
    [AllowNull]
    [AllowEmptyString]
    [SupportsWildcards]
    public string[] Path { get; set; } = [];

    /// <summary>
    /// Image files, archives of images and members of these; no character is a wildcard. This is what files from Get-ChildItem bind to.
    /// </summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = ByLiteralPath)]
    [Alias("PSPath", "FullName")]
    [ValidateNotNullOrEmpty]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>
    /// A TorchSharp tensor [1, 3, H, W] or [3, H, W] of the model's input size, already normalised, in place of an image.
    /// </summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = ByInputTensor)]
    public torch.Tensor InputTensor { get; set; } = null!;

    /// <summary>
    /// A model of Import-CamModel, or the path of a model file, which is imported for this command and then disposed. Layers of
    /// Get-CamLayer bring theirs.
    /// </summary>
    [Parameter(Position = 1, ParameterSetName = ByPath)]
    [Parameter(Position = 0, ParameterSetName = ByLiteralPath)]
    [Parameter(Position = 0, ParameterSetName = ByInputTensor)]
    [ModelOrPath(SharesPlace = true)]
    [ValidateNotNull]
    public ModelArgument? Model { get; set; }

    /// <summary>
    /// Layers: names (case matters only where they differ in nothing else), wildcards, or layers of Get-CamLayer. A wildcard takes the
    /// matching layers whose output has height and width.
    /// </summary>
    [Parameter]
    [ArgumentCompleter(typeof(LayerCompleter))]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public LayerArgument[] Layer { get; set; } = [];

    /// <summary>
    /// What comes through the pipeline: a model, or layers of Get-CamLayer, which share the pass through the network; or images, as
    /// -Path, -LiteralPath and -InputTensor take them.
    /// </summary>
    [Parameter(ValueFromPipeline = true)]
    [ValidateNotNull]
    public PSObject? InputObject { get; set; }

    /// <summary>The pictures, one after the other.</summary>
    private protected PictureLoop Pictures { get; }

    /// <inheritdoc/>
    public virtual void Dispose()
    {
        Pictures.Dispose();
        _given.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Makes what looks at pictures with this model, at these layers or, without any, at its default; once a model.</summary>
    private protected abstract void Prepare(CamModel model, LayerArgument[] layers);

    /// <summary>Looks at an input tensor with the model that was prepared.</summary>
    private protected abstract void LookAt(CamModel model, torch.Tensor tensor);

    /// <summary>Looks at images with the model that was prepared.</summary>
    private protected abstract void LookAt(CamModel model, NamedPhotos photos);

    /// <summary>Is told that the model has found its scales for 8 bits, with the first images of the run.</summary>
    private protected virtual void Calibrated(CamModel model)
    {
    }

    /// <summary>Tells that a model which was to compute in 8 bits computes in float32.</summary>
    private protected virtual void TellFloat32(string message) => WriteVerbose(message);

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        Pictures.Begin();
        _given.Begin(Model, Layer, InputObject, nameof(Path), nameof(LiteralPath), nameof(InputTensor));
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        _anything = true;
        if (_given.For(InputObject) is { } model)
        {
            LookWith(model, _given.Layers);
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        foreach ((CamModel model, LayerArgument[] layers) in _given.Waiting())
        {
            LookWith(model, layers);
        }
        LookAtHeldBack();
        if (!_anything && Model is null && _given.PicturesNamed)
        {
            WriteWarning($"{_nothingDone}: no model was given, and no layer came through the pipeline.");
        }
        Pictures.Complete();
        Pictures.EndIfAsked();
    }

    /// <inheritdoc/>
    protected override void StopProcessing() => Pictures.Stop();

    private void LookWith(CamModel model, LayerArgument[] layers)
    {
        Pictures.EndIfAsked();
        if (_prepared != model)
        {
            LookAtHeldBack();
            _prepared = this.OrFatal(model, () =>
            {
                Prepare(model, layers);
                return model;
            });
        }
        if ((ParameterSetName == ByInputTensor ? InputTensor : _given.Tensor) is { } tensor)
        {
            LookAtHeldBack();
            LookAt(model, tensor);
        }
        else
        {
            bool literal = ParameterSetName == ByLiteralPath;
            LookAtOrHoldBack(model, Pictures.Files(literal ? LiteralPath : Path, literal || _given.PathsAreLiteral));
        }
        Pictures.EndIfAsked();
    }

    /// <summary>Looks at images, once there are enough of them for the model's scales where it waits for that.</summary>
    private void LookAtOrHoldBack(CamModel model, NamedPhotos photos)
    {
        if (!model.AwaitsPictures || _heldBack.IsOver(model))
        {
            LookAt(model, photos);
            return;
        }
        _heldBack.Add(model, photos, PictureCalibration.OfRun);
        if (_heldBack.First.Count == PictureCalibration.OfRun)
        {
            // Whether or not they were explained before.
            WriteVerbose($"{model} finds its scales for 8 bits with the first {PictureCalibration.OfRun} images.");
            Pictures.DoAside(model, cancel => PictureCalibration.ByRun(model, _heldBack.First, WriteVerbose, cancel));
            Calibrated(model);
            LookAtHeldBack();
        }
    }

    /// <summary>Looks at files that were held back, when no more follow, or enough have come.</summary>
    private void LookAtHeldBack()
    {
        if (_heldBack.Model is { } model)
        {
            int count = _heldBack.First.Count;
            if (model.AwaitsPictures && count < PictureCalibration.OfRun)
            {
                TellFloat32($"{model} computes in float32 here: Int8 needs {PictureCalibration.OfRun} images to find its scales, and " +
                    $"there are {count}. Import it with -CalibrationPath.");
            }
            foreach (NamedPhotos photos in _heldBack.Take())
            {
                LookAt(model, photos);
            }
        }
    }
}
