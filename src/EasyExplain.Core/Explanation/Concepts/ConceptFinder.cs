using System.Diagnostics;
using EasyExplain.Imaging;
using EasyExplain.Models;
using EasyExplain.Networks;
using EasyExplain.Runtime;
using TorchSharp;
using static EasyExplain.Runtime.HeldNumbers;
using static TorchSharp.torch;

namespace EasyExplain.Explanation.Concepts;

/// <summary>Finds the concepts in pictures with one model and one choice of layers: made once, used for every picture.</summary>
/// <remarks>
/// <para>
/// A layer's activations <c>[C, H·W]</c> are factorised into W·H, both without negative values: column j of W says which channels make up
/// concept j, row j of H where it is. Where a channel is negative somewhere its minimum is taken off before and put back into the
/// concepts, as pytorch-grad-cam does with every channel; activations after a ReLU stay as they are, as in the paper.
/// </para>
/// <para>
/// What a concept speaks for is pytorch-grad-cam's question, not the paper's: what follows the layer runs with the concept at every place.
/// Factors have no scale of their own, and a softmax has: a concept is as strong here as it is where it is strongest in the picture.
/// </para>
/// </remarks>
public sealed class ConceptFinder
{
    private const int PredictionsKept = 5;
    private const int ConceptsAtOnce = 16; // memory holds so many runs of what follows the layer

    private readonly CamModel _model;
    private readonly int _count;
    private readonly int _top;
    private readonly Network _network;
    private readonly LayerTail[] _layers;
    private readonly Node[] _taps; // the layers, and what is read beside them

    /// <summary>Prepares the network: folded where no layer is tapped, tapped where one is.</summary>
    /// <param name="model">The model; it must outlive this object.</param>
    /// <param name="layers">Its layers to look at, in order.</param>
    /// <param name="count">How many concepts a layer, at least 1.</param>
    /// <param name="top">How many classes a concept, at least 1.</param>
    /// <exception cref="SelectionException">What a layer has of the picture has no influence on the output.</exception>
    public ConceptFinder(CamModel model, IReadOnlyList<CamLayer> layers, int count, int top)
    {
        (_model, _count, _top) = (model, count, top);
        if (model.Task != CamTask.Classify)
        {
            throw new SelectionException(SelectionFault.NotForTask, model, "Concepts are of the classes of whole pictures, and " +
                $"{model} tells what is at places of them: its task is {model.Task}.");
        }
        if (layers.FirstOrDefault(layer => !layer.IsExplainable) is { } idle)
        {
            throw new SelectionException(SelectionFault.MethodNotPossible, idle,
                $"What {model} has of the picture at layer '{idle}' never reaches its output, so a concept there would speak for no " +
                $"class. " +
                $"The last layer from which it does is '{model.DefaultLayer}'.");
        }
        _network = model.Optimized(layers.Select(layer => layer.Name).ToHashSet());
        _layers = [.. layers.Select(layer => _network.Find(layer.Name)!.Node)
            .Zip(layers, (node, layer) => new LayerTail(layer.Name, node, new Tail(model.Runner, _network, node)))];
        _taps = [.. _layers.SelectMany(layer => layer.Tail.Beside.Prepend(layer.Node)).Distinct()];
    }

    /// <summary>Finds the concepts in a photo.</summary>
    /// <returns>One object a layer, in the order asked.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> was signalled.</exception>
    /// <exception cref="InvalidDataException">A layer's or the network's output is not finite.</exception>
    /// <exception cref="ComputeException">Memory ran out, or an engine failed.</exception>
    public IReadOnlyList<CamConcepts> Find(Photo photo, string? path, CancellationToken cancel = default)
    {
        using DisposeScope scope = NewDisposeScope();
        return ComputeException.Wrap(() => Find(_model.Preprocessing.ToInput(photo), photo, path, cancel));
    }

