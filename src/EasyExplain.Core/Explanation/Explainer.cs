using System.Diagnostics;
using EasyExplain.Explanation.Methods;
using EasyExplain.Imaging;
using EasyExplain.Models;
using EasyExplain.Networks;
using EasyExplain.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Explanation;

/// <summary>Explains pictures with one model, one choice of layers, methods and classes: made once, used for every picture.</summary>
public sealed class Explainer
{
    private const int PredictionsKept = 5;
    private const int ClassesAtOnce = 8; // they share what takes further passes; memory holds the gradients of so many
    private const int SimilarClasses = 3;
    private const int NoClass = -1; // of a network without a classifier

    private readonly CamModel _model;
    private readonly IReadOnlyList<CamLayer> _layers;
    private readonly IReadOnlyList<CamMethod> _methods;
    private readonly ClassChoice _choice;
    private readonly Noise _noise;
    private readonly Smoothing _smoothing;
    private readonly Action<int, int>? _progress;
    private readonly Network _network;
    private readonly Node[] _taps;     // each node once, though several layers may share it
    private readonly int[] _tapOf;     // by layer
    private readonly Node[] _biased;

    /// <summary>Prepares the network: folded where no layer is tapped, tapped where one is.</summary>
    /// <param name="model">The model; it must outlive this object.</param>
    /// <param name="layers">Its layers to explain, in order.</param>
    /// <param name="methods">The methods; they share what they can.</param>
    /// <param name="choice">Which classes.</param>
    /// <param name="noise">For methods that draw noise.</param>
    /// <param name="smoothing">What makes the maps less noisy.</param>
    /// <param name="progress">What methods with a pass for each channel tell, after each batch: how many are done, of how many for one layer.</param>
    /// <exception cref="SelectionException">A method cannot explain these layers.</exception>
    public Explainer(
        CamModel model, IReadOnlyList<CamLayer> layers, IReadOnlyList<CamMethod> methods, ClassChoice choice, Noise noise,
        Smoothing smoothing = Smoothing.None, Action<int, int>? progress = null)
    {
        (_model, _layers, _methods, _choice, _noise, _smoothing, _progress) = (model, layers, methods, choice, noise, smoothing, progress);
        if (methods.FirstOrDefault(method => !method.Fits(layers)) is { } misfit)
        {
            throw misfit.NotPossible(layers);
        }
        bool atInput = methods.Any(method => method.AtInput);
        // A folded network has other biases, and a method that explains the whole of it asks for every one.
        _network = atInput ? model.Unfolded : model.Optimized(layers.Select(layer => layer.Name).ToHashSet());
        Node[] nodes = [.. methods.All(method => method.AtInput) ? [] : layers.Select(layer => _network.Find(layer.Name)!.Node)];
        _taps = [.. nodes.Concat(atInput ? [_network.Input] : []).Distinct()];
        _tapOf = [.. nodes.Select(node => Array.IndexOf(_taps, node))];
        using DisposeScope scope = NewDisposeScope();
        _biased = atInput ? [.. _network.Nodes.Where(node => node.Operator.ChannelBias is not null && _network.LeadsToOutput(node))] : [];
    }

    /// <summary>Compiles what can be, and says which engine runs what of the network, as the end of a sentence.</summary>
    internal string Compile()
    {
        using IDisposable weights = _model.Use();
        long[] shape = [3, _model.Preprocessing.Height, _model.Preprocessing.Width];
        return IsCurved || _network.Onnx is null ? "libtorch" : _network.Onnx.Summary(_network, Taps, IsTracked, shape);
    }

    private Node[] Taps => [.. _taps, .. _biased];

    private bool IsTracked => _methods.Any(method => method.UsesGradients);

    private bool IsCurved => _methods.Any(method => method.UsesCurvature);

