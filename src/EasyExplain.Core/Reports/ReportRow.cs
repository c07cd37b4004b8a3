using EasyExplain.Audit;
using EasyExplain.Audit.Findings;

namespace EasyExplain.Reports;

/// <summary>What a report keeps in memory of an image that was explained: no maps, no features.</summary>
/// <param name="Slice">The place of its slice in <see cref="ReportRows.Slices"/>.</param>
/// <param name="Key">What <see cref="ReportSource.Rows"/> finds the whole row by.</param>
/// <param name="Image">What the audit calls the image: <see cref="CamAuditRow.File"/>.</param>
/// <param name="File">What the report calls it: see <see cref="ReportName"/>.</param>
/// <param name="Expected">What it was expected to show; null where nothing was.</param>
/// <param name="ExpectedClass">That class's number in the model; −1 where there is not exactly one.</param>
/// <param name="Predicted">The most probable class; −1 where there is none.</param>
/// <param name="Label">The label of the explained class, which is the predicted one unless another was asked for.</param>
/// <param name="PredictedLabel">The label of the most probable class.</param>
/// <param name="Correct">Whether the prediction is right; null where nobody can say.</param>
/// <param name="Probability">The most probable class's probability, 0 to 1.</param>
/// <param name="ExpectedProbability">The expected class's probability; null where there is not exactly one.</param>
internal sealed record ReportRow(
    int Slice, long Key, string Image, string File, string? Expected, int ExpectedClass, int Predicted, string Label, string PredictedLabel,
    bool? Correct, double Probability, double? ExpectedProbability)
{
    /// <summary>Tells the things that a detector found or missed in one image apart; empty of an image that is one.</summary>
    public string Thing { get; init; } = "";

    /// <summary>What the ground truth says of such a thing.</summary>
    public DetectionVerdict? Verdict { get; init; }

    /// <summary>
    /// Whether another row speaks for the thing that is there in truth: one that is right, or a more certain one. It counts among what was
    /// found, but not among what is there.
    /// </summary>
    public bool IsAgain { get; init; }

    /// <summary>What tells a row of an audit apart from others of its image.</summary>
    public static string ThingOf(CamAuditRow row) => !row.IsOfDetector ? ""
        : row.Verdict == DetectionVerdict.Missed ? $"missed {row.TruthBox}" : $"found {row.Detection}";
}

/// <summary>Rows of one model, one method and the same layers.</summary>
/// <param name="Kind">What they share.</param>
/// <param name="Model">The model.</param>
/// <param name="Method">The method.</param>
/// <param name="Layers">The layers' names.</param>
/// <param name="First">The place of its first row in <see cref="ReportRows.Rows"/>.</param>
/// <param name="Count">How many rows it has; they follow each other.</param>
internal sealed record ReportSlice(
    AuditSliceKind Kind, AuditedModel Model, string Method, IReadOnlyList<string> Layers, int First, int Count)
{
    /// <summary>Of a detector, what was found and missed; null of other models.</summary>
    public DetectionCounts? Detections { get; init; }

    /// <summary>Such as "resnet50 by LayerCAM at layer4".</summary>
    public string Name => Kind.ToString();
}

/// <summary>What a detector found and missed.</summary>
/// <param name="Images">In how many images.</param>
/// <param name="Found">How many things it found.</param>
/// <param name="Judged">Of how many of them the ground truth says something.</param>
/// <param name="Right">How many of them are right.</param>
/// <param name="Things">How many things of its classes there are in truth.</param>
internal sealed record DetectionCounts(int Images, int Found, int Judged, int Right, int Things)
{
    /// <summary>Counts rows.</summary>
    public static DetectionCounts Of(IReadOnlyCollection<CamAuditRow> rows) => new(
        rows.Select(row => row.File).Distinct(StringComparer.Ordinal).Count(),
        rows.Count(row => row.Box is not null),
        rows.Count(row => row is { Box: not null, Verdict: not null }),
        rows.Count(row => row.Verdict == DetectionVerdict.Right),
        rows.Where(row => row.Detected is { TruthClass: >= 0, TruthBox: not null }).DistinctBy(row => (row.File, row.TruthBox)).Count());
}

/// <summary>An image that could not be explained.</summary>
/// <param name="File">What the report calls it.</param>
/// <param name="ErrorId">What kind of error it was.</param>
/// <param name="Error">The message, without full paths.</param>
internal sealed record ReportFailure(string File, string ErrorId, string Error);
