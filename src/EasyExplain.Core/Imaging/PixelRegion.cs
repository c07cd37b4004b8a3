namespace EasyExplain.Imaging;

/// <summary>A rectangle of a photo, in its pixels; (0, 0) is the upper left corner of the upper left pixel.</summary>
/// <param name="X">The left edge.</param>
/// <param name="Y">The upper edge.</param>
/// <param name="Width">Width, over 0.</param>
/// <param name="Height">Height, over 0.</param>
public readonly record struct PixelRegion(double X, double Y, double Width, double Height)
{
    /// <summary>A whole photo.</summary>
    /// <param name="width">The photo's width in pixels.</param>
    /// <param name="height">The photo's height in pixels.</param>
    public static PixelRegion Whole(int width, int height) => new(0, 0, width, height);

    /// <summary>The same part of the photo after it was resized.</summary>
    /// <param name="horizontally">New width over old width.</param>
    /// <param name="vertically">New height over old height.</param>
    public PixelRegion Scale(double horizontally, double vertically) =>
        new(X * horizontally, Y * vertically, Width * horizontally, Height * vertically);
}
