using EasyExplain.Detectors;
using EasyExplain.Explanation;

namespace EasyExplain.Audit;

/// <summary>
/// What an audit knows of something that a detector found. Without a box it is a picture in which nothing was found, or something that was
/// missed.
/// </summary>
internal sealed record AuditedDetection
{
    /// <summary>Its number in the picture, from 0, the most certain first.</summary>
    public int? Number { get; init; }

    /// <summary>Where it is in the photo.</summary>
    public DetectionBox? Box { get; init; }

    /// <summary>How many things were found in the picture, of which an audit may have some only; null where nobody knows.</summary>
    public int? Found { get; init; }

    /// <summary>What the ground truth says; null where nobody knows.</summary>
    public DetectionVerdict? Verdict { get; init; }

    /// <summary>What is there in truth, by its label; null where nothing is, or nobody knows.</summary>
    public string? Truth { get; init; }

    /// <summary>Its class in the model; −1 where the model has none such, or nothing is there.</summary>
    public int TruthClass { get; init; } = -1;

    /// <summary>Where it is in truth.</summary>
    public DetectionBox? TruthBox { get; init; }

    /// <summary>How far both boxes cover each other, 0 to 1: <see cref="DetectionBox.Overlap"/>.</summary>
    public double? Overlap { get; init; }

    /// <summary>The share of the map's energy in the box, 0 to 1.</summary>
    public double? EnergyInBox { get; init; }

    /// <summary>The same in the box of what is there in truth.</summary>
    public double? EnergyInTruth { get; init; }

    /// <summary>Whether the centre of the map's highest cell lies in the box.</summary>
    public bool? PeakInBox { get; init; }

    /// <summary>Whether the ground truth was asked just now; not kept.</summary>
    public bool IsJudged { get; init; }

    /// <summary>Of an explanation; null where it is of no detector.</summary>
    public static AuditedDetection? Of(CamExplanation explanation)
    {
        if (explanation is { Detection: null, Box: null, Found: true })
        {
            return null;
        }
        CamMap? map = explanation.Maps.Length > 0 ? explanation.Map : null;
        DetectionBox? box = explanation.Box, truth = explanation.Judged?.TruthBox;
        return (explanation.Judged ?? new()) with
        {
            Number = explanation.Detection,
            Box = box,
            Found = explanation.AllFound?.Count ?? explanation.Judged?.Found,
            EnergyInBox = box is null ? null : map?.EnergyIn(box),
            EnergyInTruth = truth is null ? null : map?.EnergyIn(truth),
            PeakInBox = box is null || map is null || map.IsEmpty ? null : box.Has(map.PeakX, map.PeakY),
        };
    }
}
