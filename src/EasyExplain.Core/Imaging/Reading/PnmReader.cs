using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats.Pbm;
using SixLabors.ImageSharp.PixelFormats;

namespace EasyExplain.Imaging.Reading;

/// <summary>PBM, PGM and PPM, plain and binary, of any largest number.</summary>
internal sealed class PnmReader : IImageReader
{
    public string Format => "PBM/PGM/PPM";

    // Behind the two letters has to stand a number or a comment, so that a text that begins with P1 is none.
    public bool Recognizes(ReadOnlySpan<byte> head)
    {
        if (head is not [(byte)'P', >= (byte)'1' and <= (byte)'6', ..])
            return false;
        int at = 2;
        while (at < head.Length && IsSpace(head[at]))
            at++;
        return at > 2 && at < head.Length && (head[at] == '#' || char.IsAsciiDigit((char)head[at]));
    }

    public Photo Read(ImageFile file)
    {
        int kind = file.Bytes[1] - '0', at = 2;
        bool isBitmap = kind is 1 or 4;
        int width = Number(file, ref at), height = Number(file, ref at), most = isBitmap ? 1 : Number(file, ref at);
        if (width < 1 || height < 1 || most is < 1 or > 65535)
            throw file.Damaged($"it has {width} x {height} pixels of 0 to {most}");
        file.CheckSize(width, height);
        int channels = kind is 3 or 6 ? 3 : 1;
        long samples = (long)width * height * channels;
        ReadOnlySpan<byte> data = file.Bytes[Math.Min(at + 1, file.Bytes.Length)..]; // one space behind the header
        if (kind <= 3)
            data = Separated(file, data, samples, isBitmap, most);
        else if (data.Length < (isBitmap ? (width + 7L) / 8 * height : samples * (most > 255 ? 2 : 1)))
            throw file.Truncated();

        // ImageSharp does not look at the largest number of single bytes, goes wrong with those of two, and takes their bytes the wrong way
        // round: it is given the usual ones, and what it finds is scaled here.
        string largest = isBitmap ? "" : most > 255 ? "65535\n" : "255\n";
        byte[] usual = [.. Encoding.ASCII.GetBytes($"P{kind}\n{width} {height}\n{largest}"), .. data];
        if (kind > 3 && most > 255)
        {
            Span<ushort> words = MemoryMarshal.Cast<byte, ushort>(usual.AsSpan(usual.Length - data.Length));
            BinaryPrimitives.ReverseEndianness(words, words);
        }
        using Image<Rgb48> image = SharpDecoder.Decode<Rgb48>(file, new MemoryStream(usual), new PbmDecoder(), width, height);
        if (isBitmap || most == 255)
            return SharpDecoder.HighBytes(image);
        int shift = most > 255 ? 0 : 8;
        return SharpDecoder.Photo(image, pixel => (Level(pixel.R >> shift), Level(pixel.G >> shift), Level(pixel.B >> shift)));

        byte Level(int sample) => (byte)Math.Round(Math.Min(255, 255.0 * sample / most));
    }

    /// <summary>The header's next number.</summary>
    private static int Number(ImageFile file, ref int at)
    {
        int number = Number(file, file.Bytes, ref at, maxDigits: int.MaxValue);
        return at < file.Bytes.Length ? number : throw file.Truncated();
    }

    /// <summary>
    /// Plain numbers with one space behind each and no comments: bits may stand without any, which ImageSharp does not know.
    /// </summary>
    private static byte[] Separated(ImageFile file, ReadOnlySpan<byte> text, long count, bool bits, int most)
    {
        var separated = new MemoryStream();
        for (int at = 0; count > 0; count--)
        {
            int number = Number(file, text, ref at, maxDigits: bits ? 1 : int.MaxValue);
            if (number > most)
                throw file.Damaged($"it has a {number} among numbers of 0 to {most}");
            separated.Write(Encoding.ASCII.GetBytes(number.ToString(CultureInfo.InvariantCulture)));
            separated.WriteByte((byte)' ');
        }
        return separated.ToArray();
    }

    private static int Number(ImageFile file, ReadOnlySpan<byte> text, ref int at, int maxDigits)
    {
        SkipSpace(text, ref at);
        long number = 0;
        int start = at;
        for (; at < text.Length && char.IsAsciiDigit((char)text[at]) && at - start < maxDigits; at++)
            number = Math.Min(int.MaxValue, 10 * number + text[at] - '0');
        if (at > start)
            return (int)number;
        throw at == text.Length ? file.Truncated() : file.Damaged("it has something else where a number should be");
    }

    private static void SkipSpace(ReadOnlySpan<byte> text, ref int at)
    {
        while (at < text.Length && (IsSpace(text[at]) || text[at] == '#'))
        {
            int line = text[at] == '#' ? text[at..].IndexOfAny((byte)'\n', (byte)'\r') : 1;
            at = line < 0 ? text.Length : at + line;
        }
    }

    private static bool IsSpace(byte b) => b is (byte)' ' or >= 9 and <= 13;
}
