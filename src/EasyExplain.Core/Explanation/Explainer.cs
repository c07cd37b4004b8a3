using System.Diagnostics;
using EasyExplain.Explanation.Methods;
using EasyExplain.Imaging;
using EasyExplain.Models;
using EasyExplain.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Explanation;

/// <summary>Explains pictures with one model, one choice of layers, methods and classes: made once, used for every picture.</summary>
public sealed class Explainer
{
    private const int PredictionsKept = 5;

    private readonly CamModel _model;
    private readonly IReadOnlyList<CamLayer> _layers;
    private readonly IReadOnlyList<CamMethod> _methods;
    private readonly ClassChoice _choice;
    private readonly Noise _noise;
    private readonly Action<int, int>? _progress;
    private readonly Network _network;
    private readonly Node[] _taps;     // each node once, though several layers may share it
    private readonly int[] _tapOf;     // by layer

    /// <summary>Prepares the network: folded where no layer is tapped, tapped where one is.</summary>
    /// <param name="model">The model; it must outlive this object.</param>
    /// <param name="layers">Its layers to explain, in order.</param>
    /// <param name="methods">The methods; they share what they can.</param>
    /// <param name="choice">Which classes.</param>
    /// <param name="noise">For methods that draw noise.</param>
    /// <param name="progress">What methods with a pass for each channel tell, after each batch: how many are done, of how many for one layer and class.</param>
    /// <exception cref="SelectionException">A layer, or what it has of the picture, has no influence on the output.</exception>
    public Explainer(
        CamModel model, IReadOnlyList<CamLayer> layers, IReadOnlyList<CamMethod> methods, ClassChoice choice, Noise noise, Action<int, int>? progress = null)
    {
        (_model, _layers, _methods, _choice, _noise, _progress) = (model, layers, methods, choice, noise, progress);
        _network = model.Optimized(layers.Select(layer => layer.Name).ToHashSet());
        Node[] nodes = [.. layers.Select(layer => _network.Find(layer.Name)!.Node)];
        int idle = Array.FindIndex(nodes, node => !_network.LeadsToOutput(node));
        if (idle >= 0)
        {
            // libtorch would end the process: TorchSharp does not turn an error of autograd.grad into an exception.
            throw new SelectionException($"The output of {model} does not depend on layer '{layers[idle]}', so there is nothing to explain there.");
        }
        int unread = Array.FindIndex(nodes, node => !_network.CellsLeadToOutput(node));
        if (unread >= 0)
        {
            throw new SelectionException(
                $"After layer '{layers[unread]}', {model} reads only its class token: the tokens of the picture have no influence there, and a map would be empty. " +
                $"The last layer where they have is '{model.DefaultLayer}'.");
        }
        foreach ((CamLayer layer, Node node) in layers.Zip(nodes))
        {
            foreach (CamMethod method in methods)
            {
                if (method.Misfit(_network, node) is { } why)
                {
                    throw new SelectionException($"{method.Name} cannot explain '{layer}' of {model}: {why}.");
                }
            }
        }
        _taps = [.. nodes.Distinct()];
        _tapOf = [.. nodes.Select(node => Array.IndexOf(_taps, node))];
    }

    /// <summary>Explains a photo: one forward pass, one backward pass a class, all layers tapped.</summary>
    /// <returns>One explanation for each class and method, in the order asked.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> was signalled.</exception>
    /// <exception cref="InvalidDataException">The network's output is not finite.</exception>
    public IReadOnlyList<CamExplanation> Explain(Photo photo, string? path, CancellationToken cancel = default)
    {
        using DisposeScope scope = NewDisposeScope();
        return Explain(_model.Preprocessing.ToInput(photo), photo, path, cancel);
    }

