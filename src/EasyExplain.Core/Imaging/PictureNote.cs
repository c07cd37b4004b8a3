using System.Buffers.Binary;
using System.Text;
using EasyExplain.Imaging.Reading;
using EasyExplain.Runtime;

namespace EasyExplain.Imaging;

/// <summary>
/// A line of text inside a picture file, in the place its format has for one: PNG's iTXt, JPEG's COM, and in WebP a RIFF chunk of our own,
/// which readers pass over as the format asks.
/// </summary>
internal static class PictureNote
{
    private const int MaxLength = 16_000; // characters; of three bytes each, a JPEG comment holds so many
    private const int PngAt = 33;       // behind the signature and the header chunk
    private static readonly byte[] PngEnd = [0, 0, 0, 0, .. "IEND"u8, 0xAE, 0x42, 0x60, 0x82];
    private static readonly byte[] PngKey = [.. "Description\0\0\0\0\0"u8]; // not compressed, of no language

    /// <summary>Writes an encoded picture with a note in it.</summary>
    public static void Write(Stream file, ImageFormat format, ReadOnlySpan<byte> picture, string note)
    {
        byte[] text = Encoding.UTF8.GetBytes(note.Length > MaxLength ? note[..MaxLength] : note);
        (int at, byte[] piece) = format switch
        {
            ImageFormat.Png => (PngAt, PngChunk([.. "iTXt"u8, .. PngKey, .. text])),
            ImageFormat.Jpeg => (JpegAt(picture), [0xFF, 0xFE, (byte)((text.Length + 2) >> 8), (byte)(text.Length + 2), .. text]),
            _ => (picture.Length, [.. "NOTE"u8, .. BitConverter.GetBytes(text.Length), .. text, .. new byte[text.Length & 1]]),
        };
        byte[] head = picture[..at].ToArray();
        if (format == ImageFormat.Webp)
        {
            BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(4), picture.Length - 8 + piece.Length);
        }
        file.Write(head);
        file.Write(piece);
        file.Write(picture[at..]);
    }

    /// <summary>Whether a file is a PNG, JPEG or WebP picture from its first byte to its last.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static bool IsWhole(string path)
    {
        FileKind.DemandFile(path);
        using FileStream file = File.OpenRead(path);
        return Kind(file, out _) is not null;
    }

    /// <summary>The note in a picture; null if it has none, is not whole, or is no picture of ours.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static string? Read(string path)
    {
        FileKind.DemandFile(path);
        using FileStream file = File.OpenRead(path);
        IImageReader? kind = Kind(file, out byte[] head);
        return kind switch
        {
            PngReader when head.AsSpan(PngAt + 4).StartsWith([.. "iTXt"u8, .. PngKey]) =>
                Text(file, PngAt + 8 + PngKey.Length, BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(PngAt)) - PngKey.Length),
            JpegReader when JpegAt(head) is var at && head.AsSpan(at).StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) =>
                Text(file, at + 4, BinaryPrimitives.ReadUInt16BigEndian(head.AsSpan(at + 2)) - 2),
            WebpReader => WebpText(file, head),
            _ => null,
        };
    }

    /// <summary>What a whole picture is; null for anything else. <paramref name="head"/> is its beginning.</summary>
    private static IImageReader? Kind(FileStream file, out byte[] head)
    {
        head = new byte[64];
        byte[] end = new byte[PngEnd.Length];
        if (file.Length < head.Length + end.Length)
        {
            return null;
        }
        file.ReadExactly(head);
        file.Seek(-end.Length, SeekOrigin.End);
        file.ReadExactly(end);
        return ImageReaders.Find(head) switch
        {
            PngReader png when end.AsSpan().SequenceEqual(PngEnd) => png,
            JpegReader jpeg when end is [.., 0xFF, 0xD9] => jpeg,
            WebpReader webp when BinaryPrimitives.ReadUInt32LittleEndian(head.AsSpan(4)) == file.Length - 8 => webp,
            _ => null,
        };
    }

    /// <summary>Behind the JFIF header, which has to be the first segment.</summary>
    private static int JpegAt(ReadOnlySpan<byte> file) => file[3] == 0xE0 ? 4 + Math.Min((int)file[5], 40) : 2;

    private static string? WebpText(FileStream file, byte[] head)
    {
        long at = 20L + BinaryPrimitives.ReadUInt32LittleEndian(head.AsSpan(16)); // behind the picture's own chunk
        at += at & 1;
        byte[] chunk = new byte[8];
        if (at + chunk.Length > file.Length)
        {
            return null;
        }
        file.Position = at;
        file.ReadExactly(chunk);
        return chunk.AsSpan().StartsWith("NOTE"u8) ? Text(file, at + chunk.Length, BinaryPrimitives.ReadInt32LittleEndian(chunk.AsSpan(4)))
            : null;
    }

    private static string? Text(FileStream file, long at, int length)
    {
        if (length is < 0 or > MaxLength * 4 || at + length > file.Length)
        {
            return null;
        }
        byte[] text = new byte[length];
        file.Position = at;
        file.ReadExactly(text);
        return Encoding.UTF8.GetString(text);
    }

    /// <summary>A chunk of a PNG: the length before its type and data, the check sum behind them.</summary>
    internal static byte[] PngChunk(byte[] typeAndData)
    {
        byte[] chunk = [0, 0, 0, 0, .. typeAndData, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt32BigEndian(chunk, typeAndData.Length - 4);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(chunk.Length - 4), Crc32(typeAndData));
        return chunk;
    }

    private static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        uint crc = ~0u;
        foreach (byte one in bytes)
        {
            crc ^= one;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ (0xEDB88320u & (uint)-(int)(crc & 1));
            }
        }
        return ~crc;
    }
}
