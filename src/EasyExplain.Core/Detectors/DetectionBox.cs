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
        double both = Common(other), either = Width * Height + other.Width * other.Height - both;
        return either > 0 ? both / either : 0;
    }

    /// <summary>The part of this box that lies in another, from 0 to 1.</summary>
    internal double ShareIn(DetectionBox other) => Width * Height > 0 ? Common(other) / (Width * Height) : 0;

    private double Common(DetectionBox other) =>
        Math.Max(0, Math.Min(X + Width, other.X + other.Width) - Math.Max(X, other.X))
        * Math.Max(0, Math.Min(Y + Height, other.Y + other.Height) - Math.Max(Y, other.Y));

    /// <summary>Whether a point lies in it.</summary>
    /// <param name="x">In pixels from the photo's left edge.</param>
    /// <param name="y">In pixels from the photo's upper edge.</param>
    public bool Has(double x, double y) => x >= X && x < X + Width && y >= Y && y < Y + Height;

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{X:0.#}, {Y:0.#}, {Width:0.#}×{Height:0.#}");
}
