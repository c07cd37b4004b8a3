namespace EasyExplain.Imaging;

/// <summary>A picture in memory: 8-bit RGB, upright, no alpha.</summary>
public sealed class Photo
{
    /// <summary>Wraps pixels; the array is kept, not copied.</summary>
    /// <param name="width">Pixels in a row, at least 1.</param>
    /// <param name="height">Rows, at least 1.</param>
    /// <param name="rgb">width · height · 3 bytes, see <see cref="Rgb"/>.</param>
    /// <exception cref="ArgumentException"><paramref name="rgb"/> does not have width · height · 3 bytes.</exception>
    public Photo(int width, int height, byte[] rgb)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentNullException.ThrowIfNull(rgb);
        if (rgb.LongLength != (long)width * height * 3)
        {
            throw new ArgumentException(
                $"A photo of {width} x {height} pixels has {(long)width * height * 3} bytes (RGB), not {rgb.LongLength}.", nameof(rgb));
        }
        Width = width;
        Height = height;
        Rgb = rgb;
    }

    /// <summary>Pixels in a row.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>The pixels, [Height, Width, 3]: red, green, blue interleaved, top row first, 0 to 255.</summary>
    public byte[] Rgb { get; }

    /// <summary>A picture of nothing.</summary>
    internal static Photo Black(int width, int height) => new(width, height, new byte[width * height * 3]);
}
