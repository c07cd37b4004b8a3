using EasyExplain.Models;
using static System.FormattableString;

namespace EasyExplain.Explanation.Metrics;

/// <summary>Makes of the figures of many explanations those of their methods, and says which methods are worth their maps.</summary>
/// <remarks>
/// An interval is over images: several classes of one image count as one, with their mean. A method is compared with the better one of its
/// controls, image by image, and is better than chance only where the interval of the difference lies above 0 whatever took the place of
/// the removed pixels: by one alone, rankings are not reliable (arXiv 2411.14946).
/// </remarks>
public static class MethodSummaries
{
    private const int Fewest = 10; // below, an interval of a bootstrap is much too narrow

    /// <summary>What removed pixels become, and what is then good of a map.</summary>
    private static readonly (string Name, Func<CamMeasure, double?> Of)[] s_removals =
    [
        ("the mean colour", row => Less(row.Insertion, row.Deletion)),
        ("a blur", row => Less(row.InsertionBlur, row.DeletionBlur)),
        ("their neighbours", row => row.ROAD),
    ];

    /// <summary>A summary for each method at each choice of layers, the best first.</summary>
    /// <param name="rows">The figures, those of controls too.</param>
    /// <param name="seed">Draws the images of the intervals.</param>
    public static IReadOnlyList<CamMethodSummary> Of(IEnumerable<CamMeasure> rows, long seed)
    {
        CamMethodSummary[] summaries = [.. rows.GroupBy(row => (row.ModelName, row.Method, Layers: LayersOf(row.Layers), row.Precision))
            .Select(group => (CamMeasure[])[.. group])
            .Select(group => (Summary: Of(group, seed), Rows: group))
            .OrderByDescending(method => Merit(method.Summary, method.Rows))
            .Select(method => method.Summary)];
        return [.. summaries.Select(Compared)];

        CamMethodSummary Compared(CamMethodSummary one) => one is { Precision: Precision.Int8, IsControl: false }
            && summaries.FirstOrDefault(other => other.Precision == Precision.Float32
                && (other.ModelName, other.Method, LayersOf(other.Layers)) == (one.ModelName, one.Method, LayersOf(one.Layers))) is { } full
            ? one with { Verdict = $"{one.Verdict} {AgainstFull(one, full)}" } : one;
    }

    /// <summary>
    /// Which methods are ranked differently by what removed pixels become, in a sentence; null where all agree, or images are few.
    /// </summary>
    public static string? Disagreement(IReadOnlyList<CamMethodSummary> summaries)
    {
        // Of a model in 8 bits, its own order: that of float32 beside it is of the same methods.
        bool inBytes = summaries.Any(one => one.Precision == Precision.Int8);
        (string Name, double ByColor, double ByBlur)[] methods = [.. summaries.Where(one => !inBytes || one.Precision == Precision.Int8)
            .Where(one => one is { IsControl: false, Images: >= Fewest, OverChance: not null, OverChanceBlur: not null })
            .Select(one => (one.Method, one.OverChance!.Mean, one.OverChanceBlur!.Mean))];
        int turned = methods.Select((one, i) => methods[(i + 1)..]
            .Count(other => (one.ByColor - other.ByColor) * (one.ByBlur - other.ByBlur) < 0)).Sum();
        if (turned == 0)
        {
            return null;
        }
        string byColor = methods.MaxBy(one => one.ByColor).Name, byBlur = methods.MaxBy(one => one.ByBlur).Name;
        int pairs = methods.Length * (methods.Length - 1) / 2;
        return $"The mean colour and a blur rank {turned} of {pairs} pairs of methods the other way round; " + (byColor == byBlur
            ? $"both have {byColor} first." : $"{byColor} is first by the one, {byBlur} by the other.") +
            " Believe no order that only one of them shows.";
    }

