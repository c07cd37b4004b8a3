using System.Diagnostics;
using EasyExplain.Detectors;
using EasyExplain.Explanation.Methods;
using EasyExplain.Imaging;
using EasyExplain.Models;
using EasyExplain.Networks;
using EasyExplain.Networks.Engines;
using EasyExplain.Networks.Rewrites.Lrp;
using EasyExplain.Runtime;
using EasyExplain.Segmentation;
using TorchSharp;
using static EasyExplain.Runtime.HeldNumbers;
using static TorchSharp.torch;

namespace EasyExplain.Explanation;

/// <summary>Explains pictures with one model, one choice of layers, methods and classes: made once, used for every picture.</summary>
public sealed class Explainer
{
    private const int PredictionsKept = 5;
    private const int ClassesAtOnce = 8; // they share what takes further passes; memory holds the gradients of so many
    private const int SimilarClasses = 3;

    private readonly CamModel _model;
    private readonly IReadOnlyList<CamLayer> _layers;
    private readonly IReadOnlyList<CamMethod> _methods;
    private readonly ClassChoice _choice;
    private readonly MethodSettings _settings;
    private readonly Smoothing _smoothing;
    private readonly Action<int, int>? _progress;
    private readonly Network _network;
    private readonly Runner _runner;
    private readonly Node[] _taps;     // each node once, though several layers may share it
    private readonly int[] _tapOf;     // by layer
    private readonly Node[] _biased;
    private readonly RelevanceWay? _relevance;
    private readonly int _lastTap;     // of the layers, the one nearest to the output; −1 where none is tapped

    /// <summary>Prepares the network: folded where no layer is tapped, tapped where one is.</summary>
    /// <param name="model">The model; it must outlive this object.</param>
    /// <param name="layers">Its layers to explain, in order.</param>
    /// <param name="methods">The methods; they share what they can.</param>
    /// <param name="choice">Which classes.</param>
    /// <param name="settings">What the methods heed.</param>
    /// <param name="smoothing">What makes the maps less noisy.</param>
    /// <param name="progress">
    /// What methods with a pass for each channel tell, after each batch: how many are done, of how many for one layer.
    /// </param>
    /// <exception cref="SelectionException">A method cannot explain these layers, or not with such windows.</exception>
    public Explainer(
        CamModel model, IReadOnlyList<CamLayer> layers, IReadOnlyList<CamMethod> methods, ClassChoice choice, MethodSettings settings,
        Smoothing smoothing = Smoothing.None, Action<int, int>? progress = null)
        : this(model, layers, methods, choice, settings, smoothing, progress, asWritten: false)
    {
    }

