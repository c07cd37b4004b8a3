using EasyExplain.Imaging;

namespace EasyExplain.Benchmarks;

/// <summary>Photos of any size: slopes and edges, as photos have them, with a little of a sensor's noise.</summary>
internal static class SyntheticPhoto
{
    public const int BytesOfPixel = 3;

    /// <summary>The same every time.</summary>
    public static Photo Draw(int width, int height)
    {
        byte[] rgb = new byte[width * height * BytesOfPixel];
        new Random(1).NextBytes(rgb);
        for (int at = 0; at < rgb.Length; at++)
        {
            int x = at / BytesOfPixel % width, y = at / BytesOfPixel / width;
            rgb[at] = (byte)((rgb[at] & 3) + (x * 120 / width) + (y * 80 / height) + ((x / 256 + y / 256) % 2 * 40));
        }
        return new Photo(width, height, rgb);
    }
}
