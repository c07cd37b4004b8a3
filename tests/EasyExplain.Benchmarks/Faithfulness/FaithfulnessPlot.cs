using EasyExplain.Imaging;
using SkiaSharp;

namespace EasyExplain.Benchmarks.Faithfulness;

/// <summary>
/// The methods as points: what they cost to the right, how faithful they are upwards. The crowd of quick ones once more, closer.
/// </summary>
internal static class FaithfulnessPlot
{
    private const int Width = 1160, Height = 1250;
    private const float Left = 80, Right = 1130, TextSize = 15;
    private const double QuickCost = 3.2; // predictions

    // The lower end and the upper one of each panel, in pixels.
    private static readonly (float Bottom, float Top) All = (640, 75), Quick = (1160, 735);

    /// <summary>Draws them into a PNG file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="full">In float32: filled points, with their names.</param>
    /// <param name="bytes">In Int8: empty ones, each with a line to the same method's in float32.</param>
    public static void Write(string path, IReadOnlyList<MethodPoint> full, IReadOnlyList<MethodPoint> bytes)
    {
        using var surface = SKSurface.Create(new SKImageInfo(Width, Height));
        SKCanvas canvas = surface.Canvas;
        canvas.Clear(SKColors.White);
        using var text = new PanelText(TextSize, FaithfulnessPanel.Ink);
        using var title = new PanelText(TextSize + 4, FaithfulnessPanel.Ink, bold: true);
        title.Draw(canvas, "Faithfulness against cost: each method, with the bundled model", Left, 16, Width);
        text.Draw(canvas, "upwards: Insertion − Deletion over chance, with 95 % intervals; to the right: time of an explanation / of a " +
            "prediction in float32", Left, 44, Width);
        MethodPoint[] all = [.. full, .. bytes], quick = [.. full.Where(point => point.Cost < QuickCost)];
        HashSet<string> names = [.. quick.Select(point => point.Method)];
        MethodPoint[] quickToo = [.. bytes.Where(point => names.Contains(point.Method))], closer = [.. quick, .. quickToo];

        var costs = new LogarithmicAxis(Math.Min(1, all.Min(point => point.Cost)) / 1.15, 1.5 * all.Max(point => point.Cost), Left, Right);
        var whole = new FaithfulnessPanel(canvas, costs,
            new LinearAxis(Math.Min(0, all.Min(point => point.OverChance.Low)) - 0.01, all.Max(point => point.OverChance.High) + 0.01,
                All.Bottom, All.Top), costs.Ticks, tick: 0.1);
        if (quick.Length > 0)
        {
            var near = new LogarithmicAxis(closer.Min(point => point.Cost) / 1.06, 1.12 * closer.Max(point => point.Cost), Left, Right);
            text.Draw(canvas, "The quick methods, closer:", Left, Quick.Top - 30, Width);
            new FaithfulnessPanel(canvas, near,
                new LinearAxis(closer.Min(point => point.OverChance.Mean) - 0.015, closer.Max(point => point.OverChance.Mean) + 0.025,
                    Quick.Bottom, Quick.Top),
                new LinearAxis(near.From, near.To, Left, Right).Ticks(0.25), tick: 0.02).Draw(quick, quickToo, quick);
            whole.Frame(closer, $"{quick.Length} quick methods: below");
        }
        whole.Draw(full, bytes, [.. full.Except(quick)]);
        FaithfulnessPanel.DrawLegend(canvas, Left, Quick.Bottom + 45);
        using SKImage image = surface.Snapshot();
        using SKData data = image.Encode(SKEncodedImageFormat.Png, 100);
        File.WriteAllBytes(path, data.ToArray());
    }
}
