using EasyExplain.Models;

namespace EasyExplain.Explanation.Metrics;

/// <summary>A figure that says how far a map is to be believed.</summary>
/// <param name="Name">What it is called, also as a property of <see cref="CamMeasure"/> and <see cref="CamMethodSummary"/>.</param>
/// <param name="Summary">Its definition in a line, with the source.</param>
/// <param name="Of">Where a row has it.</param>
public sealed record CamMetric(string Name, string Summary, Func<CamMeasure, double?> Of)
{
    /// <summary>True where more is better; of some figures neither is, and they describe the map only.</summary>
    public bool? HigherIsBetter { get; init; } = true;

    /// <summary>True if each map is made several times again, so that it is measured only for those who ask.</summary>
    public bool IsCostly { get; init; }

    /// <summary>True if it needs to be told where the object is.</summary>
    public bool NeedsObject { get; init; }

    /// <summary>
    /// True if it asks how a probability changes: it is null where there is none, as of where the side of a box lies.
    /// </summary>
    public bool NeedsProbability { get; init; }

    /// <summary>What of the class's probability is lost where the image is multiplied by the map.</summary>
    public static CamMetric AverageDrop { get; } = new(nameof(AverageDrop),
        "max(0, p − p') / p, where p' is the probability of the image times the map (Chattopadhay 2018, arXiv 1710.11063)",
        row => row.AverageDrop)
    { HigherIsBetter = false, NeedsProbability = true };

    /// <summary>1 where that makes the class more probable, else 0.</summary>
    public static CamMetric ConfidenceIncrease { get; } = new(nameof(ConfidenceIncrease),
        "1 where p' > p, else 0 (Chattopadhay 2018, arXiv 1710.11063)", row => row.ConfidenceIncrease)
    { NeedsProbability = true };

    /// <summary>How alike the map and the one of the image times the map are: 0 opposite, 1 the same.</summary>
    public static CamMetric Coherency { get; } = new(nameof(Coherency),
        "(r + 1) / 2, with Pearson's r of the map and the map of the image times the map (Poppi 2021, arXiv 2104.10252)",
        row => row.Coherency);

    /// <summary>The mean of the map, 0 to 1.</summary>
    public static CamMetric Complexity { get; } = new(nameof(Complexity),
        "the mean of the map (Poppi 2021, arXiv 2104.10252)", row => row.Complexity)
    { HigherIsBetter = false };

    /// <summary>The harmonic mean of coherency, 1 − complexity and 1 − average drop.</summary>
    public static CamMetric ADCC { get; } = new(nameof(ADCC),
        "the harmonic mean of Coherency, 1 − Complexity and 1 − AverageDrop (Poppi 2021, arXiv 2104.10252)", row => row.ADCC)
    { NeedsProbability = true };

    /// <summary>The mean probability while the pixels become the mean colour, those of the highest values first.</summary>
    public static CamMetric Deletion { get; } = new(nameof(Deletion),
        "area under the probability while pixels become the mean colour, highest first (Petsiuk 2018, arXiv 1806.07421)",
        row => row.Deletion)
    { HigherIsBetter = false, NeedsProbability = true };

    /// <summary>The mean probability while the mean colour becomes the image, at the pixels of the highest values first.</summary>
    public static CamMetric Insertion { get; } = new(nameof(Insertion),
        "area under the probability while the mean colour becomes the image, highest first (Petsiuk 2018, arXiv 1806.07421)",
        row => row.Insertion)
    { NeedsProbability = true };

    /// <summary>Deletion, with a blurred image in place of the mean colour.</summary>
    public static CamMetric DeletionBlur { get; } = new(nameof(DeletionBlur),
        "Deletion with the blurred image in place of the mean colour", row => row.DeletionBlur)
    { HigherIsBetter = false, NeedsProbability = true };

    /// <summary>Insertion, with a blurred image in place of the mean colour.</summary>
    public static CamMetric InsertionBlur { get; } = new(nameof(InsertionBlur),
        "Insertion with the blurred image in place of the mean colour (Petsiuk 2018, arXiv 1806.07421)", row => row.InsertionBlur)
    { NeedsProbability = true };

    /// <summary>Half of what the probability loses more without the most relevant pixels than without the least relevant ones.</summary>
    public static CamMetric ROAD { get; } = new(nameof(ROAD),
        "(RoadLeRF − RoadMoRF) / 2: remove 10 to 90 % of the pixels and debias (Rong 2022, arXiv 2202.00449)", row => row.ROAD)
    { NeedsProbability = true };

    /// <summary>What the probability changes on average without the most relevant pixels, which their neighbours fill.</summary>
    public static CamMetric RoadMoRF { get; } = new(nameof(RoadMoRF),
        "mean p' − p without the most relevant 10 to 90 % of the pixels (Rong 2022, arXiv 2202.00449)",
        row => row.RoadMoRF)
    { HigherIsBetter = false, NeedsProbability = true };

    /// <summary>The same without the least relevant pixels.</summary>
    public static CamMetric RoadLeRF { get; } = new(nameof(RoadLeRF),
        "mean p' − p without the least relevant 10 to 90 % of the pixels (Rong 2022, arXiv 2202.00449)", row => row.RoadLeRF)
    { NeedsProbability = true };

    /// <summary>Whether regions with more in the map cost more probability where they are missing: a rank correlation, −1 to 1.</summary>
    public static CamMetric MuFidelity { get; } = new(nameof(MuFidelity),
        "Spearman's correlation of the map's sum in random regions and what p loses without them (Bhatt 2020, arXiv 2005.00631)",
        row => row.MuFidelity)
    { NeedsProbability = true };

