namespace EasyExplain.Imaging.Reading;

/// <summary>
/// LZW as TIFF has it (TIFF 6.0, section 13): codes of 9 to 12 bits, the highest bit first, each a word of a growing list.
/// </summary>
internal static class TiffLzw
{
    private const int Clear = 256, End = 257, Most = 4096;

    /// <summary>Unpacks; how many bytes there were, at most as many as there is room for.</summary>
    internal static int Unpack(ReadOnlySpan<byte> from, Span<byte> to)
    {
        // A word is one that was written before, with the byte behind it: where it begins in the output, and how long it is.
        Span<int> starts = stackalloc int[Most], lengths = stackalloc int[Most];
        int next = End + 1, width = 9, count = 0, last = -1;
        long bits = 0;
        int have = 0;
        for (int at = 0; count < to.Length;)
        {
            while (have < width)
            {
                if (at == from.Length)
                    return count;
                bits = (bits << 8 | from[at++]) & 0xffffff;
                have += 8;
            }
            int code = (int)(bits >> (have - width)) & ((1 << width) - 1);
            have -= width;
            if (code == End)
                return count;
            if (code == Clear)
            {
                (next, width, last) = (End + 1, 9, -1);
                continue;
            }
            int start = count;
            if (code < Clear)
            {
                to[count++] = (byte)code;
            }
            else
            {
                if (code >= next || last < 0)
                    return count; // a word that is not there yet
                int length = Math.Min(lengths[code], to.Length - count);
                for (int i = 0; i < length; i++)
                    to[count++] = to[starts[code] + i]; // also of itself, where it is the word just made
            }
            last = start;
            if (next < Most)
            {
                // The word just written and the first byte of what follows, which will stand behind it.
                (starts[next], lengths[next]) = (start, count - start + 1);
                next++;
            }
            width = next >= 2048 ? 12 : next >= 1024 ? 11 : next >= 512 ? 10 : 9;
        }
        return count;
    }
}
