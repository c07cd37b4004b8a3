using EasyExplain.Imaging;
using EasyExplain.Tests;

namespace EasyExplain.Benchmarks;

/// <summary>JPEGs as a telephone makes them: 12 megapixels, quality 90, some 3 MB each.</summary>
internal static class LargePhotos
{
    private const double Pixels = 12e6;

    /// <summary>Writes them: the example photos, enlarged, with a sensor's noise.</summary>
    public static void Write(string folder, int count)
    {
        Directory.CreateDirectory(folder);
        string[] examples = [.. Directory.GetFiles(Repository.Photo(""), "*.jpg").Order(StringComparer.Ordinal)];
        for (int index = 0; index < count; index++)
        {
            Photo photo = ImageDecoder.Decode(examples[index % examples.Length]);
            double scale = Math.Sqrt(Pixels / photo.Width / photo.Height);
            Photo large = PhotoResizer.Resize(photo, (int)Math.Round(photo.Width * scale), (int)Math.Round(photo.Height * scale));
            AddNoise(large.Rgb, new Random(index));
            ImageEncoder.Save(large, Path.Combine(folder, $"photo{index:00}.jpg"), ImageFormat.Jpeg, quality: 90);
        }
    }

    private static void AddNoise(byte[] rgb, Random random)
    {
        for (int pixel = 0; pixel < rgb.Length; pixel += 3)
        {
            // a standard deviation of 5
            int noise = (int)Math.Round(10 * (random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5));
            for (int c = pixel; c < pixel + 3; c++)
            {
                rgb[c] = (byte)Math.Clamp(rgb[c] + noise, 0, 255);
            }
        }
    }
}