    /// <inheritdoc cref="Explainer(CamModel, IReadOnlyList{CamLayer}, IReadOnlyList{CamMethod}, ClassChoice, MethodSettings, Smoothing,
    /// Action{int, int})"/>
    /// <param name="model"></param>
    /// <param name="layers"></param>
    /// <param name="methods"></param>
    /// <param name="choice"></param>
    /// <param name="settings"></param>
    /// <param name="smoothing"></param>
    /// <param name="progress"></param>
    /// <param name="asWritten">
    /// Whether nothing is folded or compiled, so that weights which are exchanged meanwhile (<see cref="Parameter.Exchanged"/>) count.
    /// </param>
    internal Explainer(
        CamModel model, IReadOnlyList<CamLayer> layers, IReadOnlyList<CamMethod> methods, ClassChoice choice, MethodSettings settings,
        Smoothing smoothing, Action<int, int>? progress, bool asWritten)
    {
        (_model, _layers, _methods, _choice) = (model, layers, methods, choice);
        (_settings, _smoothing, _progress) = (settings, smoothing, progress);
        if (methods.FirstOrDefault(method => !method.Fits(layers)) is { } misfit)
        {
            throw misfit.NotPossible(layers);
        }
        if (choice.Side is not null && methods.FirstOrDefault(method => method.UsesRelevance || method.Score is not null) is { } ofClass)
        {
            throw new SelectionException(SelectionFault.MethodNotPossible, ofClass.Name, ofClass.UsesRelevance
                ? $"{ofClass.Name} hands back a score in shares of what adds up to it. The side of a box is made of several numbers by " +
                "exponentials, products or a mean over bins, and which share of its pixels is whose is not defined. LayerCAM, GradCAM or " +
                "ODAM explain that."
                : $"{ofClass.Name} compares classes, and the side of a box has none. LayerCAM, GradCAM or ODAM explain that.");
        }
        if (methods.Any(method => method.SlidesWindow))
        {
            WindowGrid.Of(settings, (model.Preprocessing.Height, model.Preprocessing.Width));
        }
        bool atInput = methods.Any(method => method.AtInput), biases = methods.Any(method => method.UsesBiases);
        // A folded network has other biases, and a method that asks for them wants those of the file.
        _runner = asWritten ? Runner.Libtorch : model.Runner;
        CamLayer[] tapped = methods.All(method => method.AtInput) ? [] : [.. layers];
        HashSet<string> names = [.. layers.Select(layer => layer.Name)];
        _relevance = !methods.Any(method => method.UsesRelevance) ? null
            : RelevanceTo(
                [.. tapped.DistinctBy(layer => layer.Node).Select(layer => layer.Name), .. atInput ? [""] : Array.Empty<string>()]);
        // Relevance has a network of its own, in which a layer inside a folded pair stands for the pair. Where nothing else is asked for,
        // and no such layer, it is the only one to run.
        _network = biases || asWritten ? model.Network
            : _relevance is not null && methods.All(method => method.UsesRelevance) && tapped.All(layer => !model.IsFolded(layer.Name))
            ? _relevance.Network : model.Optimized(names, ofBoxes: model.Task != CamTask.Detect || choice.Side is not null);
        Node[] nodes = [.. tapped.Select(layer => _network.Find(layer.Name)!.Node)];
        _taps = [.. nodes.Concat(atInput ? [_network.Input] : []).Distinct()];
        _tapOf = [.. nodes.Select(node => Array.IndexOf(_taps, node))];
        _lastTap = nodes.Length == 0 ? -1 : Array.IndexOf(_taps, _network.Nodes.Last(nodes.Contains));
        using DisposeScope scope = NewDisposeScope();
        _biased = biases ? [.. _network.Nodes.Where(node => node.Operator.ChannelBias is not null && _network.LeadsToOutput(node))] : [];
    }

    /// <summary>What it has made for itself, since weights that are exchanged meanwhile count; null of any other.</summary>
    internal IDisposable? Own { get; private set; }

    /// <summary>Compiles what can be, and says which engine runs what of the network, as the end of a sentence.</summary>
    internal string Compile()
    {
        using IDisposable weights = _model.Use();
        long[] shape = [_model.Channels, _model.Preprocessing.Height, _model.Preprocessing.Width];
        string summary = GoesThereAndBack ? _relevance!.Summary(_runner)
            : IsCurved ? "libtorch" : _runner.Summary(_network, Taps, IsTracked, shape);
        return _model.Precision == Precision.Int8 && _relevance is not null ? $"{summary}; LRP computes in float32 all the same" : summary;
    }

    private Node[] Taps => [.. _taps, .. _biased, .. RelevanceIsAll ? _relevance!.Read : []];

    private bool RelevanceIsAll => _network == _relevance?.Network;

    private bool GoesThereAndBack => RelevanceIsAll && _relevance!.GoesThereAndBack && _choice == ClassChoice.Predicted
        && _model.Task == CamTask.Classify;

    private bool IsTracked => _methods.Any(method => method.UsesGradients);

    private bool IsCurved => _methods.Any(method => method.UsesCurvature);

    /// <summary>
    /// Explains a photo: one forward pass, one backward pass a class, all layers tapped; six times that with augmentation.
    /// </summary>
    /// <returns>One explanation for each class and method, in the order asked.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> was signalled.</exception>
    /// <exception cref="InvalidDataException">The network's output is not finite.</exception>
    /// <exception cref="ComputeException">Memory ran out, or an engine failed.</exception>
    public IReadOnlyList<CamExplanation> Explain(Photo photo, string? path, CancellationToken cancel = default)
    {
        using DisposeScope scope = NewDisposeScope();
        return ComputeException.Wrap(() => Explain(_model.Preprocessing.ToInput(photo), photo, path, cancel));
    }

