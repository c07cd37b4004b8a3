using System.Text;
using EasyExplain.Imaging;

namespace EasyExplain.Benchmarks.Soak;

/// <summary>The files of a long run: photos of mixed sizes and formats, and every 50th broken.</summary>
internal static class SoakPhotos
{
    private const int Period = 50;

    // The longer side in pixels; one of 12 megapixels among 49.
    private static readonly int[] Sizes = [32, 64, 100, 224, 300, 451, 640, 800, 1024, 1280, 1600];
    private const int LargestSize = 4243;

    private static readonly (ImageFormat Format, string Extension)[] Formats =
        [(ImageFormat.Jpeg, ".jpg"), (ImageFormat.Png, ".png"), (ImageFormat.Jpeg, ".jpg"), (ImageFormat.Webp, ".webp")];

    /// <summary>Writes the files into a folder.</summary>
    /// <param name="folder">An existing folder.</param>
    /// <param name="photos">The folder with the photos of the examples.</param>
    /// <param name="count">How many images the run has; a file may come several times.</param>
    /// <returns>The file of each image of the run.</returns>
    public static string[] Write(string folder, string photos, int count)
    {
        Photo[] originals = [.. Directory.GetFiles(photos, "*.jpg").Order(StringComparer.Ordinal)
            .Select(file => ImageDecoder.Decode(file))];
        string[] whole = [.. Enumerable.Range(0, Period - 1).Select(index =>
        {
            Photo original = originals[index % originals.Length];
            var (format, extension) = Formats[index % Formats.Length];
            bool largest = index == Period / 2;
            Photo photo = PhotoResizer.ScaleTo(original, largest ? LargestSize : Sizes[index % Sizes.Length]);
            string path = Path.Combine(folder, $"photo [{index}]{(largest ? ".jpg" : extension)}");
            ImageEncoder.Save(photo, path, largest ? ImageFormat.Jpeg : format);
            return path;
        })];
        string[] broken = [.. Broken(folder, whole)];
        return [.. Enumerable.Range(1, count)
            .Select(number => number % Period == 0 ? broken[number / Period % broken.Length] : whole[number % Period - 1])];
    }

    private static IEnumerable<string> Broken(string folder, string[] whole)
    {
        byte[] jpeg = File.ReadAllBytes(whole[4]);
        byte[] liar = [.. jpeg];
        // the frame's height: over 8192 rows, which memory is taken for
        liar[liar.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xC0]) + 5] = 0x20;
        foreach (var (name, bytes) in new[]
        {
            ("cut short.jpg", jpeg[..(jpeg.Length / 2)]), ("no image.png", Encoding.UTF8.GetBytes("<html>404</html>")), ("empty.webp", []),
                ("lying header.jpg", liar),
        })
        {
            string path = Path.Combine(folder, name);
            File.WriteAllBytes(path, bytes);
            yield return path;
        }
    }
}
