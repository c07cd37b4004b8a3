using System.Globalization;
using EasyExplain.Audit;
using EasyExplain.Detectors;
using EasyExplain.Imaging;
using EasyExplain.Models;
using EasyExplain.Segmentation;

namespace EasyExplain.Explanation;

/// <summary>A box that a picture shows.</summary>
/// <param name="Box">Where it is in the photo.</param>
/// <param name="Name">A few letters for small pictures, such as its number.</param>
/// <param name="Caption">What stands at it.</param>
/// <param name="Kind">The label of what is in it.</param>
/// <param name="IsTruth">Whether it is where something is in truth, not where it was found.</param>
internal sealed record DrawnBox(DetectionBox Box, string Name, string Caption, string Kind, bool IsTruth = false)
{
    /// <summary>The line around it in the photo, where that is no rectangle; else null.</summary>
    public IReadOnlyList<LinePiece>? Outline { get; init; }
}

/// <summary>What a picture shows: maps over a photo, and what was found in it.</summary>
/// <param name="Source">The photo.</param>
/// <param name="Preprocessing">Which part of the photo the maps cover.</param>
/// <param name="Layers">A map for each layer.</param>
/// <param name="Fused">The maps of all layers in one; null for a single layer.</param>
/// <param name="Map">The map that stands for all; null where nothing was found.</param>
/// <param name="Headline">A line for the head of a panel.</param>
internal sealed record DrawnMaps(
    ExplainedPhoto Source, Preprocessing Preprocessing, IReadOnlyList<CamMap> Layers, CamMap? Fused, CamMap? Map, string Headline)
{
    /// <summary>The boxes of what was found, and of what is there in truth.</summary>
    public IReadOnlyList<DrawnBox> Boxes { get; init; } = [];

    /// <summary>A line at the picture's top, such as that nothing was found; null for none.</summary>
    public string? Note { get; init; }

    /// <summary>Those of an explanation.</summary>
    /// <exception cref="NoMapException">It has none, though something was found.</exception>
    public static DrawnMaps Of(CamExplanation explanation) => new(
        explanation.Source, explanation.Model.Preprocessing, explanation.Maps, explanation.Fused,
        explanation.Found ? explanation.Map : null,
        HeadlineOf(
            Said(explanation.Found, explanation.Detection, explanation.Label) +
                (explanation.ComparedWith.Length == 0 ? "" : $" against {string.Join(", ", explanation.ComparedWith)}"),
            explanation.Probability, explanation.Expected, explanation.Method, explanation.Model.Name))
    {
        Boxes = BoxesOf(explanation),
        Note = explanation.Found ? null : NothingFound,
    };

    /// <summary>What stands in a picture of a photo in which nothing was found.</summary>
    public const string NothingFound = "nothing found";

    /// <summary>The boxes of an explanation or a row, its own first; none of what has none.</summary>
    public static IReadOnlyList<DrawnBox> BoxesOf(ICamResult result) => result switch
    {
        CamExplanation { Box: { } box } one => [new DrawnBox(box, $"{one.Detection}", CaptionOf(one.Detection, one.Label, one.Probability),
            one.Label) { Outline = OutlineOf(one) }],
        CamAuditRow { Detected: { } detected } row => [.. BoxesOf(row, detected)],
        _ => [],
    };

    /// <summary>What was explained, by which method, and with which model.</summary>
    public static string HeadlineOf(string label, double probability, string? expected, string method, string model) =>
        string.Join("  ·  ", new[]
        {
            label + (double.IsNaN(probability) ? "" : string.Create(CultureInfo.InvariantCulture, $"  {probability * 100:0.0} %")),
            expected is null ? "" : $"expected {expected}",
            method,
            model,
        }.Where(part => part.Length > 0));

    /// <summary>What is explained, in a few words: a label, with its number where it is a detection.</summary>
    public static string Said(CamExplanation explanation) => Said(explanation.Found, explanation.Detection, explanation.Label);

    /// <inheritdoc cref="Said(CamExplanation)"/>
    public static string Said(bool found, int? number, string label) => !found ? NothingFound
        : number is { } detection ? string.Create(CultureInfo.InvariantCulture, $"{detection} {label}") : label;

    private static IReadOnlyList<LinePiece>? OutlineOf(CamExplanation explanation)
    {
        Target? target = explanation.Target is ClassAgainstOthers { At: { } at } ? at.Alone : explanation.Target;
        CamModel model = explanation.Model;
        if (target is not RegionTarget region || model.Shapes[model.Network.Output] is not [.., var height, var width])
        {
            return null;
        }
        PixelRegion covered = model.Preprocessing.RegionOf(explanation.ImageSize[1], explanation.ImageSize[0]);
        return MaskOutline.Of(region.Mask(), (int)height, (int)width, covered);
    }

    private static IEnumerable<DrawnBox> BoxesOf(CamAuditRow row, AuditedDetection detected)
    {
        if (detected.Box is { } box)
        {
            string verdict = detected.Verdict switch
            {
                null or DetectionVerdict.Right => "",
                DetectionVerdict.False => ", false",
                { } said => $", {said.ToString().ToLowerInvariant()}",
            };
            yield return new DrawnBox(box, $"{row.Detection}", CaptionOf(row.Detection, row.Label, row.Probability) + verdict,
                row.Label);
        }
        if (detected is { TruthBox: { } truth, Verdict: not DetectionVerdict.Right })
        {
            bool missed = detected.Verdict == DetectionVerdict.Missed;
            yield return new DrawnBox(truth, missed ? "?" : "", missed ? $"{detected.Truth}, missed" : $"{detected.Truth}",
                detected.Truth ?? "", IsTruth: true);
        }
    }

    private static string CaptionOf(int? number, string label, double probability) => string.Join(' ', new[]
    {
        number is { } detection ? detection.ToString(CultureInfo.InvariantCulture) : "",
        label,
        double.IsNaN(probability) ? "" : string.Create(CultureInfo.InvariantCulture, $"{probability * 100:0} %"),
    }.Where(word => word.Length > 0));
}