    /// <summary>
    /// Explains a tensor that is already an input: <c>[1, C, H, W]</c> or <c>[C, H, W]</c> of the model's input size, normalised.
    /// </summary>
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
        using DisposeScope kept = NewDisposeScope();
        var watch = Stopwatch.StartNew();
        Tensor input = picture.to(_model.Device);
        PictureRun plain = Run(input, cancel);
        Tensor output = plain.Pass.Logits.detach()[0].to(CPU);
        (Ranking ranking, IReadOnlyList<Subject> subjects) = _choice.Same is { } same ? FindAgain(same, output) : _model.Task switch
        {
            CamTask.Detect => FindThings(_model.Detector!, output, photo),
            CamTask.Segment => FindRegions(output, photo),
            _ => FindClasses(output.data<float>().ToArray()),
        };
        if (subjects.Count == 0)
        {
            return [.. _methods.Select(method => OfNothing(method, photo, path, ranking))];
        }
        Answer[] answers = Ask(subjects);
        IReadOnlyList<AugmentedView> views = _smoothing.HasFlag(Smoothing.Augmentation) ? AugmentedView.All : [AugmentedView.Plain];
        foreach (AugmentedView view in views)
        {
            using DisposeScope ofView = NewDisposeScope();
            PictureRun run = view == AugmentedView.Plain ? plain : Run(view.Of(input), cancel);
            foreach (Answer[] together in answers.Chunk(ClassesAtOnce * _methods.Count).SelectMany(OfOneScore))
            {
                Find(together, run, view == AugmentedView.Plain,
                    map => view.Undo(map).Over(views.Count).to(CPU).MoveToOtherDisposeScope(kept), watch);
            }
        }
        ChannelVector? features = _lastTap < 0 ? null : ChannelSums.MeanOf(plain.Activations[_lastTap]);
        float[]? probabilities = _model.Task == CamTask.Classify ? ranking.Probabilities() : null;
        return [.. answers.Select(answer => ToExplanation(answer, photo, path, ranking) with
        {
            Channels = features is null || answer.Method.AtInput ? null : new ChannelEvidence(features, answer.Relevance),
            Probabilities = probabilities,
        })];
    }

    /// <summary>
    /// An answer to be found for each class and method, in the order asked; methods that ask for the same score of a class share the
    /// target.
    /// </summary>
    private Answer[] Ask(IReadOnlyList<Subject> subjects)
    {
        return [.. subjects.SelectMany(AskOf)];

        IEnumerable<Answer> AskOf(Subject subject)
        {
            var targets = _methods.Select(method => method.Score).Distinct().Select(score => (score, target: subject.TargetFor(score)))
                .ToArray();
            return _methods.Select(method => new Answer(subject, targets.First(known => known.score == method.Score).target, method));
        }
    }

    /// <summary>What a classifier says, and the classes to explain.</summary>
    private (Ranking, IReadOnlyList<Subject>) FindClasses(float[] logits)
    {
        Ranking ranking = Ranking.Of(_model, logits);
        if (_model.ClassCount == 0)
        {
            return (ranking, [new Subject(Features.NoClass, double.NaN, double.NaN, _ => new Features())]);
        }
        IReadOnlyList<int> classes = _choice.From(ranking);
        return (ranking, [.. classes.Select(@class => new Subject(@class, ranking.All.First(one => one.Class == @class).Probability,
            logits[@class], score => TargetOf(@class, score)))]);

        Target TargetOf(int @class, ComparingScore? score) =>
            score is not null && Others(@class, classes, logits).ToArray() is { Length: > 0 } others
            ? new ClassAgainstOthers(@class, others, score, _model.Activation)
            : new ClassTarget(@class);
    }

    /// <summary>What a detector says, and the things to explain.</summary>
    private (Ranking, IReadOnlyList<Subject>) FindThings(DetectorHead detector, Tensor output, Photo photo)
    {
        Ranking.DemandFinite(_model, output.narrow(1, detector.BoxColumns, output.shape[1] - detector.BoxColumns));
        IReadOnlyList<Detection> found = detector.Find(output, _choice.Detections, _model.Preprocessing, photo);
        return (Ranking.Of(_model, found), [.. _choice.From(found).Select(detection =>
        {
            var thing = new LikenessTarget(detection.Class, detector, output[detection.Candidate]);
            Target target = _choice.Side is { } side
                ? new BoxTarget(detection.Class, detection.Candidate, side) { Found = thing, FirstColumn = detector.BoxOf(detection.Class) }
                : new DetectionTarget(detection.Class, detection.Candidate, detector.ColumnOf(detection.Class)) { Found = thing };
            return new Subject(detection.Class, detection.Probability, target.Of(output.unsqueeze(0)).item<float>(), Asked(target, output))
            {
                Detection = detection.Number,
                Box = detection.Box,
            };
        })]);
    }

    /// <summary>What was explained of another picture, whatever there is in this one.</summary>
    private (Ranking, IReadOnlyList<Subject>) FindAgain(Target same, Tensor output)
    {
        Target target = same.In(output);
        Tensor score = target.Of(output.unsqueeze(0));
        Ranking.DemandFinite(_model, score);
        return (new Ranking([], []), [new Subject(target.Class, double.NaN, score.item<float>(), Asked(target, output))]);
    }

    /// <summary>
    /// What a method asks for of something that was found: its number, or that set against the classes whose scores are nearest there.
    /// </summary>
    private Func<ComparingScore?, Target> Asked(Target target, Tensor output)
    {
        return score =>
        {
            if (score is null || _model.ClassCount < 2 || Classes() is not { } classes)
            {
                return target;
            }
            float[] logits = classes(output.unsqueeze(0)).contiguous().data<float>().ToArray();
            return new ClassAgainstOthers(target.Class, [.. Nearest(target.Class, logits)], score, _model.Activation)
            {
                At = (target, classes),
            };
        };

        Func<Tensor, Tensor>? Classes() => target switch
        {
            DetectionTarget found => made => _model.Detector!.LogitsAt(made, found.Candidate),
            RegionTarget region => region.OfClasses,
            _ => null,
        };
    }

    /// <summary>What a segmenter says, and the classes to explain, each where it is.</summary>
    private (Ranking, IReadOnlyList<Subject>) FindRegions(Tensor output, Photo photo)
    {
        Ranking.DemandFinite(_model, output);
        var regions = new SegmentedRegions(_model, output, photo);
        Ranking ranking = Ranking.Of(_model, regions.Classes(_choice.Region).Select(At).OfType<SegmentedRegion>());
        return (ranking, [.. _choice.From(ranking).Select(At).OfType<SegmentedRegion>().Select(one =>
            new Subject(one.Class, one.Probability, one.Score, Asked(one.Target, output)) { Box = one.Box })]);

        SegmentedRegion? At(int @class) => regions.Of(@class, _choice.Region);
    }

    private string[] NamesFor(CamMethod method) => method.AtInput ? ["input"] : [.. _layers.Select(layer => layer.Name)];

    private CamExplanation OfNothing(CamMethod method, Photo photo, string? path, Ranking ranking) => new(_model, photo, path)
    {
        Method = method.Name,
        Class = Features.NoClass,
        Label = "",
        Probability = double.NaN,
        Score = double.NaN,
        ComparedWith = [],
        Predictions = [.. ranking.All.Take(PredictionsKept)],
        Predicted = [.. ranking.Predicted.Select(prediction => prediction.Label)],
        PredictedClasses = [.. ranking.Predicted.Select(prediction => prediction.Class)],
        AllFound = ranking.Found,
        AskedLayers = NamesFor(method),
        Maps = [],
        Fused = null,
        Smoothing = _smoothing,
        Seed = null,
        Settings = _settings,
    };

    private static IEnumerable<Answer[]> OfOneScore(IEnumerable<Answer> answers) =>
        answers.GroupBy(answer => answer.Method.Score).Select(one => one.ToArray());

    /// <summary>Adds the maps of one view of the picture to answers that share its passes.</summary>
    /// <param name="answers">The answers.</param>
    /// <param name="run">The view's way through the network.</param>
    /// <param name="isPlain">Whether the view is the picture as it is.</param>
    /// <param name="finish">
    /// Makes of a map of the view its share in that of the picture, on the CPU: so a GPU is through with it when the time is taken.
    /// </param>
    /// <param name="watch">Takes the time from one answer to the next.</param>
    private void Find(Answer[] answers, PictureRun run, bool isPlain, Func<Tensor, Tensor> finish, Stopwatch watch)
    {
        using DisposeScope scope = NewDisposeScope();
        Target[] targets = [.. answers.Select(answer => answer.Target).Distinct()];
        var evidence = new ScoreEvidence(run, targets, scope);
        foreach (Answer answer in answers)
        {
            run.Cancel.ThrowIfCancellationRequested();
            int target = Array.IndexOf(targets, answer.Target);
            Tensor[] maps = MapsOf(answer, tap =>
                new LayerEvidence(evidence, target, tap, answer.Method, _smoothing.HasFlag(Smoothing.Eigen)));
            if (isPlain && _lastTap >= 0 && answer.Method is { UsesGradients: true, AtInput: false })
            {
                answer.Relevance = evidence.KnownGradients(target) is { } gradients
                    ? ChannelSums.RelevanceOf(gradients[_lastTap], run.Activations[_lastTap]) : null;
            }
            answer.Add([.. maps.Select(finish)], watch.Elapsed);
            watch.Restart();
        }
    }

    private PictureRun Run(Tensor input, CancellationToken cancel)
    {
        if (GoesThereAndBack)
        {
            (Tensor logits, Tensor ofInput) = _relevance!.RunThereAndBack(_runner, input, cancel);
            return new PictureRun(_network, input, _taps, _biased, new Pass(logits, [input]), _settings, _progress, cancel)
            {
                Runner = _runner,
                Activation = _model.Activation,
                Detector = _model.Detector,
                Relevance = new PictureRelevance(_relevance, logits, () => Read(input, cancel).Taps, _runner, cancel)
                {
                    OfHighest = ofInput,
                },
            };
        }
        Pass pass = _runner.Run(_network, input, Taps, IsTracked, cancel, IsCurved);
        return new PictureRun(_network, input, _taps, _biased, pass, _settings, _progress, cancel)
        {
            Runner = _runner,
            Activation = _model.Activation,
            Detector = _model.Detector,
            Relevance = RelevanceOf(input, pass, cancel),
        };
    }

    private RelevanceWay RelevanceTo(string[] layers)
    {
        if (_runner == _model.Runner)
        {
            return _model.Relevance(_settings.Relevance, layers);
        }
        RelevanceWays own = _model.RelevanceNow();
        Own = own;
        return own.To(layers, _settings.Relevance);
    }

    private PictureRelevance? RelevanceOf(Tensor input, Pass pass, CancellationToken cancel)
    {
        if (_relevance is null)
        {
            return null;
        }
        if (RelevanceIsAll)
        {
            return new PictureRelevance(
                _relevance, pass.Logits, () => [.. pass.Taps.TakeLast(_relevance.Read.Count)], _runner, cancel);
        }
        Pass own = Read(input, cancel);
        return new PictureRelevance(_relevance, own.Logits, () => own.Taps, _runner, cancel);
    }

    private Pass Read(Tensor input, CancellationToken cancel) =>
        _runner.Run(_relevance!.Network, input, _relevance.Read, track: false, cancel);

    /// <summary>The classes that one is compared with: the others that were asked for, or else those with the nearest scores.</summary>
    private static IEnumerable<int> Others(int @class, IReadOnlyList<int> asked, float[] logits) => asked.Count > 1
        ? asked.Where(other => other != @class) : Nearest(@class, logits);

    private static IEnumerable<int> Nearest(int @class, float[] logits) => Enumerable.Range(0, logits.Length)
        .Where(other => other != @class).OrderBy(other => Math.Abs(logits[other] - logits[@class])).Take(SimilarClasses);

    /// <summary>The scaled maps of a method's layers in their order, then the fused one if there are several.</summary>
    private Tensor[] MapsOf(Answer answer, Func<int, LayerEvidence> evidenceAt)
    {
        CamMethod method = answer.Method;
        List<Tensor> unscaled = [];
        // What a detector finds belongs to one of its scales: layers count as much as they had part in it.
        bool byShare = _model.Task == CamTask.Detect && method is { UsesGradients: true, FusesUnscaled: false, IsSigned: false };
        var highest = new Dictionary<int, double>();
        Tensor MapAt(int tap)
        {
            using DisposeScope scope = NewDisposeScope(); // the memory of one layer's steps serves the next one's
            Tensor map = method.Map(evidenceAt(tap));
            if (!map.isfinite().all().item<bool>())
            {
                throw new ComputeException(ComputeFault.MapNotFinite,
                    $"The map of {method.Name} at '{(_taps[tap].Name.Length > 0 ? _taps[tap].Name : "input")}' is infinite or holds no " +
                    $"numbers.");
            }
            if (byShare)
            {
                highest[tap] = map.max().to(float64).item<double>();
            }
            if (method.FusesUnscaled)
            {
                unscaled.Add(map.alias().MoveToOuterDisposeScope());
            }
            if (!method.IsSigned)
            {
                return Fusion.Scale(map).MoveToOuterDisposeScope();
            }
            (Tensor scaled, answer.Units[tap]) = Fusion.ScaleSigned(map);
            return scaled.MoveToOuterDisposeScope();
        }
        if (method.AtInput)
        {
            return [MapAt(Array.IndexOf(_taps, _network.Input))];
        }
        Tensor[] byTap = [.. _tapOf.Distinct().Order().Select(MapAt)];
        Tensor[] maps = [.. _tapOf.Select(tap => byTap[tap])];
        if (maps.Length <= 1)
        {
            return maps;
        }
        (long, long) size = (_model.Preprocessing.Height, _model.Preprocessing.Width);
        double most = byShare ? highest.Values.Max() : 0;
        return
        [
            .. maps, method.FusesUnscaled ? Fusion.Scale(method.Fuse(unscaled, size))
                // A coarse map loses height where it is made as fine as another.
                : most > 0 ? Fusion.Scale(method.Fuse([.. maps.Select((map, layer) => map.Times(highest[_tapOf[layer]] / most))], size))
                : method.Fuse(maps, size),
        ];
    }

    private CamExplanation ToExplanation(Answer answer, Photo photo, string? path, Ranking ranking)
    {
        (Subject subject, Target target, CamMethod method) = answer;
        string[] names = NamesFor(method);
        return new CamExplanation(_model, photo, path)
        {
            Method = method.Name,
            Target = target,
            Class = target.Class,
            Label = target is Features ? "" : _model.LabelOf(target.Class),
            Probability = subject.Probability,
            Score = subject.Score,
            Box = subject.Box,
            Detection = subject.Detection,
            AllFound = ranking.Found,
            ComparedWith = target is ClassAgainstOthers against ? [.. against.Others.Select(_model.LabelOf)] : [],
            Predictions = [.. ranking.All.Take(PredictionsKept)],
            Predicted = [.. ranking.Predicted.Select(prediction => prediction.Label)],
            PredictedClasses = [.. ranking.Predicted.Select(prediction => prediction.Class)],
            Maps = [.. names.Select((name, layer) => ToMap(name, answer.Maps[layer], UnitAt(layer)))],
            Fused = answer.Maps.Length > names.Length ? ToMap(string.Join("+", names), answer.Maps[^1], null) : null,
            Smoothing = _smoothing,
            Seed = method.DrawsNoise ? _settings.Seed : null,
            Duration = answer.Took,
            Settings = _settings,
        };

        CamMap ToMap(string name, Tensor map, double? unit) => CamMap.Of(name, map, _model.Preprocessing, photo, method.IsSigned, unit);

        // The mean of several views has no unit: each was scaled by itself.
        double? UnitAt(int layer) => method.IsSigned && !_smoothing.HasFlag(Smoothing.Augmentation)
            ? answer.Units[method.AtInput ? Array.IndexOf(_taps, _network.Input) : _tapOf[layer]] : null;
    }

    /// <summary>What one method says of one target: the mean of the maps of all views.</summary>
    private sealed record Answer(Subject Subject, Target Target, CamMethod Method)
    {
        public Tensor[] Maps { get; private set; } = [];

        public TimeSpan Took { get; private set; }

        /// <summary>By tap, what 1 stands for in the map of a method with signs; the last view's.</summary>
        public Dictionary<int, double> Units { get; } = [];

        /// <summary>Each channel's share in the score; null where no gradients were asked for.</summary>
        public ChannelVector? Relevance { get; set; }

        public void Add(Tensor[] maps, TimeSpan took)
        {
            Maps = Maps.Length == 0 ? maps : [.. Maps.Zip(maps, (sum, map) => sum.PlusInPlace(map))];
            Took += took;
        }
    }
}
