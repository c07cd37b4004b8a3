using System.Runtime.InteropServices;
using SkiaSharp;

namespace EasyExplain.Imaging.Reading;

/// <summary>What the readers that use SkiaSharp have in common.</summary>
internal static class SkiaDecoder
{
    private const int RowsAtOnce = 16;

    /// <summary>Decodes a file, whose format SkiaSharp finds out once more.</summary>
    /// <param name="file">The file.</param>
    /// <param name="reduces">Whether no more pixels than needed may be decoded.</param>
    /// <param name="orientation">
    /// How the file says that its picture is turned; SkiaSharp's own word misses much that Pillow finds.
    /// </param>
    /// <param name="backdrop">The colour of transparent pixels, where it is not what their bytes say.</param>
    internal static unsafe Photo Decode(
        ImageFile file, bool reduces = false, long orientation = 1, (byte R, byte G, byte B)? backdrop = null)
    {
        fixed (byte* start = file.Bytes)
        {
            using SKData data = SKData.Create((IntPtr)start, file.Bytes.Length);
            using SKCodec codec = SKCodec.Create(new SKMemoryStream(data), out SKCodecResult opened) ?? throw Failure(opened, file);
            SKImageInfo size = codec.Info;
            file.CheckSize(size.Width, size.Height);
            int eighths = reduces ? Eighths(size, file.Needed) : 8;
            SKSizeI reduced = codec.GetScaledDimensions(eighths / 8f);
            // Unpremultiplied, so that colours under alpha 0 survive; no colour space, so that none is converted. Zeroed, because a GIF's
            // first frame may leave pixels untouched.
            var info = new SKImageInfo(reduced.Width, reduced.Height, SKColorType.Rgba8888,
                size.IsOpaque ? SKAlphaType.Opaque : SKAlphaType.Unpremul);
            var upright = new UprightPixels(
                reduced.Width, reduced.Height, (size.Width, size.Height), eighths / 8.0, orientation);
            if (reduces && TakeRows(codec, info, upright))
                return upright.Photo;
            byte* rgba = (byte*)NativeMemory.AllocZeroed((nuint)info.BytesSize64);
            try
            {
                SKCodecResult result = codec.GetPixels(info, (IntPtr)rgba);
                if (result != SKCodecResult.Success)
                    throw Failure(result, file);
                if (backdrop is { } color && !size.IsOpaque)
                    FillTransparent(rgba, info.BytesSize64, color);
                upright.Take(rgba, 4, reduced.Width, 0, reduced.Height);
                return upright.Photo;
            }
            finally
            {
                NativeMemory.Free(rgba);
            }
        }
    }

    /// <summary>
    /// Decodes some rows at a time, whose memory is still in the cache when their pixels are put in place: large photos take a third less.
    /// </summary>
    /// <returns>Whether all could be: if not, decoding the whole says why.</returns>
    private static unsafe bool TakeRows(SKCodec codec, SKImageInfo info, UprightPixels upright)
    {
        if (codec.StartScanlineDecode(info) != SKCodecResult.Success)
            return false;
        byte* rgba = (byte*)NativeMemory.Alloc((nuint)(info.RowBytes64 * RowsAtOnce));
        try
        {
            for (int row = 0; row < info.Height; row += RowsAtOnce)
            {
                int rows = Math.Min(RowsAtOnce, info.Height - row);
                if (codec.GetScanlines((IntPtr)rgba, rows, info.RowBytes) != rows)
                    return false;
                upright.Take(rgba, 4, info.Width, row, rows);
            }
            return true;
        }
        finally
        {
            NativeMemory.Free(rgba);
        }
    }

    /// <summary>The least n for which n/8 of the size is as much as is needed; 8 where that is more than a half.</summary>
    private static int Eighths(SKImageInfo size, (int LongSide, int ShortSide) needed)
    {
        int longSide = Math.Max(size.Width, size.Height), shortSide = Math.Min(size.Width, size.Height);
        double share = Math.Max((double)needed.LongSide / longSide, (double)needed.ShortSide / shortSide);
        return share <= 0.5 ? (int)Math.Ceiling(8 * share) : 8;
    }

    private static unsafe void FillTransparent(byte* rgba, long length, (byte R, byte G, byte B) color)
    {
        for (byte* pixel = rgba, end = rgba + length; pixel < end; pixel += 4)
        {
            if (pixel[3] == 0)
                (pixel[0], pixel[1], pixel[2]) = color;
        }
    }

    private static ImageFileException Failure(SKCodecResult result, ImageFile file) => result switch
    {
        SKCodecResult.IncompleteInput => file.Truncated(),
        SKCodecResult.Unimplemented or SKCodecResult.InvalidConversion => file.Unsupported(),
        _ => file.Damaged(result.ToString()),
    };
}
