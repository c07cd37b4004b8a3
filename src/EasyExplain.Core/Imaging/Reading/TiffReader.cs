using System.Numerics;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats.Tiff;
using SixLabors.ImageSharp.Metadata;
using SixLabors.ImageSharp.PixelFormats;

namespace EasyExplain.Imaging.Reading;

/// <summary>The first page of a TIFF file in strips: grey, RGB and palettes of integers, grey and RGB of float32, JPEG inside.</summary>
internal sealed class TiffReader : IImageReader
{
    public string Format => "TIFF";

    // 43 is BigTIFF, of which ImageSharp never finds the end.
    public bool Recognizes(ReadOnlySpan<byte> head) =>
        head is [(byte)'I', (byte)'I', 42 or 43, 0, ..] or [(byte)'M', (byte)'M', 0, 42 or 43, ..];

    public Photo Read(ImageFile file)
    {
        if (file.Bytes[2] == 43 || file.Bytes[3] == 43)
            throw file.Unsupported("BigTIFF");
        var page = new TiffPage(file);
        long width = page.Number(TiffTag.ImageWidth, 0), height = page.Number(TiffTag.ImageLength, 0);
        if (width is < 1 or > int.MaxValue || height is < 1 or > int.MaxValue)
            throw file.Damaged($"it has {width} x {height} pixels");
        file.CheckSize(width, height);
        if (TiffBands.Has(page))
            return TiffBands.Read(page, file, (int)width, (int)height);
        var kind = TiffKind.Of(page, file);
        var strips = new TiffStrips(page, kind, (int)width, (int)height, file);
        long orientation = Orientation.Said(file.Bytes, page.Xmp);
        if (kind.IsJpeg)
            return TiffJpeg.Decode(page, kind, strips, (int)width, (int)height, orientation, file);

        bool associated = kind.Samples == 4 && page.Number(TiffTag.ExtraSamples, 0) == 1;
        // Alpha is dropped, so that its kind does not matter, and ImageSharp reads this one.
        page.Set(TiffTag.ExtraSamples, 2);
        if (kind.IsFloat)
            page.Set(TiffTag.Photometric, (ushort)(kind.Samples == 1 ? 1 : 2));
        page.KeepOnlyPixels();
        return kind.IsFloat ? Scaled(Decode<RawFloats>(), kind.IsInverted, orientation)
            : associated ? Divided(Decode<Rgba64>(), orientation)
            : SharpDecoder.HighBytes(Decode<Rgb48>(), orientation);

        Image<TPixel> Decode<TPixel>()
            where TPixel : unmanaged, IPixel<TPixel> =>
            SharpDecoder.Decode<TPixel>(
                file, file.ToStream(), new TiffDecoder { DecodingMode = FrameDecodingMode.First }, (int)width, (int)height);
    }

    /// <summary>Colours that are multiplied by their alpha, divided by it as Pillow does.</summary>
    private static Photo Divided(Image<Rgba64> image, long orientation)
    {
        using (image)
        {
            return SharpDecoder.Photo(image, static pixel =>
            {
                int alpha = pixel.A >> 8;
                return (Divide(pixel.R >> 8, alpha), Divide(pixel.G >> 8, alpha), Divide(pixel.B >> 8, alpha));
            }, orientation);
        }

        static byte Divide(int color, int alpha) => (byte)(alpha == 0 ? 0 : Math.Min(255, color * 255 / alpha));
    }

    /// <summary>
    /// Floating point by its own range: the least finite number is black, the greatest white; what is no number is black.
    /// </summary>
    private static Photo Scaled(Image<RawFloats> image, bool inverted, long orientation)
    {
        using (image)
        {
            (float low, float high) = Range(image);
            (double black, double white) = inverted ? (high, low) : (low, (double)high);
            Photo photo = SharpDecoder.Photo(image,
                pixel => (Level(pixel.Samples.X), Level(pixel.Samples.Y), Level(pixel.Samples.Z)), orientation);
            photo.FloatRange = (low, high);
            return photo;

            byte Level(float sample) => float.IsNaN(sample) || low == high
                ? (byte)0
                : (byte)Math.Round(255 * Math.Clamp((sample - black) / (white - black), 0, 1));
        }
    }

    private static (float Low, float High) Range(Image<RawFloats> image)
    {
        (float low, float high) = (float.PositiveInfinity, float.NegativeInfinity);
        image.ProcessPixelRows(rows =>
        {
            for (int y = 0; y < rows.Height; y++)
            {
                foreach (RawFloats pixel in rows.GetRowSpan(y))
                {
                    Vector3 samples = pixel.Samples;
                    for (int c = 0; c < 3; c++)
                    {
                        if (float.IsFinite(samples[c]))
                            (low, high) = (Math.Min(low, samples[c]), Math.Max(high, samples[c]));
                    }
                }
            }
        });
        return low <= high ? (low, high) : (0, 0);
    }
}
