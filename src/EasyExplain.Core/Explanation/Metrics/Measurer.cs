using System.Diagnostics;
using EasyExplain.Explanation.Methods;
using EasyExplain.Models;
using EasyExplain.Networks;
using EasyExplain.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Explanation.Metrics;

/// <summary>
/// Measures explanations: made once, used for one after the other. What the explanations of one photo share is found out once if they come
/// one after the other, and so are the controls that each is compared with.
/// </summary>
/// <remarks>
/// Probabilities are the model's own: of its softmax, or its sigmoids. Maps are enlarged to the input. A signed map counts as it is where
/// its order counts (deletion, insertion, ROAD, MuFidelity, correlations), by what speaks for the class where it is laid over the image or
/// an object (AverageDrop, Coherency, Complexity, Energy), and by its magnitudes where only its spread does. Of what a detector found, and
/// of a part of a photo that a segmenter tells, the probability is the one of <see cref="ProbabilityPasses"/>.
/// </remarks>
/// <param name="settings">What is measured.</param>
public sealed class Measurer(MeasureSettings settings) : IDisposable
{
    private const double RoadWithin = 1e-4; // by which a pixel is off less than by the noise that is added to it

    private MeasuredPhoto? _photo;
    private (CamModel Model, ShuffledWeights Weights)? _shuffled;
    private Measurer? _inFloat32; // measures the same of models in 8 bits
    private CamModel? _warm; // the last model whose way in float32 has run

    /// <summary>How many passes through the network the figures of one explanation take, those that explanations share aside.</summary>
    public int PassesEach =>
        Curves(CamMetric.Deletion, CamMetric.Insertion) + Curves(CamMetric.DeletionBlur, CamMetric.InsertionBlur)
        + (settings.WantsMost ? Road.Parts.Count : 0) + (settings.WantsLeast ? Road.Parts.Count : 0)
        + (settings.WantsDrop ? 1 : 0) + (settings.Wants(CamMetric.Coherency, CamMetric.ADCC) ? 1 : 0);

    /// <summary>How many the explanations of one class of a photo share.</summary>
    public int PassesShared => settings.Wants(CamMetric.MuFidelity) ? settings.RegionCount : 0;

    /// <summary>Whether a model has what is measured: probabilities.</summary>
    /// <exception cref="SelectionException">It has none.</exception>
    public static void Demand(CamModel model)
    {
        if (model.ClassCount == 0 || model.Activation == Activation.None)
        {
            throw new SelectionException(SelectionFault.MetricNotPossible, model, model.ClassCount == 0
                ? $"{model} ends in features and has no classes, so there is no probability whose changes could be measured."
                : $"The outputs of {model} are scores, not probabilities, so there is nothing to measure changes of.")
            {
                Remedy = Remedy.SayThatOutputsAreClasses,
            };
        }
    }

