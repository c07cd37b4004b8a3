using System.Buffers.Binary;
using System.IO.Compression;

namespace EasyExplain.Imaging.Reading;

/// <summary>
/// The orientation in a PNG: in its eXIf chunk; in a text, as ImageMagick wrote EXIF data before there was that chunk; in its XMP packet.
/// SkiaSharp's PNG decoder passes over all of them.
/// </summary>
internal static class PngOrientation
{
    private const int MostText = 1 << 20; // bytes, Pillow's limit too; what is behind them in a packed text is not looked at

    /// <summary>The orientation, 1 when the file says nothing.</summary>
    internal static long Of(ImageFile file)
    {
        ReadOnlySpan<byte> bytes = file.Bytes;
        Range exif = default, profile = default, packet = default;
        for (int at = 8; bytes.Length - at >= 12;)
        {
            uint length = BinaryPrimitives.ReadUInt32BigEndian(bytes[at..]);
            if (length > bytes.Length - at - 12)
                break;
            int start = at + 8, end = start + (int)length;
            ReadOnlySpan<byte> type = bytes.Slice(at + 4, 4);
            if (type.SequenceEqual("IEND"u8))
                break;
            if (type.SequenceEqual("eXIf"u8))
                exif = start..end;
            else if (type[1..] is [(byte)'E' or (byte)'T', (byte)'X', (byte)'t'])
            {
                // Of several the last counts. It is unpacked when all have been seen, or many small ones would take an hour.
                if (bytes[start..end].StartsWith("Raw profile type exif\0"u8))
                    profile = at..end;
                else if (bytes[start..end].StartsWith("XML:com.adobe.xmp\0"u8))
                    packet = at..end;
            }
            at = end + 4;
        }
        return Orientation.Said(exif.Equals(default) ? FromHex(Text(file, profile)) : bytes[exif], Text(file, packet));
    }

    /// <summary>The text of a tEXt, zTXt or iTXt chunk; nothing when its packing makes no sense.</summary>
    private static ReadOnlySpan<byte> Text(ImageFile file, Range chunk)
    {
        ReadOnlySpan<byte> bytes = file.Bytes[chunk];
        if (bytes.IsEmpty)
            return [];
        byte kind = bytes[4];
        int at = 8;
        Skip(bytes);
        if (kind == 't')
            return bytes[at..];
        bool isPacked = true;
        if (kind == 'i')
        {
            isPacked = at < bytes.Length && bytes[at] != 0;
            at++;
        }
        at++; // the method, of which there is one
        if (kind == 'i')
        {
            Skip(bytes); // the language
            Skip(bytes); // the translated keyword
        }
        return at >= bytes.Length ? [] : isPacked ? Unpack(file.ToStream(chunk.Start.Value + at, bytes.Length - at)) : bytes[at..];

        void Skip(ReadOnlySpan<byte> bytes)
        {
            int end = at <= bytes.Length ? bytes[at..].IndexOf((byte)0) : -1;
            at = end < 0 ? bytes.Length : at + end + 1;
        }
    }

    private static ReadOnlySpan<byte> Unpack(Stream packed)
    {
        byte[] text = new byte[MostText];
        try
        {
            using var unpacked = new ZLibStream(packed, CompressionMode.Decompress);
            return text.AsSpan(0, unpacked.ReadAtLeast(text, text.Length, throwOnEndOfStream: false));
        }
        catch (InvalidDataException)
        {
            return [];
        }
    }

    /// <summary>
    /// The bytes that ImageMagick writes as digits, behind a line with nothing, the kind and the length; up to what is no digit.
    /// </summary>
    private static ReadOnlySpan<byte> FromHex(ReadOnlySpan<byte> text)
    {
        for (int line = 0; line < 3; line++)
            text = text[(text.IndexOf((byte)'\n') + 1)..];
        byte[] bytes = new byte[text.Length / 2];
        int digits = 0;
        foreach (byte one in text)
        {
            if (char.IsAsciiHexDigit((char)one) && digits < 2 * bytes.Length)
                bytes[digits / 2] = (byte)(bytes[digits++ / 2] << 4 | (one <= '9' ? one - '0' : (one | 0x20) - 'a' + 10));
            else if (!char.IsWhiteSpace((char)one))
                break;
        }
        return bytes.AsSpan(0, digits / 2);
    }
}