    /// <summary>
    /// The same for a tensor that is already an input: <c>[1, 3, H, W]</c> or <c>[3, H, W]</c> of the model's input size, normalised.
    /// </summary>
    /// <exception cref="ArgumentException">It has another shape.</exception>
    public IReadOnlyList<CamConcepts> Find(Tensor input, CancellationToken cancel = default)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor copy = ModelInput.Of(_model, input);
        return ComputeException.Wrap(() => Find(copy, _model.Preprocessing.ToPhoto(copy), null, cancel));
    }

    private List<CamConcepts> Find(Tensor picture, Photo photo, string? path, CancellationToken cancel)
    {
        using IDisposable weights = _model.Use();
        var watch = Stopwatch.StartNew();
        using IDisposable untracked = no_grad();
        Pass pass = _model.Runner.Run(_network, picture.to(_model.Device), _taps, track: false, cancel);
        Dictionary<Node, Tensor> outputs = _taps.Zip(pass.Taps).ToDictionary(pair => pair.First, pair => pair.Second);
        Prediction[] predictions = [.. Rank(pass.Logits)[0].Take(PredictionsKept)];
        var source = new ExplainedPhoto(photo, path);
        var found = new List<CamConcepts>();
        foreach (LayerTail layer in _layers)
        {
            using DisposeScope scope = NewDisposeScope();
            found.Add(new CamConcepts(_model, source)
            {
                Layer = layer.Name,
                Concepts = [.. ConceptsOf(layer, outputs, photo, cancel)],
                Predictions = [.. predictions],
                Seconds = watch.Elapsed.TotalSeconds,
            });
            watch.Restart();
        }
        return found;
    }

    private CamConcept[] ConceptsOf(LayerTail layer, Dictionary<Node, Tensor> outputs, Photo photo, CancellationToken cancel)
    {
        Tensor activations = layer.Node.Layout!.ToMap(outputs[layer.Node])[0].to(CPU).to(float64); // [C, H, W]
        if (!activations.isfinite().all().item<bool>())
        {
            throw new InvalidDataException(
                $"The output of layer '{layer.Name}' of {_model} is not finite: its weights or the input hold NaN or infinity.");
        }
        Tensor places = activations.flatten(1);
        Tensor offset = places.amin([1], keepdim: true).Within(null, 0);
        places = places - offset;
        (Tensor channels, Tensor where) = NonNegativeFactors.Of(places, _count, cancel);
        if (where.shape[0] == 0)
        {
            return [];
        }
        Tensor peaks = where.amax([1]);
        // At the least squares, what each concept has in common with the activations adds up to what all of them explain.
        double[] shares = (places.mm(where.T) * channels).sum(dim: 0).Over(NonNegativeFactors.SumOfSquares(places)).data<double>()
            .ToArray();
        Tensor vectors = (channels * peaks).Plus(offset).T.contiguous(); // [k, C]
        int[] order = [.. Enumerable.Range(0, shares.Length).Where(concept => shares[concept] > 0)
            .OrderByDescending(concept => shares[concept])];
        IReadOnlyList<IReadOnlyList<Prediction>> spoken = [.. order.Chunk(_network.OnePicture ? 1 : ConceptsAtOnce)
            .SelectMany(some => Rank(RunTail(layer, outputs, stack(some.Select(concept => vectors[concept])), cancel)))];
        return [.. order.Select((concept, index) => new CamConcept(vectors[concept].to(float32).data<float>().ToArray())
        {
            Index = index + 1,
            Share = shares[concept],
            Predictions = [.. spoken[index].Take(_top)],
            Map = CamMap.Of(layer.Name, Fusion.Scale(where[concept]).to(float32).view(activations.shape[1], activations.shape[2]),
                _model.Preprocessing, photo),
        })];
    }

    /// <summary>
    /// The logits <c>[k, classes]</c> of pictures in which each of the vectors <c>[k, C]</c> is the layer's output at every place.
    /// </summary>
    private static Tensor RunTail(LayerTail layer, Dictionary<Node, Tensor> outputs, Tensor vectors, CancellationToken cancel)
    {
        Tensor clean = outputs[layer.Node];
        Tensor filled = clean.repeat([vectors.shape[0], .. Enumerable.Repeat(1L, clean.shape.Length - 1)]);
        layer.Node.Layout!.ToMap(filled).copy_(vectors.unsqueeze(-1).unsqueeze(-1));
        return layer.Tail.Run(filled, [.. layer.Tail.Beside.Select(node => outputs[node])], cancel);
    }

    private IReadOnlyList<Prediction>[] Rank(Tensor logits) =>
        [.. logits.to(CPU).contiguous().data<float>().ToArray().Chunk((int)logits.shape[1]).Select(each => Ranking.Of(_model, each).All)];

    private sealed record LayerTail(string Name, Node Node, Tail Tail);
}
