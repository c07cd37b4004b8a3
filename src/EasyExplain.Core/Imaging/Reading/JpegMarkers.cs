namespace EasyExplain.Imaging.Reading;

/// <summary>The markers of a JPEG file (ITU-T T.81, annex B).</summary>
internal static class JpegMarkers
{
    private const byte StartOfImage = 0xD8;
    private const byte EndOfImage = 0xD9;

    /// <summary>True when the picture's end marker is there.</summary>
    /// <remarks>
    /// A progressive JPEG without its last scans decodes without complaint to a blurred or half-coloured picture, so the decoder's
    /// word is not enough.
    /// </remarks>
    internal static bool ReachEnd(ReadOnlySpan<byte> file)
    {
        int at = 0;
        while (true)
        {
            int next = file[at..].IndexOf((byte)0xFF);
            at += next + 1;
            if (next < 0 || at >= file.Length)
                return false;
            switch (file[at])
            {
                case EndOfImage:
                    return true;
                // Fill bytes, stuffed zeros and restart markers stand inside scans; they and the start have no length.
                case 0xFF:
                    break;
                case 0x00 or 0x01 or StartOfImage or (>= 0xD0 and <= 0xD7):
                    at++;
                    break;
                default:
                    if (file.Length - at < 3)
                        return false;
                    at += 1 + Math.Max(2, file[at + 1] << 8 | file[at + 2]);
                    if (at >= file.Length)
                        return false;
                    break;
            }
        }
    }
}
