using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats;
using SixLabors.ImageSharp.Memory;
using SixLabors.ImageSharp.PixelFormats;

namespace EasyExplain.Imaging.Reading;

/// <summary>What the readers that use ImageSharp have in common.</summary>
/// <remarks>
/// ImageSharp 2 has open flaws in what it does with files that lie. So a reader checks the header itself and hands on only what it knows
/// to come out right; no file gets more memory than its picture needs; and whatever ImageSharp throws means that the file is damaged.
/// </remarks>
internal static class SharpDecoder
{
    private const long MostBytesAPixel = 16; // RGB of float32, and strips of four 16-bit samples with what is needed beside them
    private const int Margin = 16;           // MB, for rows, tables and dictionaries

    /// <summary>
    /// Decodes a file whose header was checked. Pixels of 16 bits hold every kind of integers exactly; those without alpha drop it and keep
    /// its colours.
    /// </summary>
    /// <param name="file">What the errors are about.</param>
    /// <param name="stream">The file's bytes.</param>
    /// <param name="decoder">ImageSharp's decoder for the format.</param>
    /// <param name="width">The picture's width, as its header says.</param>
    /// <param name="height">The picture's height.</param>
    /// <returns>The picture; the caller disposes it.</returns>
    internal static Image<TPixel> Decode<TPixel>(ImageFile file, Stream stream, IImageDecoder decoder, int width, int height)
        where TPixel : unmanaged, IPixel<TPixel>
    {
        var configuration = new Configuration
        {
            // Nothing is kept for the next picture, which may come in an hour.
            MemoryAllocator = MemoryAllocator.Create(new MemoryAllocatorOptions
            {
                MaximumPoolSizeMegabytes = 0,
                AllocationLimitMegabytes = Margin + (int)(MostBytesAPixel * width * height >> 20),
            }),
        };
        Image<TPixel>? image = null;
        try
        {
            image = decoder.Decode<TPixel>(configuration, stream, CancellationToken.None);
            if (image.Width == width && image.Height == height)
                return image;
            image.Dispose();
        }
        catch (Exception e) when (e.GetBaseException() is OutOfMemoryException or InvalidMemoryOperationException)
        {
            throw file.Fault(ImageFault.TooLarge, $"is {width} x {height} pixels, and takes more memory than there is");
        }
        catch (Exception e)
        {
            throw file.Damaged(e.Message.TrimEnd('.'));
        }
        throw file.Damaged($"the picture has {image.Width} x {image.Height} pixels, its header says {width} x {height}");
    }

    /// <summary>An upright photo of the high bytes, as of a 16-bit PNG.</summary>
    internal static Photo HighBytes(Image<Rgb48> image, long orientation = 1) =>
        Photo(image, static pixel => ((byte)(pixel.R >> 8), (byte)(pixel.G >> 8), (byte)(pixel.B >> 8)), orientation);

    /// <summary>An upright photo.</summary>
    /// <param name="image">The picture as stored.</param>
    /// <param name="color">The red, green and blue of a pixel.</param>
    /// <param name="orientation">The EXIF orientation.</param>
    internal static Photo Photo<TPixel>(Image<TPixel> image, Func<TPixel, (byte R, byte G, byte B)> color, long orientation = 1)
        where TPixel : unmanaged, IPixel<TPixel>
    {
        byte[] rgb = new byte[image.Width * image.Height * 3];
        image.ProcessPixelRows(rows =>
        {
            int at = 0;
            for (int y = 0; y < rows.Height; y++)
            {
                foreach (TPixel pixel in rows.GetRowSpan(y))
                {
                    (rgb[at], rgb[at + 1], rgb[at + 2]) = color(pixel);
                    at += 3;
                }
            }
        });
        return Orientation.Upright(rgb, image.Width, image.Height, orientation);
    }
}
