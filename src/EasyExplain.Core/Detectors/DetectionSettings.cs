using System.Globalization;

namespace EasyExplain.Detectors;

/// <summary>What counts as a detection.</summary>
/// <param name="MinProbability">How certain it must be, from 0 to 1.</param>
/// <param name="OverlapThreshold">
/// From which overlap on (<see cref="DetectionBox.Overlap"/>) two boxes of a class are of the same thing, so that only the more certain one
/// counts; of no effect on a detector that finds everything once.
/// </param>
/// <param name="Most">How many detections a picture has at most, the most certain ones.</param>
public sealed record DetectionSettings(double MinProbability = 0.25, double OverlapThreshold = 0.45, int Most = 300)
{
    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{MinProbability} {OverlapThreshold} {Most}");
}
