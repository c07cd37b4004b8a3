using System.Globalization;
using EasyExplain.Imaging;
using SkiaSharp;

namespace EasyExplain.Benchmarks.Faithfulness;

/// <summary>A part of the plot with axes of its own.</summary>
/// <param name="canvas">The plot.</param>
/// <param name="across">Costs.</param>
/// <param name="up">How far over chance.</param>
/// <param name="ticks">The costs that have a line.</param>
/// <param name="tick">From one line to the next of the axis upwards.</param>
internal sealed class FaithfulnessPanel(
    SKCanvas canvas, LogarithmicAxis across, LinearAxis up, IEnumerable<double> ticks, double tick)
{
    private const float TextSize = 15, Radius = 4.5f;

    // Told apart by the colour-blind too (Okabe and Ito 2008).
    private static readonly SKColor Grid = new(0xE4, 0xE4, 0xE4), Better = new(0x00, 0x72, 0xB2), Other = new(0x77, 0x77, 0x77);

    private readonly List<(SKPoint From, SKPoint To)> _lines = []; // that names must not lie on

    public static SKColor Ink { get; } = new(0x22, 0x22, 0x22);

    /// <summary>What the points mean.</summary>
    public static void DrawLegend(SKCanvas canvas, float left, float top)
    {
        using var text = new PanelText(TextSize, Ink);
        foreach ((string name, SKColor color, bool isFull) in new[]
        {
            ("better than chance", Better, true), ("not, or worse", Other, true), ("the same in Int8", Better, false),
        })
        {
            using SKPaint mark = isFull ? Fill(color) : Stroke(color, 1.5f);
            canvas.DrawCircle(left + 6, top + 9, Radius, mark);
            text.Draw(canvas, name, left + 18, top, canvas.LocalClipBounds.Width);
            left += 50 + text.WidthOf(name);
        }
    }

    /// <summary>The axes, the points, and the names of some, which keep clear of frames that were drawn before.</summary>
    public void Draw(IReadOnlyList<MethodPoint> full, IReadOnlyList<MethodPoint> bytes, IReadOnlyList<MethodPoint> named)
    {
        DrawAxes();
        MethodPoint[] all = [.. full, .. bytes];
        foreach (MethodPoint point in all)
        {
            using SKPaint bar = Stroke(ColorOf(point).WithAlpha(0x48), 1);
            canvas.DrawLine(At(point).X, up.At(point.OverChance.Low), At(point).X, up.At(point.OverChance.High), bar);
        }
        foreach ((MethodPoint point, MethodPoint same) in bytes.Select(point => (point, full.First(one => one.Method == point.Method))))
        {
            using SKPaint line = Stroke(ColorOf(point), 1), white = Fill(SKColors.White), edge = Stroke(ColorOf(point), 1.5f);
            canvas.DrawLine(At(point), At(same), line);
            _lines.Add((At(point), At(same)));
            canvas.DrawCircle(At(point), Radius, white);
            canvas.DrawCircle(At(point), Radius, edge);
        }
        foreach (MethodPoint point in full)
        {
            using SKPaint fill = Fill(ColorOf(point));
            canvas.DrawCircle(At(point), Radius, fill);
        }
        _lines.Add((new(across.First, up.At(0)), new(across.Last, up.At(0))));
        DrawNames(named, [.. all.Select(At)]);
    }

    /// <summary>A frame around some points, with a name.</summary>
    public void Frame(IReadOnlyList<MethodPoint> points, string name)
    {
        const float Around = 10;
        using SKPaint line = Stroke(Ink, 1);
        using var text = new PanelText(TextSize, Ink);
        var frame = new SKRect(points.Min(point => At(point).X) - Around, points.Min(point => At(point).Y) - Around,
            points.Max(point => At(point).X) + Around, points.Max(point => At(point).Y) + Around);
        canvas.DrawRect(frame, line);
        float top = frame.Top - text.LineHeight - 4, middle = top + text.LineHeight / 2f;
        text.Draw(canvas, name, frame.Left, top, canvas.LocalClipBounds.Width);
        SKPoint[] corners = [new(frame.Left, frame.Top), new(frame.Right, frame.Top), new(frame.Right, frame.Bottom),
            new(frame.Left, frame.Bottom), new(frame.Left, frame.Top)];
        _lines.AddRange(corners.Zip(corners.Skip(1)));
        _lines.Add((new(frame.Left, middle), new(frame.Left + text.WidthOf(name), middle)));
    }

    private void DrawAxes()
    {
        using var text = new PanelText(TextSize, Ink);
        using SKPaint grid = Stroke(Grid, 1), chance = Stroke(Ink, 1.5f);
        foreach (double at in ticks)
        {
            canvas.DrawLine(across.At(at), up.First, across.At(at), up.Last, grid);
            text.DrawCentered(canvas, at.ToString("0.### ×", CultureInfo.InvariantCulture), across.At(at), up.First + 16);
        }
        foreach (double at in up.Ticks(tick))
        {
            canvas.DrawLine(across.First, up.At(at), across.Last, up.At(at), Math.Abs(at) < tick / 2 ? chance : grid);
            text.DrawCentered(canvas, at.ToString("0.0#;−0.0#", CultureInfo.InvariantCulture), across.First - 27, up.At(at));
        }
    }

    private void DrawNames(IReadOnlyList<MethodPoint> named, SKPoint[] taken)
    {
        var places = new LabelPlaces(new SKRect(across.First + 2, up.Last + 2, across.Last - 2, up.First - 2), taken, Radius + 1, _lines);
        // A crowd's first: what stands alone finds a place anyway.
        foreach (MethodPoint point in named.OrderByDescending(point => named.Where(other => other != point)
            .Sum(other => 1 / (1 + SKPoint.Distance(At(other), At(point))))))
        {
            using var text = new PanelText(TextSize, ColorOf(point));
            using SKPaint leader = Stroke(ColorOf(point).WithAlpha(0xA0), 0.8f);
            (SKRect label, SKPoint end) = places.Next(At(point), text.WidthOf(point.Method) + 4, text.LineHeight);
            canvas.DrawLine(At(point), end, leader);
            text.Draw(canvas, point.Method, label.Left + 2, label.Top, canvas.LocalClipBounds.Width);
        }
    }

    private SKPoint At(MethodPoint point) => new(across.At(point.Cost), up.At(point.OverChance.Mean));

    private static SKColor ColorOf(MethodPoint point) => point.IsBetterThanChance ? Better : Other;

    private static SKPaint Fill(SKColor color) => new() { Color = color, IsAntialias = true };

    private static SKPaint Stroke(SKColor color, float width) =>
        new() { Color = color, StrokeWidth = width, IsAntialias = true, IsStroke = true };
}