    /// <summary>Measures one explanation, and the controls of its photo, class and layers.</summary>
    /// <param name="explanation">The explanation; it has maps.</param>
    /// <param name="isObject">
    /// Which pixels of the model's input are the object's, row by row; null where nobody knows, or where none of it is in view.
    /// </param>
    /// <param name="input">
    /// The input that was explained, <c>[1, 3, H, W]</c> or <c>[3, H, W]</c>, where that was no photo: an explanation keeps what it looks
    /// like
    /// in bytes.
    /// </param>
    /// <param name="cancel">Stops it.</param>
    /// <returns>
    /// The same explanation, with its figures and those of its controls; of a model in 8 bits, also with those in float32.
    /// </returns>
    /// <exception cref="SelectionException">The model has no probabilities.</exception>
    /// <exception cref="NoMapException">The explanation has no maps.</exception>
    /// <exception cref="Imaging.ImageFileException">The photo can no longer be read.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> was signalled.</exception>
    /// <exception cref="ComputeException">Memory ran out, or an engine failed.</exception>
    public CamExplanation Measure(
        CamExplanation explanation, bool[]? isObject = null, Tensor? input = null, CancellationToken cancel = default)
    {
        CamModel model = explanation.Model;
        Demand(model);
        CamMap map = explanation.Map;
        if (explanation is { FoundIn: not null, Measure: { } known } && known.Seed == settings.Seed && HasAll(known, isObject is not null)
            && model.Computes == Precision.Float32)
        {
            return explanation; // an audit file had it
        }
        using IDisposable weights = model.Use();
        using DisposeScope scope = NewDisposeScope();
        return ComputeException.Wrap(() =>
        {
            MeasuredTarget shared = SharedBy(explanation, input);
            IReadOnlyList<CamLayer> layers = LayersOf(explanation);
            CamMeasure row = RowOf(explanation, shared, cancel);
            CamMethod method = MethodOf(explanation);
            PrecisionPair? pair = PairOf(explanation, method, layers, shared, cancel);
            if (pair is not null)
            {
                row = row with { Seconds = pair.InBytes.Seconds };
            }
            MapAgain again = new(model, method, layers, SettingsOf(explanation), explanation.Smoothing);
            MapAgain changed = new(model, method, layers, SettingsOf(explanation), explanation.Smoothing) { AsWritten = true };
            CamMeasure measured = Figures(row, shared, MapAtInput.Of(map, model), isObject, cancel,
                (other, target) => again.Of(other, target, cancel), other => changed.Of(other, shared.Target, cancel));
            measured = row.IsControl ? measured : measured with { Controls = Controls(row, shared, layers, isObject, cancel) };
            return explanation with { Measure = pair is null ? measured : Compared(measured, pair, shared, isObject, cancel) };
        });
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _photo?.Dispose();
        _shuffled?.Weights.Dispose();
        _inFloat32?.Dispose();
    }

    /// <summary>The same explanation in 8 bits and in float32; null of a model in float32, or where nobody asks.</summary>
    private PrecisionPair? PairOf(
        CamExplanation explanation, CamMethod method, IReadOnlyList<CamLayer> layers, MeasuredTarget shared, CancellationToken cancel)
    {
        if (explanation.Model.Computes == Precision.Float32
            || !(settings.BothPrecisions || settings.Wants(CamMetric.PrecisionCorrelation, CamMetric.PrecisionAgreement)))
        {
            return null;
        }
        if (_warm != explanation.Model)
        {
            _warm = explanation.Model;
            Made(); // what runs for the first time takes longer
        }
        return Made();

        PrecisionPair Made() =>
            PrecisionPair.Of(explanation, method, layers, SettingsOf(explanation), shared.Target, shared.Photo.Input, cancel);
    }

    /// <summary>The figures of a map in 8 bits, with how near it comes to that in float32, and with that one's figures.</summary>
    private CamMeasure Compared(
        CamMeasure measured, PrecisionPair pair, MeasuredTarget shared, bool[]? isObject, CancellationToken cancel)
    {
        _inFloat32 ??= new Measurer(settings);
        return measured with
        {
            PrecisionCorrelation = settings.Wants(CamMetric.PrecisionCorrelation) ? pair.Correlation : null,
            PrecisionAgreement = settings.Wants(CamMetric.PrecisionAgreement) ? pair.Agreement : null,
            InFloat32 = settings.BothPrecisions
                ? _inFloat32.Measure(pair.InFull, isObject, shared.Photo.Input, cancel).Measure : null,
        };
    }

    /// <summary>Whether figures that were kept are all that is asked for; a figure that a map cannot have is measured again.</summary>
    private bool HasAll(CamMeasure known, bool objectIsKnown) => known.Controls.Count > 0
        && settings.Metrics.All(metric => metric.Of(known) is not null || (metric.NeedsObject && !objectIsKnown));

