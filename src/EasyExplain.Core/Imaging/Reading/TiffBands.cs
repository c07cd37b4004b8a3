using System.Buffers.Binary;
using System.IO.Compression;

namespace EasyExplain.Imaging.Reading;

/// <summary>
/// The first page of a TIFF file that has other bands than colours, as satellites take them: integers of 8 or 16 bits, or float32, in
/// strips. 1 is white: 255, 65535 or 1.
/// </summary>
internal static class TiffBands
{
    private const int Rgb = 2;
    private const long MostSamples = Preprocessing.MostChannels, MostNumbers = 4 * ImageDecoder.DefaultMaxPixels;
    private const double CutOff = 0.02; // at both ends of what is shown

    /// <summary>Whether a page has bands beside or instead of grey or colours and an alpha.</summary>
    internal static bool Has(TiffPage page)
    {
        long samples = page.Number(TiffTag.SamplesPerPixel, 1), photometric = page.Number(TiffTag.Photometric, -1);
        long extra = page.Number(TiffTag.ExtraSamples, -1);
        bool isGreyWithAlpha = samples == 2 && extra is 1 or 2;
        return samples > 4 || (photometric is 0 or 1 && samples > 1 && !isGreyWithAlpha)
            || (photometric == Rgb && samples == 4 && extra == 0);
    }

    /// <summary>Reads them.</summary>
    /// <exception cref="ImageFileException">The file is damaged, or of a kind that is not read, which the message names.</exception>
    internal static Photo Read(TiffPage page, ImageFile file, int width, int height)
    {
        TiffKind kind = Kind(page, file);
        if ((long)width * height * kind.Samples > MostNumbers)
        {
            throw file.Fault(ImageFault.TooLarge,
                $"has {kind.Samples} bands of {width} x {height} pixels; the limit is {MostNumbers} numbers");
        }
        var strips = new TiffStrips(page, kind, width, height, file);
        bool isSigned = page.Number(TiffTag.SampleFormat, 1) == 2, isLittle = file.Bytes[0] == 'I';
        bool isPredicted = page.Number(TiffTag.Predictor, 1) == 2 && kind.IsCompressed;
        float[][,] bands = [.. Enumerable.Range(0, kind.Samples).Select(_ => new float[height, width])];
        int beside = kind.IsPlanar ? 1 : kind.Samples, bytes = (int)kind.Bits / 8, perBand = (height + strips.Rows - 1) / strips.Rows;
        for (int strip = 0; strip < perBand * (kind.IsPlanar ? kind.Samples : 1); strip++)
        {
            int first = strip % perBand * strips.Rows, rows = Math.Min(strips.Rows, height - first);
            byte[] unpacked = Unpacked(strips.Of(file, strip), kind, rows * width * beside * bytes, file);
            for (int y = 0; y < rows; y++)
            {
                Span<byte> row = unpacked.AsSpan(y * width * beside * bytes, width * beside * bytes);
                for (int at = 0; at < width * beside; at++)
                {
                    Span<byte> number = row.Slice(at * bytes, bytes);
                    if (isPredicted && at >= beside)
                        Add(number, row.Slice((at - beside) * bytes, bytes), isLittle);
                    bands[kind.IsPlanar ? strip / perBand : at % beside][first + y, at / beside] =
                        Value(number, kind.IsFloat, isSigned, isLittle);
                }
            }
        }
        return new Photo(width, height, View(bands, kind.Bits == 8)) { Bands = bands };
    }

    private static TiffKind Kind(TiffPage page, ImageFile file)
    {
        long samples = page.Number(TiffTag.SamplesPerPixel, 1), compression = page.Number(TiffTag.Compression, 1);
        long format = page.Number(TiffTag.SampleFormat, 1), predictor = page.Number(TiffTag.Predictor, 1);
        long[] bits = [.. page.Numbers(TiffTag.BitsPerSample).Distinct()];
        if (page.Has(TiffTag.TileWidth) || page.Has(TiffTag.TileOffsets))
            throw file.Unsupported($"{samples} bands in tiles");
        if (samples is < 1 or > MostSamples)
            throw file.Unsupported($"{samples} bands");
        bool known = (format, bits) is (1, [8 or 16]) or (2, [16]) or (3, [32]) && compression is 1 or 5 or 8 or 32946 or 32773
            && (predictor == 1 || (predictor == 2 && format != 3)) && page.Numbers(TiffTag.SampleFormat).Distinct().Count() <= 1;
        if (!known)
        {
            throw file.Unsupported($"{samples} bands of {string.Join(", ", bits.Take(4))} bits, sample format {format}, compression " +
                $"{compression}, predictor {predictor}");
        }
        if (page.Number(TiffTag.Orientation, 1) != 1)
            throw file.Unsupported("bands that are to be turned");
        return new TiffKind(compression, page.Number(TiffTag.Photometric, 1), bits[0], (int)samples, format == 3,
            page.Number(TiffTag.PlanarConfiguration, 1) == 2);
    }