    /// <summary>Explains a photo: one forward pass, one backward pass a class, all layers tapped; six times that with augmentation.</summary>
    /// <returns>One explanation for each class and method, in the order asked.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> was signalled.</exception>
    /// <exception cref="InvalidDataException">The network's output is not finite.</exception>
    /// <exception cref="ComputeException">Memory ran out, or an engine failed.</exception>
    public IReadOnlyList<CamExplanation> Explain(Photo photo, string? path, CancellationToken cancel = default)
    {
        using DisposeScope scope = NewDisposeScope();
        return ComputeException.Wrap(() => Explain(_model.Preprocessing.ToInput(photo), photo, path, cancel));
    }

    /// <summary>Explains a tensor that is already an input: <c>[1, 3, H, W]</c> or <c>[3, H, W]</c> of the model's input size, normalised.</summary>
    /// <exception cref="InputShapeException">It has another shape.</exception>
    /// <exception cref="ComputeException">Memory ran out, or an engine failed.</exception>
    public IReadOnlyList<CamExplanation> Explain(Tensor input, CancellationToken cancel = default)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor copy = ModelInput.Of(_model, input);
        return ComputeException.Wrap(() => Explain(copy, _model.Preprocessing.ToPhoto(copy), null, cancel));
    }

    private List<CamExplanation> Explain(Tensor picture, Photo photo, string? path, CancellationToken cancel)
    {
        using IDisposable weights = _model.Use();
        var watch = Stopwatch.StartNew();
        using DisposeScope kept = NewDisposeScope();
        Tensor input = picture.to(_model.Device);
        PictureRun plain = Run(input, cancel);
        float[] logits = plain.Pass.Logits.detach()[0].to(CPU).data<float>().ToArray();
        Ranking ranking = Ranking.Of(_model, logits);
        IReadOnlyList<int> classes = _model.ClassCount == 0 ? [NoClass] : _choice.From(ranking);
        long[] OthersOf(ComparingScore? score, int @class) => score is null ? [] : [.. Others(@class, classes, logits)];
        var answers = classes.SelectMany(_ => _methods, (@class, method) => new Answer(@class, method)).ToDictionary(answer => (answer.Class, answer.Method));

        IReadOnlyList<AugmentedView> views = _smoothing.HasFlag(Smoothing.Augmentation) ? AugmentedView.All : [AugmentedView.Plain];
        using Scalar share = views.Count; // held, for TorchSharp does not (see ComputeException)
        foreach (AugmentedView view in views)
        {
            using DisposeScope ofView = NewDisposeScope();
            PictureRun run = view == AugmentedView.Plain ? plain : Run(view.Of(input), cancel);
            foreach (int[] some in classes.Chunk(ClassesAtOnce))
            {
                foreach (IGrouping<ComparingScore?, CamMethod> family in _methods.GroupBy(method => method.Score))
                {
                    using DisposeScope ofFamily = NewDisposeScope();
                    var evidence = new ScoreEvidence(run, [.. some.Select(@class => ScoreOf(family.Key, @class, OthersOf(family.Key, @class)))], ofFamily);
                    foreach (var (@class, score) in some.Select((@class, score) => (@class, score)))
                    {
                        foreach (CamMethod method in family)
                        {
                            cancel.ThrowIfCancellationRequested();
                            Tensor[] maps = MapsOf(method, tap => new LayerEvidence(evidence, score, tap, @class, method.Name, _smoothing.HasFlag(Smoothing.Eigen)));
                            // On the CPU: so a GPU is through with them when the time is taken.
                            answers[(@class, method)].Add([.. maps.Select(map => (view.Undo(map) / share).to(CPU).MoveToOtherDisposeScope(kept))], watch.Elapsed);
                            watch.Restart();
                        }
                    }
                }
            }
        }
        return [.. answers.Values.Select(answer => ToExplanation(answer, photo, path, ranking, logits, OthersOf(answer.Method.Score, answer.Class)))];
    }

    private PictureRun Run(Tensor input, CancellationToken cancel)
    {
        Pass pass = Executor.Run(_network, input, Taps, IsTracked, cancel, IsCurved);
        return new PictureRun(_network, input, _taps, _biased, pass, _noise, _progress, cancel);
    }

    /// <summary>The classes that one is compared with: the others that were asked for, or else those with the nearest scores.</summary>
    private static IEnumerable<long> Others(int @class, IReadOnlyList<int> asked, float[] logits) => (asked.Count > 1
        ? asked.Where(other => other != @class)
        : Enumerable.Range(0, logits.Length).Where(other => other != @class).OrderBy(other => Math.Abs(logits[other] - logits[@class])).Take(SimilarClasses)).Select(other => (long)other);

    /// <summary>A class's logit, or what a method makes of that and others where there are any.</summary>
    private Func<Tensor, Tensor> ScoreOf(ComparingScore? score, int @class, long[] others) =>
        score is null || others.Length == 0 ? logits => logits.select(1, @class) : logits => score(logits, _model.Activation.Of(logits), @class, others);

    /// <summary>The scaled maps of a method's layers in their order, then the fused one if there are several.</summary>
    private Tensor[] MapsOf(CamMethod method, Func<int, LayerEvidence> evidenceAt)
    {
        Tensor MapAt(int tap)
        {
            using DisposeScope scope = NewDisposeScope(); // the memory of one layer's steps serves the next one's
            Tensor map = method.Map(evidenceAt(tap));
            return map.isfinite().all().item<bool>()
                ? Fusion.Scale(map).MoveToOuterDisposeScope()
                : throw new ComputeException(ComputeFault.MapNotFinite,
                    $"The map of {method.Name} at '{(_taps[tap].Name.Length > 0 ? _taps[tap].Name : "input")}' is infinite or holds no numbers.");
        }
        if (method.AtInput)
        {
            return [MapAt(Array.IndexOf(_taps, _network.Input))];
        }
        Tensor[] byTap = [.. _tapOf.Distinct().Order().Select(MapAt)];
        Tensor[] maps = [.. _tapOf.Select(tap => byTap[tap])];
        return maps.Length > 1 ? [.. maps, method.Fuse(maps, (_model.Preprocessing.Height, _model.Preprocessing.Width))] : maps;
    }

    private CamExplanation ToExplanation(
        Answer answer, Photo photo, string? path, Ranking ranking, float[] logits, long[] others)
    {
        CamMethod method = answer.Method;
        string[] names = method.AtInput ? ["input"] : [.. _layers.Select(layer => layer.Name)];
        return new CamExplanation(_model, photo, path)
        {
            Method = method.Name,
            Class = answer.Class,
            Label = answer.Class == NoClass ? "" : _model.LabelOf(answer.Class),
            Probability = ranking.All.FirstOrDefault(prediction => prediction.Class == answer.Class)?.Probability ?? double.NaN,
            Score = answer.Class == NoClass ? double.NaN : logits[answer.Class],
            ComparedWith = [.. others.Select(other => _model.LabelOf((int)other))],
            Predictions = [.. ranking.All.Take(PredictionsKept)],
            Predicted = [.. ranking.Predicted.Select(prediction => prediction.Label)],
            PredictedClasses = [.. ranking.Predicted.Select(prediction => prediction.Class)],
            Maps = [.. names.Select((name, layer) => ToMap(name, answer.Maps[layer], photo))],
            Fused = answer.Maps.Length > names.Length ? ToMap(string.Join("+", names), answer.Maps[^1], photo) : null,
            Smoothing = _smoothing,
            Seed = method.DrawsNoise ? _noise.Seed : null,
            Duration = answer.Took,
        };
    }

    private CamMap ToMap(string name, Tensor map, Photo photo) => CamMap.Of(name, map, _model.Preprocessing, photo);

    /// <summary>What one method says of one class: the mean of the maps of all views.</summary>
    private sealed record Answer(int Class, CamMethod Method)
    {
        public Tensor[] Maps { get; private set; } = [];

        public TimeSpan Took { get; private set; }

        public void Add(Tensor[] maps, TimeSpan took)
        {
            Maps = Maps.Length == 0 ? maps : [.. Maps.Zip(maps, (sum, map) => sum.add_(map))];
            Took += took;
        }
    }
}