    private static CamMethodSummary Of(CamMeasure[] rows, long seed)
    {
        CamMeasure first = rows[0];
        int images = ImagesOf(rows).Count();
        CamInterval?[] over = [.. s_removals.Select(removal => OverChance(rows, removal.Of, seed))];
        bool?[] better = [.. over.Select(interval => interval is null ? (bool?)null : interval.Low > 0)];
        bool? isBetter = first.IsControl || images < Fewest || better.All(one => one is null) ? null : better.All(one => one != false);
        return new CamMethodSummary
        {
            Method = first.Method,
            Layers = first.Layers,
            Precision = first.Precision,
            Images = images,
            IsControl = first.IsControl,
            IsBetterThanChance = isBetter,
            Verdict = first.IsControl ? "A control."
                : better.All(one => one is null) ? "Not judged: that takes Deletion, Insertion or ROAD."
                : images < Fewest ? $"Not judged: {(images == 1 ? "1 image is" : $"{images} images are")} too few, take {Fewest} or more."
                : isBetter == true ? "Better than chance."
                : better.Any(one => one == true)
                ? $"Better than chance, but not where removed pixels become {FailedOf(better)}: do not rely on it."
                : "No better than chance on this model.",
            OverChance = over[0],
            OverChanceBlur = over[1],
            OverChanceRoad = over[2],
            PrecisionCorrelation = Mean(CamMetric.PrecisionCorrelation),
            PrecisionAgreement = Mean(CamMetric.PrecisionAgreement),
            AverageDrop = Mean(CamMetric.AverageDrop),
            ConfidenceIncrease = Mean(CamMetric.ConfidenceIncrease),
            Coherency = Mean(CamMetric.Coherency),
            Complexity = Mean(CamMetric.Complexity),
            ADCC = Mean(CamMetric.ADCC),
            Deletion = Mean(CamMetric.Deletion),
            Insertion = Mean(CamMetric.Insertion),
            DeletionBlur = Mean(CamMetric.DeletionBlur),
            InsertionBlur = Mean(CamMetric.InsertionBlur),
            ROAD = Mean(CamMetric.ROAD),
            RoadMoRF = Mean(CamMetric.RoadMoRF),
            RoadLeRF = Mean(CamMetric.RoadLeRF),
            MuFidelity = Mean(CamMetric.MuFidelity),
            PointingGame = Mean(CamMetric.PointingGame),
            Energy = Mean(CamMetric.Energy),
            Sparseness = Mean(CamMetric.Sparseness),
            Entropy = Mean(CamMetric.Entropy),
            ParameterRandomization = Mean(CamMetric.ParameterRandomization),
            RandomLogit = Mean(CamMetric.RandomLogit),
            Stability = Mean(CamMetric.Stability),
            Seconds = rows.Average(row => row.Seconds),
            ModelName = first.ModelName,
        };

        CamInterval? Mean(CamMetric metric) => IntervalOf(rows, metric.Of, seed);
    }

    /// <summary>What a method has more than the better one of its controls.</summary>
    private static CamInterval? OverChance(CamMeasure[] rows, Func<CamMeasure, double?> of, long seed)
    {
        CamMeasure[] judged = [.. rows.Where(row => row.Controls.Count > 0 && of(row) is not null)];
        if (judged.Length == 0)
        {
            return null;
        }
        string best = judged.SelectMany(row => row.Controls).GroupBy(control => control.Method)
            .MaxBy(control => control.Average(of))!.Key;
        return IntervalOf(judged, row => of(row) - of(row.Controls.First(control => control.Method == best)), seed);
    }

    private static CamInterval? IntervalOf(CamMeasure[] rows, Func<CamMeasure, double?> of, long seed) => Bootstrap.Of(
        [.. ImagesOf(rows).Select(image => image.Average(of)).OfType<double>()], seed);

    /// <summary>The rows of each image; an input tensor is an image by itself.</summary>
    private static IEnumerable<IGrouping<object, CamMeasure>> ImagesOf(CamMeasure[] rows) => rows.GroupBy(row => (object?)row.Path ?? row);

    /// <summary>
    /// By what methods are ordered: how far they are over chance, where the better control is 0; or else the first figure of which more, or
    /// less, is better.
    /// </summary>
    private static double Merit(CamMethodSummary summary, CamMeasure[] rows)
    {
        if (s_removals.Any(removal => rows.Any(row => removal.Of(row) is not null)))
        {
            CamInterval?[] over = summary.OverChance is null && summary.OverChanceBlur is null ? [summary.OverChanceRoad]
                : [summary.OverChance, summary.OverChanceBlur];
            return over.Average(interval => interval?.Mean) ?? 0;
        }
        return CamMetric.All.Where(metric => metric.HigherIsBetter is not null)
            .Select(metric => metric.HigherIsBetter == true ? rows.Average(metric.Of) : -rows.Average(metric.Of))
            .FirstOrDefault(mean => mean is not null) ?? 0;
    }

    /// <summary>How near a method's maps in 8 bits come to those in float32, and in how much of the time.</summary>
    private static string AgainstFull(CamMethodSummary inBytes, CamMethodSummary inFull)
    {
        string?[] said =
        [
            inBytes.PrecisionCorrelation is { } alike ? Invariant($"r = {alike.Mean:0.0000} with Float32's maps") : null,
            inBytes.PrecisionAgreement is { } same ? Invariant($"the same class in {same.Mean * 100:0.#} %") : null,
            Invariant($"{inBytes.Seconds / inFull.Seconds:0.00} of its time."),
        ];
        return $"Int8: {string.Join(", ", said.OfType<string>())}";
    }

    private static string LayersOf(IEnumerable<string> layers) => string.Join('+', layers);

    private static string FailedOf(bool?[] better) =>
        string.Join(" or ", s_removals.Where((_, i) => better[i] == false).Select(removal => removal.Name));

    private static double? Less(double? rises, double? falls) => rises is null && falls is null ? null : (rises ?? 0) - (falls ?? 0);
}