    private static byte[] Unpacked(ReadOnlySpan<byte> packed, TiffKind kind, int length, ImageFile file)
    {
        byte[] bytes = new byte[length];
        int count = kind.Compression switch
        {
            1 => Copied(packed, bytes),
            5 => TiffLzw.Unpack(packed, bytes),
            32773 => PackBits(packed, bytes),
            _ => Inflated(packed, bytes),
        };
        return count == length ? bytes : throw file.Damaged("a strip does not have all its pixels");

        static int Copied(ReadOnlySpan<byte> from, byte[] to)
        {
            int count = Math.Min(from.Length, to.Length);
            from[..count].CopyTo(to);
            return count;
        }

        static int Inflated(ReadOnlySpan<byte> from, byte[] to)
        {
            using var inflated = new ZLibStream(new MemoryStream(from.ToArray()), CompressionMode.Decompress);
            try
            {
                return inflated.ReadAtLeast(to, to.Length, throwOnEndOfStream: false);
            }
            catch (InvalidDataException)
            {
                return 0;
            }
        }
    }

    private static int PackBits(ReadOnlySpan<byte> from, Span<byte> to)
    {
        int count = 0;
        for (int at = 0; at < from.Length && count < to.Length;)
        {
            int head = (sbyte)from[at++];
            int length = Math.Min(head >= 0 ? head + 1 : head == -128 ? 0 : 1 - head, to.Length - count);
            if (at + (head >= 0 ? length : length > 0 ? 1 : 0) > from.Length)
                return count;
            if (head >= 0)
            {
                from.Slice(at, length).CopyTo(to[count..]);
                at += head + 1;
            }
            else if (head != -128)
            {
                to.Slice(count, length).Fill(from[at++]);
            }
            count += length;
        }
        return count;
    }

    /// <summary>What was taken off is added again: the number on the left (TIFF 6.0, section 14).</summary>
    private static void Add(Span<byte> number, ReadOnlySpan<byte> left, bool isLittle)
    {
        if (number.Length == 1)
            number[0] += left[0];
        else if (isLittle)
            BinaryPrimitives.WriteUInt16LittleEndian(number,
                (ushort)(BinaryPrimitives.ReadUInt16LittleEndian(number) + BinaryPrimitives.ReadUInt16LittleEndian(left)));
        else
            BinaryPrimitives.WriteUInt16BigEndian(number,
                (ushort)(BinaryPrimitives.ReadUInt16BigEndian(number) + BinaryPrimitives.ReadUInt16BigEndian(left)));
    }

    private static float Value(ReadOnlySpan<byte> number, bool isFloat, bool isSigned, bool isLittle)
    {
        if (isFloat)
        {
            float value = 255 * (isLittle ? BinaryPrimitives.ReadSingleLittleEndian(number) : BinaryPrimitives.ReadSingleBigEndian(number));
            return float.IsFinite(value) ? value : 0;
        }
        if (number.Length == 1)
            return number[0];
        ushort bits = isLittle ? BinaryPrimitives.ReadUInt16LittleEndian(number) : BinaryPrimitives.ReadUInt16BigEndian(number);
        return (isSigned ? (short)bits : bits) / 257f;
    }

    /// <summary>
    /// What is seen of it: the first three bands as red, green and blue, or the first as grey. Bytes are what they are; of other numbers
    /// most use but a part of their range, so each band is stretched over it.
    /// </summary>
    private static byte[] View(float[][,] bands, bool isOfBytes)
    {
        int pixels = bands[0].Length;
        byte[] rgb = new byte[pixels * 3];
        for (int c = 0; c < 3; c++)
        {
            float[] values = [.. bands[bands.Length < 3 ? 0 : c].Cast<float>()];
            (float low, float high) = (0, 255);
            if (!isOfBytes)
            {
                float[] sorted = [.. values.Order()];
                (low, high) = (sorted[(int)(CutOff * (pixels - 1))], sorted[(int)((1 - CutOff) * (pixels - 1))]);
            }
            for (int i = 0; i < pixels; i++)
                rgb[3 * i + c] = (byte)Math.Round(255 * Math.Clamp((values[i] - low) / Math.Max(high - low, 1e-6f), 0, 1));
        }
        return rgb;
    }
}
