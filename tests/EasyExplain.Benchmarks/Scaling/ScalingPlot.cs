using System.Globalization;
using EasyExplain.Imaging;
using SkiaSharp;

namespace EasyExplain.Benchmarks.Scaling;

/// <summary>The measurements as lines, both axes logarithmic: where time is linear, a line is level.</summary>
internal static class ScalingPlot
{
    private const int Width = 1160, Height = 640;
    private const float Left = 80, Top = 70, Right = 800, Bottom = 560, TextSize = 17;
    private static readonly SKColor Ink = new(0x22, 0x22, 0x22), Grid = new(0xDD, 0xDD, 0xDD);

    // Told apart by the colour-blind too (Okabe and Ito 2008).
    private static readonly SKColor[] Colors =
        [new(0x00, 0x72, 0xB2), new(0xD5, 0x5E, 0x00), new(0x00, 0x9E, 0x73), new(0xCC, 0x79, 0xA7), new(0xE6, 0x9F, 0x00)];

    /// <summary>Draws them into a PNG file.</summary>
    public static void Write(string path, IReadOnlyList<Series> all)
    {
        using var surface = SKSurface.Create(new SKImageInfo(Width, Height));
        SKCanvas canvas = surface.Canvas;
        canvas.Clear(SKColors.White);
        using var text = new PanelText(TextSize, Ink);
        using var title = new PanelText(TextSize + 3, Ink, bold: true);
        title.Draw(canvas, "Time of an explanation as one quantity grows, relative to linear growth", Left, 20, Width - Left);

        double[] heights = [.. all.SelectMany(series => series.Points.Select(series.Relative))];
        var across = new LogarithmicAxis(1, all.Max(series => series.Points[^1].Value / series.Points[0].Value), Left, Right);
        var up = new LogarithmicAxis(Math.Min(0.5, 0.9 * heights.Min()), Math.Max(2, 1.1 * heights.Max()), Bottom, Top);
        using SKPaint grid = Stroke(Grid, 1), linear = Stroke(Ink, 1.5f);
        foreach (double tick in across.Ticks)
        {
            canvas.DrawLine(across.At(tick), Top, across.At(tick), Bottom, grid);
            text.DrawCentered(canvas, Label(tick) + " ×", across.At(tick), Bottom + 20);
        }
        foreach (double tick in up.Ticks)
        {
            canvas.DrawLine(Left, up.At(tick), Right, up.At(tick), tick == 1 ? linear : grid);
            text.DrawCentered(canvas, Label(tick), Left - 35, up.At(tick));
        }
        text.DrawCentered(canvas, "the quantity, in multiples of its smallest value", (Left + Right) / 2, Bottom + 52);
        text.Draw(canvas, "linear", Right + 12, up.At(1) - TextSize / 2 - 3, 100);
        // Named in the order in which the lines end, the highest first.
        float legend = Top;
        foreach (var (series, color) in all.Zip(Colors).OrderByDescending(pair => pair.First.Relative(pair.First.Points[^1])))
        {
            using SKPaint line = Stroke(color, 3);
            SKPoint[] points = [.. series.Points
                .Select(point => new SKPoint(across.At(point.Value / series.Points[0].Value), up.At(series.Relative(point))))];
            foreach (var (from, to) in points.Zip(points.Skip(1)))
            {
                canvas.DrawLine(from, to, line);
            }
            foreach (SKPoint point in points)
            {
                canvas.DrawCircle(point, 4, line);
            }
            canvas.DrawLine(Right + 90, legend + 10, Right + 120, legend + 10, line);
            text.Draw(canvas, $"{series.Quantity}, {Label(series.Points[0].Value)} to {Label(series.Points[^1].Value)}", Right + 130,
                legend, Width - Right - 140);
            legend += 34;
        }
        using SKImage image = surface.Snapshot();
        using SKData data = image.Encode(SKEncodedImageFormat.Png, 100);
        File.WriteAllBytes(path, data.ToArray());
    }

    private static SKPaint Stroke(SKColor color, float width) =>
        new() { Color = color, StrokeWidth = width, IsAntialias = true, IsStroke = true };

    private static string Label(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);
}
