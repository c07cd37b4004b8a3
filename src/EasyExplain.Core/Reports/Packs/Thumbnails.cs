using EasyExplain.Audit;
using EasyExplain.Imaging;

namespace EasyExplain.Reports.Packs;

/// <summary>Small pictures of the images that an audit explained.</summary>
internal static class Thumbnails
{
    /// <summary>The image as small as asked; never enlarged.</summary>
    /// <param name="row">A row of the image.</param>
    /// <param name="side">The most pixels on the longer side, at least 1.</param>
    /// <returns>Null where the image is gone, is another one than was explained, or cannot be read.</returns>
    public static Photo? Of(CamAuditRow row, int side)
    {
        try
        {
            row.DemandUnchanged();
            // Twice as many pixels as are shown: a JPEG decoded to as many is coarser than one that is made smaller.
            return PhotoResizer.FitWithin(ImageDecoder.DecodeFor(row.Path, 2 * side, shortSide: 1), side);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ImageFileException)
        {
            return null;
        }
    }

    /// <summary>A picture as a JPEG file inside a page.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="quality">1 to 100.</param>
    public static string DataUrl(Photo picture, int quality) => DataUrl(ImageEncoder.Bytes(picture, ImageFormat.Jpeg, quality));

    /// <summary>A JPEG file inside a page.</summary>
    public static string DataUrl(ReadOnlySpan<byte> jpeg) => "data:image/jpeg;base64," + Convert.ToBase64String(jpeg);
}
