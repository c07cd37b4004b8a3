using System.Runtime.CompilerServices;

namespace EasyExplain.Imaging;

/// <summary>Makes photos smaller (or, for panels, larger).</summary>
public static class PhotoResizer
{
    /// <summary>Reduces a photo until its longer side has at most <paramref name="maxSize"/> pixels; the aspect is kept.</summary>
    /// <param name="photo">The photo; unchanged.</param>
    /// <param name="maxSize">The most pixels on the longer side, at least 1.</param>
    /// <returns>A smaller photo, or <paramref name="photo"/> itself when it fits already: nothing is ever enlarged.</returns>
    public static Photo FitWithin(Photo photo, int maxSize)
    {
        ArgumentNullException.ThrowIfNull(photo);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxSize, 1);
        return Math.Max(photo.OriginalWidth, photo.OriginalHeight) <= maxSize ? photo : ScaleTo(photo, maxSize);
    }

    /// <summary>Scales a photo, up or down, until its longer side has <paramref name="longerSide"/> pixels.</summary>
    internal static Photo ScaleTo(Photo photo, int longerSide)
    {
        double scale = (double)longerSide / Math.Max(photo.OriginalWidth, photo.OriginalHeight);
        return Resize(photo, Math.Max(1, (int)Math.Round(photo.OriginalWidth * scale)),
            Math.Max(1, (int)Math.Round(photo.OriginalHeight * scale)));
    }

    /// <summary>Resizes bicubically, with antialiasing when it gets smaller.</summary>
    internal static Photo Resize(Photo photo, int width, int height)
    {
        PixelRegion frame = photo.Frame;
        byte[] rgb = new byte[width * height * 3];
        Resampler.Resize(photo,
            new ResampleAxis(frame.X, frame.X + frame.Width, frame.X, frame.Width / width, width, ResampleKernel.Bicubic),
            new ResampleAxis(frame.Y, frame.Y + frame.Height, frame.Y, frame.Height / height, height, ResampleKernel.Bicubic),
            [MethodImpl(MethodImplOptions.AggressiveOptimization)] (y, row) =>
            {
                Span<byte> pixels = rgb.AsSpan(y * row.Length, row.Length);
                for (int i = 0; i < pixels.Length; i++)
                    pixels[i] = (byte)(row[i] + 0.5f);
            });
        return new Photo(width, height, rgb);
    }
}
