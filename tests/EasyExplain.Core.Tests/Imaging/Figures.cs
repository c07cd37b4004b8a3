using System.Text.Json;
using EasyExplain.Imaging;

namespace EasyExplain.Tests.Imaging;

/// <summary>tests/data/imaging/figures.json: what Pillow and torchvision said, made by make_figures.py beside it.</summary>
internal static class Figures
{
    private static readonly Lazy<JsonElement> All = new(() =>
    {
        using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(Repository.Data("imaging", "figures.json")));
        return json.RootElement.Clone();
    });

    internal static JsonElement[] Of(string name) => [.. All.Value.GetProperty(name).EnumerateArray()];

    internal static int Int(this JsonElement figure, string name) => figure.GetProperty(name).GetInt32();

    internal static double[] Doubles(this JsonElement figure, string name) => figure.GetProperty(name).Deserialize<double[]>()!;

    internal static double[][] Grid(this JsonElement figure) => figure.GetProperty("grid").Deserialize<double[][]>()!;

    /// <summary>The places at which the figures were taken: 8 x 8, row by row.</summary>
    internal static IEnumerable<(int X, int Y)> GridPlaces(int width, int height) =>
        from j in Enumerable.Range(0, 8) from i in Enumerable.Range(0, 8) select ((2 * i + 1) * width / 16, (2 * j + 1) * height / 16);

    internal static Photo PatternPhoto(int height, int width) => new(width, height, Goldens.PatternImage(height, width));

    internal static double[] PixelAt(this Photo photo, int x, int y) =>
        [.. photo.Rgb.Skip((y * photo.Width + x) * 3).Take(3).Select(b => (double)b)];

    /// <summary>The largest difference between a photo and the figures' grid of it.</summary>
    internal static double LargestDifference(Photo photo, double[][] grid) => GridPlaces(photo.Width, photo.Height)
        .Zip(grid, (place, expected) => photo.PixelAt(place.X, place.Y).Zip(expected, (a, b) => Math.Abs(a - b)).Max()).Max();
}
