using EasyExplain.Detectors;

namespace EasyExplain.Audit;

/// <content>What a detector found, and what is there in truth.</content>
public sealed partial record CamAuditRow
{
    /// <summary>False of a photo in which a detector found nothing, and of a thing that it missed.</summary>
    public bool Found => Detected is not { Box: null };

    /// <summary>Of a detector, its number among what was found in the photo, from 0, the most certain first.</summary>
    public int? Detection => Detected?.Number;

    /// <summary>Of a detector, where in the photo it is.</summary>
    public DetectionBox? Box => Detected?.Box;

    /// <summary>What the ground truth says of it; null without one (Export-CamAudit -TruthPath).</summary>
    public DetectionVerdict? Verdict => Detected?.Verdict;

    /// <summary>The label of what is there in truth; null where nothing is, or nobody knows.</summary>
    public string? Truth => Detected?.Truth;

    /// <summary>Where that is.</summary>
    public DetectionBox? TruthBox => Detected?.TruthBox;

    /// <summary>How far both boxes cover each other, from 0 to 1: intersection over union.</summary>
    public double? Overlap => Detected?.Overlap;

    /// <summary>The share of the map's energy that lies in the box, from 0 to 1.</summary>
    public double? EnergyInBox => Detected?.EnergyInBox;

    /// <summary>The share of the map's energy that lies in the box of what is there in truth, from 0 to 1.</summary>
    public double? EnergyInTruth => Detected?.EnergyInTruth;

    /// <summary>Whether the centre of the map's highest cell lies in the box.</summary>
    public bool? PeakInBox => Detected?.PeakInBox;

    /// <summary>Whether it is of a detector: something that was found, something that was missed, or a photo without either.</summary>
    internal bool IsOfDetector => Detected is { Number: not null } or { Verdict: not null } or { Box: null, Found: not null };

    /// <summary>All of that; null of a row of no detector.</summary>
    internal AuditedDetection? Detected { get; init; }
}
