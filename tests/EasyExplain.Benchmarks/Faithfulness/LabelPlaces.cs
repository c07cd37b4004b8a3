using SkiaSharp;

namespace EasyExplain.Benchmarks.Faithfulness;

/// <summary>Finds places for labels beside their points, so that none lies on another, on a point, or on a line.</summary>
/// <param name="bounds">Where labels may lie.</param>
/// <param name="points">What must stay free.</param>
/// <param name="around">How much of a point must stay free, in pixels each way.</param>
/// <param name="lines">What must stay free, too; lines to labels may cross them.</param>
internal sealed class LabelPlaces(
    SKRect bounds, IReadOnlyList<SKPoint> points, float around, IEnumerable<(SKPoint From, SKPoint To)> lines)
{
    private const int Directions = 24;
    private const float Nearest = 9, Step = 6, Farthest = 400;

    private readonly List<SKRect> _labels = [];
    private readonly List<(SKPoint From, SKPoint To)> _lines = [.. lines];

    /// <summary>The nearest free place of a label, and where the line from its point ends at it.</summary>
    /// <param name="point">The point.</param>
    /// <param name="width">The label's width.</param>
    /// <param name="height">The label's height.</param>
    public (SKRect Label, SKPoint End) Next(SKPoint point, float width, float height)
    {
        for (float distance = Nearest; distance < Farthest; distance += Step)
        {
            for (int direction = 0; direction < Directions; direction++)
            {
                (double sin, double cos) = Math.SinCos(2 * Math.PI * direction / Directions);
                var end = new SKPoint(point.X + distance * (float)cos, point.Y - distance * (float)sin);
                // The label's side that looks to the point, or its middle above and below.
                float left = end.X + (cos > 0.3 ? 0 : cos < -0.3 ? -width : -width / 2);
                float top = end.Y + (sin > 0.9 ? -height : sin < -0.9 ? 0 : -height / 2);
                var label = SKRect.Create(left, top, width, height);
                if (IsFree(label, point, end))
                {
                    _labels.Add(label);
                    _lines.Add((point, end));
                    return (label, end);
                }
            }
        }
        throw new InvalidOperationException("The plot is too small for its labels.");
    }

    private bool IsFree(SKRect label, SKPoint point, SKPoint end) => bounds.Contains(label)
        && !points.Any(other => label.IntersectsWith(SKRect.Create(other.X - around, other.Y - around, 2 * around, 2 * around)))
        && !_labels.Exists(label.IntersectsWith)
        && !_lines.Exists(line => Crosses(line.From, line.To, label))
        && !_labels.Exists(other => Crosses(point, end, other));

    /// <summary>Whether a line goes through a label, by points a pixel or so apart.</summary>
    private static bool Crosses(SKPoint from, SKPoint to, SKRect label)
    {
        int steps = 1 + (int)SKPoint.Distance(from, to);
        return Enumerable.Range(0, steps).Any(step =>
            label.Contains(from.X + (to.X - from.X) * step / steps, from.Y + (to.Y - from.Y) * step / steps));
    }
}
