using EasyExplain.Models;
using EasyExplain.Networks;
using EasyExplain.Runtime;
using static TorchSharp.torch;

namespace EasyExplain.Explanation.Methods;

/// <summary>A score <c>[N]</c> that compares a class with others.</summary>
/// <param name="logits"><c>[N, classes]</c>.</param>
/// <param name="probabilities">
/// What the model makes of them, <c>[N, classes]</c>; gradients flow through it, too. All the same where it makes none.
/// </param>
/// <param name="class">The class.</param>
/// <param name="others">Those that it is compared with.</param>
public delegate Tensor ComparingScore(Tensor logits, Tensor probabilities, long @class, long[] others);

/// <summary>A class activation map method: a formula from what one layer shows to a map.</summary>
/// <param name="Name">The paper's name, such as <c>LayerCAM</c>.</param>
/// <param name="Summary">One line for those who choose.</param>
/// <param name="Map">From a layer's evidence to its map <c>[H, W]</c>, not yet scaled.</param>
public sealed record CamMethod(string Name, string Summary, Func<LayerEvidence, Tensor> Map)
{
    /// <summary>
    /// Makes one map of the scaled maps of several layers, given the height and width of the input: the strongest value at each place.
    /// </summary>
    public Func<IReadOnlyList<Tensor>, (long Height, long Width), Tensor> Fuse { get; init; } = (maps, _) => Fusion.Strongest(maps);

    /// <summary>True if <see cref="Fuse"/> is given the maps as they are, and what it makes is scaled.</summary>
    public bool FusesUnscaled { get; init; }

    /// <summary>
    /// What it takes gradients and scores of: from logits and probabilities <c>[N, classes]</c>, a class and those that it is compared with
    /// to <c>[N]</c>. Null for the class's logit, which needs no other class.
    /// </summary>
    public ComparingScore? Score { get; init; }

    /// <summary>False if it never asks for gradients: then nothing is recorded for them on the way forward.</summary>
    public bool UsesGradients { get; init; } = true;

    /// <summary>
    /// True if it finds gradients of its own, of further passes or by its own rules, so that nothing is recorded for it on the way forward
    /// all the same.
    /// </summary>
    public bool HasOwnGradients { get; init; }

    /// <summary>True if it asks for <see cref="LayerEvidence.Relevance"/>, for which each operation of the network must be known.</summary>
    public bool UsesRelevance { get; init; }

    /// <summary>True if it differentiates gradients in their turn (<see cref="LayerEvidence.HessianTimes"/>).</summary>
    public bool UsesCurvature { get; init; }

    /// <summary>False if it says something about layers, too, that the output does not depend on.</summary>
    public bool NeedsInfluence { get; init; } = true;

    /// <summary>False if it shows the same for every class, and for a network that has none.</summary>
    public bool NeedsClass { get; init; } = true;

    /// <summary>True if it explains the network as a whole: its layer is the input, whatever layers are asked for.</summary>
    public bool AtInput { get; init; }

    /// <summary>
    /// Of a method <see cref="AtInput"/>: the same at layers, for those who ask for some; null where it knows the input alone.
    /// </summary>
    public CamMethod? AtLayers { get; init; }

    /// <summary>True if it asks for <see cref="LayerEvidence.Biases"/>: a folded network has others.</summary>
    public bool UsesBiases { get; init; }

    /// <summary>
    /// True if what is below 0 in a map speaks against the class: it is then scaled by its largest magnitude, to [−1, 1], and 0 stays 0.
    /// </summary>
    public bool IsSigned { get; init; }

    /// <summary>True if it knows only what class a whole picture is of, and nothing of what is found at places of it.</summary>
    public bool OfWholePictures { get; init; }

    /// <summary>True if it says nothing of its own about a single layer.</summary>
    public bool NeedsSeveralLayers { get; init; }

    /// <summary>True if it draws noise, so that a seed matters.</summary>
    public bool DrawsNoise { get; init; }

    /// <summary>True if it asks how many samples it is to take.</summary>
    public bool TakesSamples { get; init; }

    /// <summary>How many it takes where nobody says.</summary>
    public int UsualSamples { get; init; } = 4;

