namespace EasyExplain.Imaging.Terminal;

/// <summary>Brings a picture to the size that a window has room for.</summary>
public static class TerminalPicture
{
    /// <summary>Scales a picture, up or down, to the largest size with its aspect that fits.</summary>
    /// <param name="photo">The picture; unchanged.</param>
    /// <param name="width">The most pixels in a row, at least 1.</param>
    /// <param name="height">The most rows, at least 1.</param>
    public static Photo Fit(Photo photo, int width, int height)
    {
        ArgumentNullException.ThrowIfNull(photo);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        double scale = Math.Min((double)width / photo.Width, (double)height / photo.Height);
        return PhotoResizer.Resize(photo, Side(photo.Width * scale, width), Side(photo.Height * scale, height));
    }

    private static int Side(double length, int most) => Math.Clamp((int)Math.Round(length), 1, most);
}
