using System.Buffers.Binary;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats.Tga;
using SixLabors.ImageSharp.PixelFormats;

namespace EasyExplain.Imaging.Reading;

/// <summary>TGA (Truevision 2.0): grey, colours and palettes, plain and run-length.</summary>
internal sealed class TgaReader : IImageReader
{
    private const int HeaderLength = 18;

    public string Format => "TGA";

    // There is no signature: every field of the header has to make sense. Text's never do, since it has no bytes 0 and 1.
    public bool Recognizes(ReadOnlySpan<byte> head) => head.Length >= HeaderLength && Width(head) > 0 && Height(head) > 0
        && (Palette(head), Kind(head), Depth(head), head[7]) is (0, 2, 16 or 24 or 32, 0) or (0, 3, 8, 0) or (1, 1, 8, 16 or 24 or 32)
        && (head[1] == 1 || head[3..8].IndexOfAnyExcept((byte)0) < 0) // no palette, nothing about one
        && head[17] >> 6 == 0 && (head[17] & 15) is 0 or 1 or 8;

    public Photo Read(ImageFile file)
    {
        Span<byte> head = file.Bytes;
        (int width, int height, int depth) = (Width(head), Height(head), Depth(head));
        file.CheckSize(width, height);
        int firstColor = BinaryPrimitives.ReadUInt16LittleEndian(head[3..]), colors = BinaryPrimitives.ReadUInt16LittleEndian(head[5..]);
        if (firstColor != 0)
            throw file.Unsupported($"a palette that begins at colour {firstColor}");
        long start = HeaderLength + head[0] + (long)colors * ((head[7] + 7) / 8);
        if (start > file.Bytes.Length)
            throw file.Truncated();
        CheckEnd(file, file.Bytes[(int)start..], (long)width * height, depth / 8);
        using Image<Rgb48> image = SharpDecoder.Decode<Rgb48>(file, file.ToStream(), new TgaDecoder(), width, height);
        return depth == 16 || head[1] == 1 && head[7] == 16
            ? SharpDecoder.Photo(image, static pixel => (Of5Bits(pixel.R), Of5Bits(pixel.G), Of5Bits(pixel.B)))
            : SharpDecoder.HighBytes(image);
    }

    /// <summary>Refuses pixels that end before the last one; ImageSharp would leave them black.</summary>
    private static void CheckEnd(ImageFile file, ReadOnlySpan<byte> data, long pixels, int pixelLength)
    {
        if (file.Bytes[2] < 8)
        {
            if (pixels * pixelLength > data.Length)
                throw file.Truncated();
            return;
        }
        while (pixels > 0)
        {
            if (data.IsEmpty)
                throw file.Truncated();
            int count = (data[0] & 0x7F) + 1, length = 1 + pixelLength * (data[0] >= 0x80 ? 1 : count);
            if (length > data.Length)
                throw file.Truncated();
            data = data[length..];
            pixels -= count;
        }
    }

    /// <summary>Pillow's rounding.</summary>
    private static byte Of5Bits(ushort sample) => (byte)((sample >> 11) * 255 / 31);

    private static int Palette(ReadOnlySpan<byte> head) => head[1];

    /// <summary>1 a palette, 2 colours, 3 grey; run-length or not.</summary>
    private static int Kind(ReadOnlySpan<byte> head) => head[2] & ~8;

    private static int Width(ReadOnlySpan<byte> head) => BinaryPrimitives.ReadUInt16LittleEndian(head[12..]);

    private static int Height(ReadOnlySpan<byte> head) => BinaryPrimitives.ReadUInt16LittleEndian(head[14..]);

    private static int Depth(ReadOnlySpan<byte> head) => head[16];
}
