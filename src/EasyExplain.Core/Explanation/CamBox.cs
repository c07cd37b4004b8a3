using System.Globalization;

namespace EasyExplain.Explanation;

/// <summary>The rectangle around the largest area of a map that reaches a threshold, in pixels of the original photo.</summary>
/// <param name="X">The first column of it, from 0.</param>
/// <param name="Y">The first row of it, from 0.</param>
/// <param name="Width">Columns, at least 1.</param>
/// <param name="Height">Rows, at least 1.</param>
/// <param name="Share">The part of the photo that the area itself covers, over 0, at most 1; the rectangle covers as much or more.</param>
public sealed record CamBox(int X, int Y, int Width, int Height, double Share)
{
    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{X}, {Y}, {Width}×{Height} ({Share * 100:0.0} %)");
}
