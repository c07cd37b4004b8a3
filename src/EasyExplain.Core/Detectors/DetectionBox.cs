using System.Globalization;

namespace EasyExplain.Detectors;

/// <summary>The box of something that was found, in pixels of the original photo, in which it lies.</summary>
/// <param name="X">Its left edge, from the photo's.</param>
/// <param name="Y">Its upper edge, from the photo's.</param>
/// <param name="Width">From its left to its right edge.</param>
/// <param name="Height">From its upper to its lower edge.</param>
public sealed record DetectionBox(double X, double Y, double Width, double Height)
{
    /// <summary>The part of two boxes' union that both cover, from 0 to 1: intersection over union.</summary>
    public double Overlap(DetectionBox other)
    {
        ArgumentNullException.ThrowIfNull(other);
        double width = Math.Min(X + Width, other.X + other.Width) - Math.Max(X, other.X);
        double height = Math.Min(Y + Height, other.Y + other.Height) - Math.Max(Y, other.Y);
        double both = Math.Max(0, width) * Math.Max(0, height), either = Width * Height + other.Width * other.Height - both;
        return either > 0 ? both / either : 0;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{X:0.#}, {Y:0.#}, {Width:0.#}×{Height:0.#}");
}