    private MeasuredTarget SharedBy(CamExplanation explanation, Tensor? input)
    {
        bool isSame = _photo is not null && _photo.Model == explanation.Model && (explanation.Path is null
            ? _photo.Photo.Path is null && _photo.Photo.Get() == explanation.Source.Get()
            : explanation.Path == _photo.Photo.Path);
        if (!isSame)
        {
            _photo?.Dispose();
            _photo = null; // should the next one fail
            _photo = new MeasuredPhoto(explanation.Model, explanation.Source, input, explanation.Layers, settings);
        }
        return _photo!.Of(NumberOf(explanation));
    }

    /// <summary>What is explained, not as a method compares it.</summary>
    private static Target NumberOf(CamExplanation explanation) => explanation.Target switch
    {
        ClassAgainstOthers { At: { } at } => at.Alone,
        DetectionTarget or BoxTarget or RegionTarget => explanation.Target,
        _ => new ClassTarget(explanation.Class),
    };

    private CamMeasure RowOf(CamExplanation explanation, MeasuredTarget shared, CancellationToken cancel) => new()
    {
        Path = explanation.Path,
        Method = explanation.Method,
        Layers = explanation.Layers,
        Class = explanation.Class,
        Label = explanation.Label,
        Detection = explanation.Detection,
        Precision = explanation.Model.Computes,
        // What is explained again, whatever else there is in the photo, has none.
        Probability = double.IsNaN(explanation.Probability) && ProbabilityPasses.Knows(shared.Target)
            ? shared.Whole(shared.Passes(cancel)) : explanation.Probability,
        IsControl = explanation.Method == RandomCAM.Method.Name,
        Seconds = explanation.Seconds,
        ModelName = explanation.ModelName,
        Seed = settings.Seed,
    };

    /// <summary>The controls of an explanation: a random map at its layers, and a Gaussian in the centre.</summary>
    private CamMeasure[] Controls(
        CamMeasure row, MeasuredTarget shared, IReadOnlyList<CamLayer> layers, bool[]? isObject, CancellationToken cancel)
    {
        CamModel model = shared.Photo.Model;
        return [Known(string.Join('+', layers), () =>
        {
            var random = new MapAgain(model, RandomCAM.Method, layers, MapAgain.UsualSettings with { Seed = shared.Photo.Seed },
                Smoothing.None);
            var changed = new MapAgain(model, RandomCAM.Method, layers, MapAgain.UsualSettings with { Seed = shared.Photo.Seed },
                Smoothing.None) { AsWritten = true };
            var watch = Stopwatch.StartNew();
            Tensor map = random.Of(shared.Photo.Input, shared.Target, cancel);
            CamMeasure control = row with
            {
                Method = RandomCAM.Method.Name,
                Layers = [.. layers.Select(layer => layer.Name)],
                IsControl = true,
                Seconds = watch.Elapsed.TotalSeconds,
            };
            return Figures(control, shared, map, isObject, cancel, (input, target) => random.Of(input, target, cancel),
                input => changed.Of(input, shared.Target, cancel));
        }), Known(CenterGaussian.Name, () =>
        {
            Tensor map = tensor(CenterGaussian.Map(model.Preprocessing.Height, model.Preprocessing.Width));
            CamMeasure control = row with { Method = CenterGaussian.Name, Layers = [], IsControl = true, Seconds = 0 };
            return Figures(control, shared, map, isObject, cancel, (_, _) => map.alias(), _ => map.alias());
        })];

        CamMeasure Known(string which, Func<CamMeasure> measure) => shared.Controls.TryGetValue(which, out CamMeasure? known)
            ? known : shared.Controls[which] = measure();
    }

