using System.Globalization;

namespace EasyExplain.Explanation.Metrics;

/// <summary>A mean over images, and where it would lie with 95 % confidence had other images been taken.</summary>
/// <param name="Mean">The mean.</param>
/// <param name="Low">The lower end; the mean itself of a single image.</param>
/// <param name="High">The upper end.</param>
public sealed record CamInterval(double Mean, double Low, double High)
{
    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Mean:0.000} [{Low:0.000}, {High:0.000}]");
}
