using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace EasyExplain.Imaging.Archives;

/// <summary>What stands in the fields of a tar's headers.</summary>
internal static class TarFields
{
    private const long FirstSecond = -62_135_596_800, LastSecond = 253_402_300_799; // of the years 1 to 9999, from 1970

    /// <summary>Whether a block is a header: its check sum is right. Old tars add signed bytes.</summary>
    public static bool IsHeader(ReadOnlySpan<byte> header)
    {
        long unsigned = 0, signed = 0;
        for (int i = 0; i < header.Length; i++)
        {
            byte one = i is >= 148 and < 156 ? (byte)' ' : header[i];
            unsigned += one;
            signed += unchecked((sbyte)one);
        }
        return Number(header[148..156]) is { } sum && (sum == unsigned || sum == signed);
    }

    /// <summary>A number in octal digits or, with the highest bit set, in bytes; null where it is none.</summary>
    public static long? Number(ReadOnlySpan<byte> field)
    {
        if (field[0] is 0x80 or 0xFF && field.Length > 8)
        {
            ReadOnlySpan<byte> low = field[^8..], high = field[1..^8];
            long number = BinaryPrimitives.ReadInt64BigEndian(low);
            return !high.ContainsAnyExcept(field[0] == 0x80 ? (byte)0 : (byte)0xFF) && number < 0 == (field[0] == 0xFF) ? number : null;
        }
        ReadOnlySpan<byte> digits = field.Trim(" \0"u8);
        long value = 0;
        foreach (byte digit in digits)
        {
            if (digit is < (byte)'0' or > (byte)'7')
            {
                return null;
            }
            value = value * 8 + (digit - '0'); // of 12 bytes at most, so it fits
        }
        return value;
    }

    /// <summary>A text that ends with a zero byte, or with its field.</summary>
    public static string Text(ReadOnlySpan<byte> field) =>
        Encoding.UTF8.GetString(field.IndexOf((byte)0) is >= 0 and var end ? field[..end] : field);

    /// <summary>The name in the header itself.</summary>
    public static string Name(ReadOnlySpan<byte> header)
    {
        string name = Text(header[..100]);
        bool isPosix = header[257..263].SequenceEqual("ustar\0"u8); // GNU has times where POSIX has the folder
        return isPosix && header[345] != 0 ? $"{Text(header[345..500])}/{name}" : name;
    }

    /// <summary>When a member was changed; null where nobody says, or says 1970.</summary>
    public static DateTime? Time(ReadOnlySpan<byte> header, Dictionary<string, string> said)
    {
        decimal seconds = said.TryGetValue("mtime", out string? text)
            && decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture,
                out decimal exact) ? exact : Number(header[136..148]) ?? 0;
        return seconds == 0 ? null
            : DateTime.UnixEpoch.AddTicks((long)(Math.Clamp(seconds, FirstSecond, LastSecond) * TimeSpan.TicksPerSecond));
    }

    /// <summary>Pax's records, <c>length key=value</c>, a line each; null where they make no sense.</summary>
    public static Dictionary<string, string>? Records(ReadOnlySpan<byte> text)
    {
        var records = new Dictionary<string, string>(StringComparer.Ordinal);
        while (!text.IsEmpty && text[0] != 0)
        {
            int blank = text.IndexOf((byte)' ');
            if (blank < 1 || !int.TryParse(text[..blank], NumberStyles.None, CultureInfo.InvariantCulture, out int length)
                || length <= blank + 1 || length > text.Length || text[length - 1] != '\n')
            {
                return null;
            }
            ReadOnlySpan<byte> record = text[(blank + 1)..(length - 1)];
            int equals = record.IndexOf((byte)'=');
            if (equals < 1)
            {
                return null;
            }
            records[Encoding.UTF8.GetString(record[..equals])] = Encoding.UTF8.GetString(record[(equals + 1)..]);
            text = text[length..];
        }
        return records;
    }
}