    /// <summary>The figures of one map.</summary>
    /// <param name="row">What they belong to.</param>
    /// <param name="shared">What is known of the photo and of what is explained.</param>
    /// <param name="map">The map at the input's size, on the CPU.</param>
    /// <param name="isObject">The object's pixels.</param>
    /// <param name="cancel">Stops it.</param>
    /// <param name="again">Makes the map of another input, or of something else.</param>
    /// <param name="changed">Makes the map of an input with whatever weights there are.</param>
    private CamMeasure Figures(CamMeasure row, MeasuredTarget shared, Tensor map, bool[]? isObject, CancellationToken cancel,
        Func<Tensor, Target, Tensor> again, Func<Tensor, Tensor> changed)
    {
        MeasuredPhoto photo = shared.Photo;
        MeasureSettings wanted = settings.Of(shared.Target);
        ProbabilityPasses passes = shared.Passes(cancel);
        Tensor input = photo.Input, positive = MapAtInput.Positive(map);
        float[] values = Numbers(map), ofPositive = Numbers(positive);

        if (wanted.WantsDrop || wanted.Wants(CamMetric.Coherency, CamMetric.Complexity))
        {
            Tensor through = positive.to(input.device) * input;
            double? drop = null, increase = null, coherency = null;
            if (wanted.WantsDrop)
            {
                double after = passes.Of(through), before = shared.Whole(passes);
                (drop, increase) = (Drop.Of(before, after), Drop.Increase(before, after));
            }
            if (wanted.Wants(CamMetric.Coherency, CamMetric.ADCC))
            {
                coherency = NumbersOf(() => again(through, shared.Target)) is { } ofItself ? Adcc.Coherency(values, ofItself) : null;
            }
            double complexity = Adcc.Complexity(ofPositive);
            row = row with
            {
                AverageDrop = wanted.Wants(CamMetric.AverageDrop) ? drop : null,
                ConfidenceIncrease = wanted.Wants(CamMetric.ConfidenceIncrease) ? increase : null,
                Coherency = wanted.Wants(CamMetric.Coherency) ? coherency : null,
                Complexity = wanted.Wants(CamMetric.Complexity) ? complexity : null,
                ADCC = wanted.Wants(CamMetric.ADCC) && coherency is { } coherent ? Adcc.Of(coherent, complexity, drop!.Value) : null,
            };
        }
        if (wanted.Wants(CamMetric.Deletion, CamMetric.Insertion, CamMetric.DeletionBlur, CamMetric.InsertionBlur)
            || wanted.WantsMost || wanted.WantsLeast)
        {
            int[] order = PixelOrder.ByChance(values, settings.Seed);
            Tensor ranks = PixelOrder.Ranks(order, (int)input.shape[2], (int)input.shape[3]).to(input.device);
            int[] counts = RemovalCurve.Counts(order.Length, settings.StepCount);
            row = row with
            {
                Deletion = Area(CamMetric.Deletion, input, photo.Nothing, shared.Whole, shared.Nothing),
                Insertion = Area(CamMetric.Insertion, photo.Nothing, input, shared.Nothing, shared.Whole),
                DeletionBlur = Area(CamMetric.DeletionBlur, input, photo.Blurred, shared.Whole, shared.Blurred),
                InsertionBlur = Area(CamMetric.InsertionBlur, photo.Blurred, input, shared.Blurred, shared.Whole),
            };
            double? most = wanted.WantsMost ? Without(order) : null;
            double? least = wanted.WantsLeast ? Without([.. Enumerable.Reverse(order)]) : null;
            row = row with
            {
                RoadMoRF = wanted.Wants(CamMetric.RoadMoRF) ? most : null,
                RoadLeRF = wanted.Wants(CamMetric.RoadLeRF) ? least : null,
                ROAD = wanted.Wants(CamMetric.ROAD) ? (least - most) / 2 : null,
            };

            double? Area(CamMetric metric, Tensor from, Tensor to, Func<ProbabilityPasses, double> first,
                Func<ProbabilityPasses, double> last) => wanted.Wants(metric) ? RemovalCurve.Area(counts,
                    [first(passes), .. RemovalCurve.Of(passes, ranks, counts[1..^1], from, to), last(passes)]) : null;

            double Without(int[] first) => Road.Without(passes, input, [.. Road.Parts.Select(part => Road.First(first, part))],
                photo.Noise, RoadWithin).Average() - shared.Whole(passes);
        }
        return row with
        {
            MuFidelity = wanted.Wants(CamMetric.MuFidelity)
                ? MuFidelity.Of(shared.Regions(passes), MuFidelity.Sums(values, (int)input.shape[3], photo.Cells)) : null,
            PointingGame = wanted.Wants(CamMetric.PointingGame) && isObject is not null
                ? Localisation.PointingGame(values, isObject) : null,
            Energy = wanted.Wants(CamMetric.Energy) && isObject is not null ? Localisation.Energy(values, isObject) : null,
            Sparseness = wanted.Wants(CamMetric.Sparseness) ? Evenness.Gini(values) : null,
            Entropy = wanted.Wants(CamMetric.Entropy) ? Evenness.Entropy(values) : null,
            ParameterRandomization = wanted.Wants(CamMetric.ParameterRandomization) && WeightsOf(photo.Model) is { } weights
                ? Sanity.ParameterRandomization(values, weights, () => NumbersOf(() => changed(input))) : null,
            RandomLogit = wanted.Wants(CamMetric.RandomLogit) && photo.Model.ClassCount > 1
                && NumbersOf(() => again(input, OfOtherClass(photo, shared.Target))) is { } other ? Sanity.Likeness(values, other) : null,
            Stability = wanted.Wants(CamMetric.Stability)
                ? Sanity.Stability(values, input, photo.Seed, noisy => NumbersOf(() => again(noisy, shared.Target))) : null,
        };
    }