    /// <summary>1 where the highest value lies on the object, else 0.</summary>
    public static CamMetric PointingGame { get; } = new(nameof(PointingGame),
        "1 where the map is highest on the object, else 0 (Zhang 2016, arXiv 1608.00507)", row => row.PointingGame)
    { NeedsObject = true };

    /// <summary>How much of the map lies on the object, 0 to 1.</summary>
    public static CamMetric Energy { get; } = new(nameof(Energy),
        "the part of the map that lies on the object (Wang 2020, arXiv 1910.01279)", row => row.Energy)
    { NeedsObject = true };

    /// <summary>How uneven the map is: the Gini coefficient, 0 to 1.</summary>
    public static CamMetric Sparseness { get; } = new(nameof(Sparseness),
        "the Gini coefficient of the map (Chalasani 2020, arXiv 1810.06583)", row => row.Sparseness)
    { HigherIsBetter = null };

    /// <summary>The entropy of the map as shares, in nats.</summary>
    public static CamMetric Entropy { get; } = new(nameof(Entropy),
        "the entropy of the map as shares, in nats (Bhatt 2020, arXiv 2005.00631, who call it complexity)", row => row.Entropy)
    { HigherIsBetter = null };

    /// <summary>How alike the map stays while the network's weights are shuffled: a rank correlation, near 0 where it should be.</summary>
    public static CamMetric ParameterRandomization { get; } = new(nameof(ParameterRandomization),
        "mean Spearman's correlation with the maps of the network as its weights are shuffled, from the first layers on " +
        "(Adebayo 2018, arXiv 1810.03292)", row => row.ParameterRandomization)
    { HigherIsBetter = false, IsCostly = true };

    /// <summary>How alike the map and the one of another class, drawn by chance, are: a rank correlation.</summary>
    public static CamMetric RandomLogit { get; } = new(nameof(RandomLogit),
        "Spearman's correlation with the map of another class, drawn by chance (Sixt 2020, arXiv 1912.09818)", row => row.RandomLogit)
    { HigherIsBetter = false, IsCostly = true, NeedsProbability = true };

    /// <summary>How much the map changes at most, relative to itself, where the image hardly does.</summary>
    public static CamMetric Stability { get; } = new(nameof(Stability),
        "the largest relative change of the map under small noise on the image (Yeh 2019, arXiv 1901.09392, max-sensitivity)",
        row => row.Stability)
    { HigherIsBetter = false, IsCostly = true };

    /// <summary>Of a model in 8 bits, how alike its map and that of float32 are: 1 the same, 0 unlike.</summary>
    public static CamMetric PrecisionCorrelation { get; } = new(nameof(PrecisionCorrelation),
        "of a model in Int8, Pearson's r of the map and that in Float32", row => row.PrecisionCorrelation);

    /// <summary>Of a classifier in 8 bits, 1 where it predicts what it predicts in float32, else 0.</summary>
    public static CamMetric PrecisionAgreement { get; } = new(nameof(PrecisionAgreement),
        "of a classifier in Int8, 1 where the predicted class is that in Float32, else 0", row => row.PrecisionAgreement);

    /// <summary>Those that compare a model in 8 bits with itself in float32; no other has them.</summary>
    public static IReadOnlyList<CamMetric> OfPrecision { get; } = [PrecisionCorrelation, PrecisionAgreement];

    /// <summary>All figures that any map may have.</summary>
    public static IReadOnlyList<CamMetric> All { get; } =
    [
        AverageDrop, ConfidenceIncrease, Coherency, Complexity, ADCC, Deletion, Insertion, DeletionBlur, InsertionBlur, ROAD, RoadMoRF,
        RoadLeRF, MuFidelity, PointingGame, Energy, Sparseness, Entropy, ParameterRandomization, RandomLogit, Stability,
    ];

    /// <summary>The figures that are measured where none is named.</summary>
    public static IReadOnlyList<CamMetric> Usual { get; } = [.. All.Where(metric => !metric.IsCostly), .. OfPrecision];

    /// <summary>
    /// The figures that <paramref name="names"/> stand for, each once, in the order of <see cref="All"/>, those of
    /// <see cref="OfPrecision"/> last.
    /// </summary>
    /// <param name="names">Names (case does not matter), and wildcards as <paramref name="wildcard"/> knows them.</param>
    /// <param name="wildcard">Gives what tells a name that fits a wildcard, and null for a full name.</param>
    /// <exception cref="SelectionException">A name or wildcard fits no figure; the message names near ones.</exception>
    public static IReadOnlyList<CamMetric> Select(IEnumerable<string> names, Func<string, Func<string, bool>?> wildcard)
    {
        HashSet<CamMetric> chosen = [.. names.SelectMany(name => Matching(name, wildcard(name)))];
        return [.. All.Concat(OfPrecision).Where(chosen.Contains)];
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    private static CamMetric[] Matching(string given, Func<string, bool>? fits)
    {
        CamMetric[] matching = [.. All.Concat(OfPrecision).Where(metric => fits?.Invoke(metric.Name)
            ?? metric.Name.Equals(given, StringComparison.OrdinalIgnoreCase))];
        return matching.Length > 0 ? matching : throw new SelectionException(SelectionFault.MetricNotFound, given,
            $"There is no figure '{given}'. " +
            NearNames.Hint(given.Replace("*", "", StringComparison.Ordinal), All.Concat(OfPrecision).Select(metric => metric.Name)));
    }
}