    /// <summary>True if its noise is on the input, so that the noise's standard deviation matters.</summary>
    public bool AddsNoiseToInput { get; init; }

    /// <summary>True if it covers the picture window by window (<see cref="MethodSettings.Window"/>).</summary>
    public bool SlidesWindow { get; init; }

    /// <summary>True if it runs the network again for one picture, so that the size of a batch matters.</summary>
    public bool RunsAgain { get; init; }

    /// <summary>False if its map is a principal component already, so that eigen smoothing changes nothing.</summary>
    public bool MergesChannels { get; init; } = true;

    /// <summary>What else keeps it from explaining a node of a network, as the end of a sentence; null where nothing does.</summary>
    internal Func<Network, Node, string?> Misfit { get; init; } = (_, _) => null;

    /// <summary>The same of a layer of a model.</summary>
    internal Func<CamLayer, string?> MisfitAt { get; init; } = _ => null;

    /// <summary>Whether it can explain these layers together.</summary>
    public bool Fits(IReadOnlyList<CamLayer> layers) => WhyNot(layers) is null;

    /// <summary>Says that it cannot explain these layers, and why.</summary>
    internal SelectionException NotPossible(IReadOnlyList<CamLayer> layers) => new(SelectionFault.MethodNotPossible, Name, WhyNot(layers)!)
    {
        Remedy = NeedsClass && layers is [{ Model.ClassCount: 0 }, ..] ? Remedy.SayThatOutputsAreClasses : Remedy.None,
    };

    /// <summary>Why it cannot explain these layers of one model, in a sentence; null where it can.</summary>
    internal string? WhyNot(IReadOnlyList<CamLayer> layers)
    {
        if (NeedsClass && layers.FirstOrDefault()?.Model is { ClassCount: 0 } backbone)
        {
            return $"{Name} explains a class, and {backbone} has none: it ends in features. " +
                $"{string.Join(", ", MethodCatalog.All.Where(method => !method.NeedsClass).Select(method => method.Name))} " +
                "need no class.";
        }
        if (OfWholePictures && layers.FirstOrDefault()?.Model is { Task: not CamTask.Classify } finder)
        {
            return $"{Name} explains of which class a whole picture is, and {finder} tells what is at places of it (its task is " +
                $"{finder.Task}). LayerCAM, GradCAM, ODAM, LRP and most others explain that.";
        }
        if (AtInput && layers.FirstOrDefault()?.Model is { } whole && Misfit(whole.Network, whole.Network.Input) is { } whyNot)
        {
            return $"{Name} cannot explain {whole}: {whyNot}.";
        }
        if (UsesRelevance && layers.FirstOrDefault()?.Model is { Network.NamesLayersOnly: true } module)
        {
            return $"{Name} goes back through a network operation by operation, and of {module}, a module of your own, only the layers " +
                "are known. A TorchScript or ONNX file of it would do.";
        }
        foreach (CamLayer layer in AtInput ? [] : layers)
        {
            CamModel model = layer.Model;
            if (NeedsInfluence && !model.Network.LeadsToOutput(layer.Node))
            {
                return $"The output of {model} does not depend on layer '{layer}', so there is nothing to explain there.";
            }
            if (NeedsInfluence && !model.Network.CellsLeadToOutput(layer.Node))
            {
                return $"After layer '{layer}', {model} reads only its class token: the tokens of the picture have no influence there, " +
                    $"and the map of {Name} would be " +
                    $"empty. The last layer where they have is '{model.DefaultLayer}'; a method such as EigenCAM shows any layer.";
            }
            if ((Misfit(model.Network, layer.Node) ?? MisfitAt(layer)) is { } why)
            {
                return $"{Name} cannot explain '{layer}' of {model}: {why}.";
            }
        }
        return NeedsSeveralLayers && layers is [var only]
            ? $"{Name} refines the map of a late layer by those of earlier ones, and '{only}' is only one. Name several, such as " +
              $"{string.Join(", ", LayerSelection.Stages(only.Model).Select(stage => $"'{stage}'"))}."
            : null;
    }
}