    /// <summary>Explains a tensor that is already an input: <c>[1, 3, H, W]</c> or <c>[3, H, W]</c> of the model's input size, normalised.</summary>
    /// <exception cref="ArgumentException">It has another shape.</exception>
    public IReadOnlyList<CamExplanation> Explain(Tensor input, CancellationToken cancel = default)
    {
        using DisposeScope scope = NewDisposeScope();
        long[] wanted = [1, 3, _model.Preprocessing.Height, _model.Preprocessing.Width];
        if (!input.shape.SequenceEqual(wanted) && !input.shape.SequenceEqual(wanted.Skip(1)))
        {
            throw new ArgumentException(
                $"The tensor has shape [{string.Join(", ", input.shape)}]; {_model} takes [{string.Join(", ", wanted)}], normalised, one picture a tensor.", nameof(input));
        }
        Tensor copy = input.detach().to(CPU).to(float32).view(wanted);
        return Explain(copy, _model.Preprocessing.ToPhoto(copy), null, cancel);
    }

    private List<CamExplanation> Explain(Tensor picture, Photo photo, string? path, CancellationToken cancel)
    {
        using IDisposable weights = _model.Use();
        var watch = Stopwatch.StartNew();
        Tensor input = picture.to(_model.Device);
        Pass pass = Executor.Run(_network, input, _taps, track: _methods.Any(method => method.UsesGradients), cancel);
        float[] logits = pass.Logits.detach()[0].to(CPU).data<float>().ToArray();
        IReadOnlyList<Prediction> ranked = Rank(logits);
        var explanations = new List<CamExplanation>();
        foreach (int @class in _choice.From(ranked))
        {
            var evidence = new ClassEvidence(_network, input, pass, _taps, @class, _noise, _progress, cancel);
            foreach (CamMethod method in _methods)
            {
                cancel.ThrowIfCancellationRequested();
                Tensor[] maps = [.. _taps.Select((_, tap) => Fusion.Scale(method.Map(new LayerEvidence(evidence, tap))))];
                Tensor[] byLayer = [.. _tapOf.Select(tap => maps[tap])];
                explanations.Add(new CamExplanation(_model, photo, path)
                {
                    Method = method.Name,
                    Class = @class,
                    Label = _model.LabelOf(@class),
                    Probability = ranked.First(prediction => prediction.Class == @class).Probability,
                    Score = logits[@class],
                    Predictions = [.. ranked.Take(PredictionsKept)],
                    Maps = [.. byLayer.Select((map, layer) => ToMap(_layers[layer].Name, map, photo))],
                    Fused = byLayer.Length > 1 ? ToMap(string.Join("+", _layers), Fusion.Fuse(byLayer, method), photo) : null,
                    Seed = method.DrawsNoise ? _noise.Seed : null,
                    Duration = watch.Elapsed,
                });
                watch.Restart();
            }
        }
        return explanations;
    }

    /// <summary>All classes with their probabilities (softmax), the most probable first.</summary>
    private List<Prediction> Rank(float[] logits)
    {
        if (!logits.All(float.IsFinite))
        {
            throw new InvalidDataException($"The output of {_model} is not finite, so there is nothing to explain: its weights or the input hold NaN or infinity.");
        }
        double highest = logits.Max(), total = logits.Sum(logit => Math.Exp(logit - highest));
        return [.. logits
            .Select((logit, @class) => new Prediction(@class, _model.LabelOf(@class), Math.Exp(logit - highest) / total))
            .OrderByDescending(prediction => prediction.Probability)];
    }

    private CamMap ToMap(string name, Tensor map, Photo photo)
    {
        var values = new float[map.shape[0], map.shape[1]];
        float[] flat = map.to(CPU).contiguous().data<float>().ToArray();
        Buffer.BlockCopy(flat, 0, values, 0, flat.Length * sizeof(float));
        PixelRegion region = _model.Preprocessing.RegionOf(photo.Width, photo.Height);
        return new CamMap(name, values, (x, y) => new PixelPoint(
            Math.Clamp((int)(region.X + x * region.Width), 0, photo.Width - 1),
            Math.Clamp((int)(region.Y + y * region.Height), 0, photo.Height - 1)));
    }
}
