using System.Management.Automation;
using EasyExplain.Explanation;
using EasyExplain.Models;
using TorchSharp;

namespace EasyExplain.PowerShell.Binding;

/// <summary>Which model a cmdlet runs, and at which layers: those of -Model and -Layer, or what comes through the pipeline.</summary>
/// <param name="cmdlet">Whose they are; what does not belong together ends it.</param>
internal sealed class ModelAndLayers(PSCmdlet cmdlet) : IDisposable
{
    private readonly List<CamLayer> _waiting = []; // all layers of one pipeline go together
    private ModelArgument? _argument;
    private CamModel? _model;
    private bool _named;

    /// <summary>The layers of -Layer, and one that -InputObject names.</summary>
    public LayerArgument[] Layers { get; private set; } = [];

    /// <summary>Whether the command line names the pictures, so that the pipeline is for a model or layers.</summary>
    public bool PicturesNamed { get; private set; }

    /// <summary>Whether the paths of this record stand in an object's property, where no character is a wildcard.</summary>
    public bool PathsAreLiteral { get; private set; }

    /// <summary>
    /// A tensor that came through the pipeline in place of a picture. PowerShell hands it to -InputObject, which the default parameter set
    /// has, and not to -InputTensor.
    /// </summary>
    public torch.Tensor? Tensor { get; private set; }

    /// <summary>What the command line says, before anything comes through the pipeline.</summary>
    /// <param name="model">-Model.</param>
    /// <param name="layers">-Layer.</param>
    /// <param name="named">-InputObject, where it is given by name: then nothing of it comes through the pipeline.</param>
    /// <param name="pictures">The parameters that name pictures.</param>
    public void Begin(ModelArgument? model, LayerArgument[] layers, PSObject? named, params string[] pictures)
    {
        (_argument, _model, Layers, _named) = (model, model?.Open(cmdlet), layers, named is not null);
        PicturesNamed = pictures.Any(cmdlet.MyInvocation.BoundParameters.ContainsKey);
        if (named is not null)
        {
            var source = named.BaseObject as ICamSource;
            Demand(source, named);
            _model ??= source!.Source;
            Layers = source is CamLayer layer ? [.. layers, new LayerArgument(layer)] : layers;
        }
    }

    /// <summary>
    /// The model for what has just come through the pipeline, or for the command line alone; null where there is nothing to do with it yet:
    /// a layer waits for the others.
    /// </summary>
    public CamModel? For(PSObject? piped)
    {
        object? input = _named ? null : piped?.BaseObject;
        PathsAreLiteral = input is not (null or string) && !PicturesNamed;
        Tensor = PicturesNamed ? null : input as torch.Tensor;
        ICamSource? source = input as ICamSource;
        if (source is not null || (PicturesNamed && input is not null))
        {
            Demand(source, piped!);
            DemandPictures(source!);
        }
        if (source is CamLayer layer)
        {
            _waiting.Add(layer);
            return null;
        }
        return source?.Source ?? _model
            ?? Layers.FirstOrDefault(named => named.Layer is not null)?.Layer!.Model ?? (input as ICamResult)?.Model
            ?? throw cmdlet.ModelMissing(input);
    }

    /// <summary>The layers that wait, model by model, after those of the command line.</summary>
    public IEnumerable<(CamModel Model, LayerArgument[] Layers)> Waiting() => _waiting
        .GroupBy(layer => layer.Model)
        .Select(layers => (layers.Key, (LayerArgument[])[.. Layers, .. layers.Select(layer => new LayerArgument(layer))]));

    /// <summary>Gives the memory of a model back that -Model named by its path.</summary>
    public void Dispose() => _argument?.DisposeOwn();

    /// <summary>Ends the command where something is neither model nor layer, or not of the model that -Model names.</summary>
    private void Demand(ICamSource? source, PSObject given)
    {
        if (source is null)
        {
            cmdlet.ThrowTerminatingError(new ErrorRecord(
                new ArgumentException($"'{given}' is neither a model nor a layer, and the pictures are named already."),
                "InputNotKnown", ErrorCategory.InvalidArgument, given));
        }
        else if (_model is not null && source.Source != _model)
        {
            cmdlet.OrFatal<object?>(source, () => throw LayerArgument.OfAnotherModel(source, _model));
        }
    }

    /// <summary>Ends a command that would take a piped model's own path, or a layer's name, for a picture.</summary>
    private void DemandPictures(ICamSource input)
    {
        if (!PicturesNamed)
        {
            cmdlet.ThrowTerminatingError(new ErrorRecord(
                new ArgumentException($"Which picture is {input} to look at? Name one with -Path."),
                "PictureMissing", ErrorCategory.InvalidArgument, input));
        }
    }
}
