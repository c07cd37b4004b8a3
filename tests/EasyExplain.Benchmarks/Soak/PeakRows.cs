using EasyExplain.Imaging;
using EasyExplain.Models.Architectures;
using EasyExplain.Networks;

namespace EasyExplain.Benchmarks.Soak;

/// <summary>What one explanation takes at its highest point: of a network with every layer asked for, and of very large photos.</summary>
internal static class PeakRows
{
    private const string ManyLayers = "vgg19";
    private const int BytesOfPixel = 3;

    // A phone's photo, and one of a hundred megapixels.
    private static readonly (string Name, int Width, int Height)[] Sizes = [("12-megapixel", 4000, 3000), ("100-megapixel", 11_600, 8_700)];
    private static readonly (ImageFormat Format, double Reach)[] Formats = [(ImageFormat.Jpeg, 3), (ImageFormat.Png, 3)];

    /// <summary>Measures them; a photo lies in <paramref name="folder"/> as long as it is needed.</summary>
    public static IEnumerable<Row> Measure(string folder)
    {
        string[] layers = PeakMemory.Stacked(ManyLayers);
        yield return new Row($"peak memory of LayerCAM at all {layers.Length} `features` layers of VGG-19, beside its weights / the outputs of those layers", 3,
            PeakMemory.OfLayers(ManyLayers) / OutputBytes(layers));
        foreach (var (name, width, height) in Sizes)
        {
            Photo photo = Draw(width, height);
            foreach (var (format, reach) in Formats)
            {
                string path = Path.Combine(folder, "large." + format);
                ImageEncoder.Save(photo, path, format);
                yield return new Row($"peak memory of explaining a {name} {format.ToString().ToUpperInvariant()} with the bundled model / its pixels as bytes",
                    reach, PeakMemory.OfPhoto(path) / ((double)BytesOfPixel * width * height));
                File.Delete(path);
            }
        }
    }

    private static double OutputBytes(string[] layers)
    {
        Architecture architecture = Catalog.Find(ManyLayers);
        using Network network = architecture.Build(1000);
        IReadOnlyDictionary<Node, long[]> shapes = network.Shapes(3, architecture.Preprocessing.Height, architecture.Preprocessing.Width);
        return layers.Sum(layer => sizeof(float) * shapes[network.Find(layer)!.Node].Aggregate(1.0, (product, size) => product * size));
    }

    /// <summary>Slopes and edges, as photos have them, with a little of a sensor's noise.</summary>
    private static Photo Draw(int width, int height)
    {
        byte[] rgb = new byte[width * height * BytesOfPixel];
        var random = new Random(1);
        random.NextBytes(rgb);
        for (int at = 0; at < rgb.Length; at++)
        {
            int x = at / BytesOfPixel % width, y = at / BytesOfPixel / width;
            rgb[at] = (byte)((rgb[at] & 3) + (x * 120 / width) + (y * 80 / height) + ((x / 256 + y / 256) % 2 * 40));
        }
        return new Photo(width, height, rgb);
    }
}
