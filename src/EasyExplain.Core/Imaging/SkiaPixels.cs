using SkiaSharp;

namespace EasyExplain.Imaging;

/// <summary>Carries photos into SkiaSharp's bitmaps and back.</summary>
internal static class SkiaPixels
{
    /// <summary>An opaque RGBA bitmap with the photo's pixels; the caller disposes it.</summary>
    internal static SKBitmap ToBitmap(Photo photo)
    {
        SKBitmap bitmap = NewBitmap(photo.Width, photo.Height);
        Span<byte> rgba = bitmap.GetPixelSpan();
        for (int from = 0, to = 0; from < photo.Rgb.Length; from += 3, to += 4)
        {
            rgba[to] = photo.Rgb[from];
            rgba[to + 1] = photo.Rgb[from + 1];
            rgba[to + 2] = photo.Rgb[from + 2];
            rgba[to + 3] = 255;
        }
        return bitmap;
    }

    /// <summary>The pixels of an opaque RGBA bitmap.</summary>
    internal static Photo ToPhoto(SKBitmap bitmap)
    {
        byte[] rgb = new byte[bitmap.Width * bitmap.Height * 3];
        ReadOnlySpan<byte> rgba = bitmap.GetPixelSpan();
        for (int from = 0, to = 0; to < rgb.Length; from += 4, to += 3)
            rgba.Slice(from, 3).CopyTo(rgb.AsSpan(to));
        return new Photo(bitmap.Width, bitmap.Height, rgb);
    }

    /// <summary>An empty opaque RGBA bitmap; the caller disposes it.</summary>
    internal static SKBitmap NewBitmap(int width, int height) =>
        new(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
}
