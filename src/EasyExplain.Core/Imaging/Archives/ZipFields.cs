using System.Buffers.Binary;
using System.Text;

namespace EasyExplain.Imaging.Archives;

/// <summary>What stands in the fields of a zip's directory.</summary>
internal static class ZipFields
{
    private const int Wide = 0x0001, UnixTime = 0x5455; // kinds of extra fields
    private const int MadeByUnix = 3, LinkType = 0xA000, TypeMask = 0xF000;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>A member's name: UTF-8 where it says so, or is; else of the code page that zips had at first.</summary>
    public static string Name(ReadOnlySpan<byte> bytes, bool isUtf8)
    {
        try
        {
            return Utf8.GetString(bytes); // macOS writes it and does not say so
        }
        catch (DecoderFallbackException)
        {
            return (isUtf8 ? Encoding.UTF8 : CodePagesEncodingProvider.Instance.GetEncoding(437)!).GetString(bytes);
        }
    }

    /// <summary>Sizes and places that do not fit in 32 bits stand in an extra field.</summary>
    public static void Widen(ReadOnlySpan<byte> extra, ref long length, ref long packed, ref long header)
    {
        ReadOnlySpan<byte> wide = Find(extra, Wide);
        length = Next(length, ref wide);
        packed = Next(packed, ref wide);
        header = Next(header, ref wide);

        static long Next(long number, ref ReadOnlySpan<byte> wide)
        {
            if (number != uint.MaxValue || wide.Length < 8)
            {
                return number;
            }
            number = BinaryPrimitives.ReadInt64LittleEndian(wide);
            wide = wide[8..];
            return number;
        }
    }

    /// <summary>
    /// When a member was changed. A zip has the local time of whoever made it; it is taken for UTC, so that every machine says the same.
    /// Null where it is not there, or the first that a zip can say.
    /// </summary>
    public static DateTime? Time(int time, int date, ReadOnlySpan<byte> extra)
    {
        if (Find(extra, UnixTime) is [var which, _, _, _, _, ..] unix && (which & 1) != 0)
        {
            return DateTime.UnixEpoch.AddSeconds(BinaryPrimitives.ReadInt32LittleEndian(unix[1..]));
        }
        (int year, int month, int day) = (1980 + (date >> 9), (date >> 5) & 15, date & 31);
        (int hour, int minute, int second) = (time >> 11, (time >> 5) & 63, (time & 31) * 2);
        bool isOne = month is >= 1 and <= 12 && day >= 1 && day <= DateTime.DaysInMonth(year, month)
            && hour < 24 && minute < 60 && second < 60;
        bool isFirst = date == ((1 << 5) | 1) && time == 0;
        return isOne && !isFirst ? new DateTime(year, month, day, hour, minute, second, DateTimeKind.Utc) : null;
    }

    /// <summary>Whether a member is a symbolic link, as Unix writes it.</summary>
    public static bool IsLink(int madeBy, uint attributes) => madeBy >> 8 == MadeByUnix && ((attributes >> 16) & TypeMask) == LinkType;

    /// <summary>What members are compressed by that are not read.</summary>
    public static string MethodName(int method) => method switch
    {
        9 => "Deflate64",
        12 => "bzip2",
        14 => "LZMA",
        93 => "Zstandard",
        95 => "xz",
        99 => "AES",
        _ => $"method {method}",
    };

    private static ReadOnlySpan<byte> Find(ReadOnlySpan<byte> extra, int kind)
    {
        while (extra.Length >= 4)
        {
            int length = BinaryPrimitives.ReadUInt16LittleEndian(extra[2..]);
            if (length > extra.Length - 4)
            {
                break;
            }
            if (BinaryPrimitives.ReadUInt16LittleEndian(extra) == kind)
            {
                return extra.Slice(4, length);
            }
            extra = extra[(4 + length)..];
        }
        return [];
    }
}
