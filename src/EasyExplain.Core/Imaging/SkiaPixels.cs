using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SkiaSharp;

namespace EasyExplain.Imaging;

/// <summary>Carries photos into SkiaSharp's bitmaps and back.</summary>
internal static class SkiaPixels
{
    private const uint Opaque = 0xFF000000;

    /// <summary>An opaque RGBA bitmap with the photo's pixels; the caller disposes it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static SKBitmap ToBitmap(Photo photo)
    {
        SKBitmap bitmap = NewBitmap(photo.Width, photo.Height);
        Span<uint> rgba = MemoryMarshal.Cast<byte, uint>(bitmap.GetPixelSpan());
        ReadOnlySpan<byte> rgb = photo.Rgb;
        int last = rgba.Length - 1;
        for (int pixel = 0; pixel < last; pixel++)
            rgba[pixel] = BinaryPrimitives.ReadUInt32LittleEndian(rgb.Slice(pixel * 3, 4)) | Opaque; // with the next pixel's red
        rgba[last] = (uint)(rgb[^3] | rgb[^2] << 8 | rgb[^1] << 16) | Opaque;
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
