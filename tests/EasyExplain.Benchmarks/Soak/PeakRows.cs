using EasyExplain.Imaging;

namespace EasyExplain.Benchmarks.Soak;

/// <summary>What one explanation takes at its highest point: of a network with every layer asked for, and of very large photos.</summary>
internal static class PeakRows
{
    private const string ManyLayers = "vgg19";

    // A phone's photo, and one of a hundred megapixels.
    private static readonly (string Name, int Width, int Height)[] Sizes = [("12-megapixel", 4000, 3000), ("100-megapixel", 11_600, 8_700)];
    private static readonly ImageFormat[] Formats = [ImageFormat.Jpeg, ImageFormat.Png];

    // In MB. Of layers: eight times their outputs. Of a photo: its pixels as the decoder has them (RGBA) and as we do (RGB), its file, and
    // beside that what the small network takes.
    private const double LayersReach = 1000, PhotoReach = 64, BytesOfPixelReach = 9;

    /// <summary>Measures them; a photo lies in <paramref name="folder"/> as long as it is needed.</summary>
    public static IEnumerable<Row> Measure(string folder, Func<string, bool> wanted)
    {
        string all = $"peak memory of LayerCAM at all {PeakMemory.Stacked(ManyLayers).Length} `features` layers of VGG-19, beside its " +
            "weights";
        if (wanted(all))
        {
            yield return new Row(all, LayersReach, PeakMemory.OfLayers(ManyLayers) / 1e6, "MB");
        }
        foreach (var (name, width, height) in Sizes)
        {
            foreach (ImageFormat format in Formats)
            {
                string what = $"peak memory of explaining a {name} {format.ToString().ToUpperInvariant()} with the bundled model";
                if (!wanted(what))
                {
                    continue;
                }
                Photo photo = SyntheticPhoto.Draw(width, height);
                string path = Path.Combine(folder, "large." + format);
                ImageEncoder.Save(photo, path, format);
                yield return new Row(what, Math.Round(PhotoReach + BytesOfPixelReach * width * height / 1e6),
                    PeakMemory.OfPhoto(path) / 1e6, "MB");
                File.Delete(path);
            }
        }
    }
}
