namespace EasyExplain.Imaging.Reading;

/// <summary>What the segments of a JPEG file say before its first scan (ITU-T T.81, annex B).</summary>
internal readonly ref struct JpegHeader
{
    private const byte StartOfScan = 0xDA, EndOfImage = 0xD9, App1 = 0xE1;

    private readonly ReadOnlySpan<byte> _frame; // from its marker's code on
    private readonly ReadOnlySpan<byte> _exif;
    private readonly ReadOnlySpan<byte> _xmp;

    /// <summary>Reads the segments, as far as they make sense.</summary>
    internal JpegHeader(ReadOnlySpan<byte> file)
    {
        for (int at = 2; file.Length - at >= 4 && file[at] == 0xFF;)
        {
            byte marker = file[at + 1];
            if (marker == 0xFF) // fills up
            {
                at++;
                continue;
            }
            int length = file[at + 2] << 8 | file[at + 3];
            if (marker is StartOfScan or EndOfImage || length < 2 || length > file.Length - at - 2)
                return;
            ReadOnlySpan<byte> data = file.Slice(at + 4, length - 2);
            if (IsFrame(marker) && _frame.IsEmpty)
                _frame = file.Slice(at + 1, length + 1);
            else if (marker == App1 && data.StartsWith("Exif\0\0"u8) && _exif.IsEmpty)
                _exif = data;
            else if (marker == App1 && data.StartsWith("http://ns.adobe.com/xap/1.0/\0"u8))
                _xmp = data;
            at += 2 + length;
        }
    }

    /// <summary>The orientation, 1 when the file says nothing.</summary>
    internal long Orientation => Reading.Orientation.Said(_exif, _xmp);

    /// <summary>What the picture is, of the kinds that are not read; null for the others.</summary>
    internal string? UnreadKind => _frame is not [var marker, _, _, var precision, var high, var low, _, _, var channels, ..] ? null
        : marker switch
        {
            >= 0xC5 and <= 0xC7 or >= 0xCD and <= 0xCF => "hierarchical",
            0xF7 => "JPEG-LS",
            _ when precision != 8 => $"samples of {precision} bits",
            0xCB => "lossless with arithmetic coding",
            0xC3 when channels != 3 => "lossless, but not of 3 channels",
            _ when (high | low) == 0 => "a height that is said after the picture",
            _ when channels is not (1 or 3 or 4) => $"{channels} channels",
            _ => null,
        };

    // C4, C8 and CC are no frames, F7 is that of JPEG-LS.
    private static bool IsFrame(byte marker) => marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC) or 0xF7;
}