    /// <summary>The passes of two curves whose ends are shared.</summary>
    private int Curves(CamMetric deletion, CamMetric insertion) =>
        (settings.StepCount - 1) * ((settings.Wants(deletion) ? 1 : 0) + (settings.Wants(insertion) ? 1 : 0));

    /// <summary>The model's shuffled weights, the same for all photos; null of a user's own module, whose weights are its own.</summary>
    private ShuffledWeights? WeightsOf(CamModel model)
    {
        if (model.Network.NamesLayersOnly)
        {
            return null;
        }
        if (_shuffled?.Model != model)
        {
            _shuffled?.Weights.Dispose();
            _shuffled = (model, new ShuffledWeights(model.Network, settings.Seed));
        }
        return _shuffled.Value.Weights;
    }

    /// <summary>The same of a class that is not the explained one, by chance: at the same candidate, or the same places.</summary>
    private static Target OfOtherClass(MeasuredPhoto photo, Target target)
    {
        int other = (target.Class + 1 + (int)(photo.Seed % (photo.Model.ClassCount - 1))) % photo.Model.ClassCount;
        return target is DetectionTarget found ? photo.Model.Detector!.OfClass(found, other) : target with { Class = other };
    }

    /// <summary>Its layers; of a method that explains the input, the layers that its random control is made at.</summary>
    private static IReadOnlyList<CamLayer> LayersOf(CamExplanation explanation)
    {
        CamModel model = explanation.Model;
        string[] names = [.. explanation.Layers.Where(name => model.Network.Find(name) is not null)];
        return LayerSelection.Select(model, names.Length > 0 ? names : model.DefaultLayers);
    }

    private static CamMethod MethodOf(CamExplanation explanation)
    {
        CamMethod method = MethodCatalog.Find(explanation.Method);
        return explanation.Layers.Any(name => explanation.Model.Network.Find(name) is not null) ? method.AtLayers ?? method : method;
    }

    private static MethodSettings SettingsOf(CamExplanation explanation) =>
        explanation.Settings ?? MapAgain.UsualSettings with { Seed = explanation.Seed ?? 0 };

    private static float[] Numbers(Tensor map) => map.contiguous().data<float>().ToArray();

    /// <summary>A map's numbers; null where it has none, as of gradients that are infinite for a changed image.</summary>
    private static float[]? NumbersOf(Func<Tensor> map)
    {
        using DisposeScope scope = NewDisposeScope();
        try
        {
            return Numbers(map());
        }
        catch (Exception e) when (e is InvalidDataException
            or ComputeException { Fault: ComputeFault.GradientsNotFinite or ComputeFault.MapNotFinite })
        {
            return null;
        }
    }
}
