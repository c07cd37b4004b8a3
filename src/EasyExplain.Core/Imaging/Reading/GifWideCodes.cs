using System.Buffers.Binary;

namespace EasyExplain.Imaging.Reading;

/// <summary>
/// GIFs whose LZW codes start with more bits than a pixel has: 9 to 12 in place of at most 8. Nothing forbids it, some writers do it, and
/// SkiaSharp's decoder refuses it. The first frame's codes are written anew with 8 bits; all else stays as it is.
/// </summary>
internal static class GifWideCodes
{
    private const int MostBits = 12, MostCodes = 1 << MostBits;
    private const int NarrowBits = 8;
    private const int CodesUntilClear = 250; // fewer than would make the narrow codes grow to 10 bits

    /// <summary>The file as it can be decoded: itself, or one with narrow codes.</summary>
    /// <exception cref="ImageFileException">Its codes make no sense or end too early, or it has too many pixels.</exception>
    internal static ImageFile Narrow(ImageFile file)
    {
        ReadOnlySpan<byte> bytes = file.Bytes;
        int frame = GifFirstFrame.Find(bytes, out _);
        if (frame < 0)
            return file;
        int at = frame + GifFirstFrame.DescriptionLength;
        at += GifFirstFrame.Palette(bytes, bytes[frame + 9], at).Length;
        if (at >= bytes.Length || bytes[at] is <= NarrowBits or > MostBits)
            return file;
        int width = BinaryPrimitives.ReadUInt16LittleEndian(bytes[(frame + 5)..]);
        int height = BinaryPrimitives.ReadUInt16LittleEndian(bytes[(frame + 7)..]);
        file.CheckSize(width, height);
        byte[] indices = Decode(file, at, width * height);
        var narrow = new MemoryStream();
        narrow.Write(bytes[..at]);
        Encode(indices, narrow);
        narrow.WriteByte(0x3B);
        return file.Part(narrow.ToArray());
    }

    /// <summary>The palette index of each pixel, in the order of the file.</summary>
    private static byte[] Decode(ImageFile file, int at, int pixels)
    {
        ReadOnlySpan<byte> bytes = file.Bytes;
        int bits = bytes[at++], clear = 1 << bits, end = clear + 1, next = end + 1, width = bits + 1;
        // A code from 'next' down to behind 'end' stands for the string of another code and one more index.
        int[] others = new int[MostCodes];
        byte[] lasts = new byte[MostCodes], text = new byte[MostCodes + 2], indices = new byte[pixels];
        int previous = -1, block = 0, held = 0;
        uint buffer = 0;
        for (int done = 0; done < pixels;)
        {
            for (; held < width; held += 8, block--)
            {
                if (block == 0 && at < bytes.Length)
                    block = bytes[at++];
                if (block == 0 || at >= bytes.Length)
                    throw file.Truncated();
                buffer |= (uint)bytes[at++] << held;
            }
            int code = (int)(buffer & (1u << width) - 1);
            buffer >>= width;
            held -= width;
            if (code == clear)
            {
                (next, width, previous) = (end + 1, bits + 1, -1);
                continue;
            }
            if (code == end)
                throw file.Damaged($"it has {done} pixels, not {pixels}");
            // The code that is being defined may be used at once: it ends as it begins.
            bool isNew = code == next && previous >= 0 && next < MostCodes;
            if (code >= next && !isNew)
                throw file.Damaged($"code {code} stands for nothing");
            int length = isNew ? 1 : 0, part = isNew ? previous : code;
            for (; part > end; part = others[part])
                text[length++] = lasts[part];
            byte first = (byte)part;
            if (isNew)
                text[0] = first;
            text[length++] = first;
            while (length > 0 && done < pixels)
                indices[done++] = text[--length];
            if (previous >= 0 && next < MostCodes)
            {
                (others[next], lasts[next]) = (previous, first);
                next++;
                if (next == 1 << width && width < MostBits)
                    width++;
            }
            previous = code;
        }
        return indices;
    }

    /// <summary>Writes a frame's data, from the number of bits on, without any compression.</summary>
    private static void Encode(byte[] indices, Stream file)
    {
        const int clear = 1 << NarrowBits;
        byte[] block = new byte[255];
        int filled = 0, held = 0;
        uint buffer = 0;
        file.WriteByte(NarrowBits);
        for (int i = 0; i < indices.Length; i++)
        {
            if (i % CodesUntilClear == 0)
                Put(clear);
            Put(indices[i]);
        }
        Put(clear + 1); // the end
        Put(0);         // pushes its last bits out
        Flush();
        file.WriteByte(0);

        void Put(uint code)
        {
            buffer |= code << held;
            for (held += NarrowBits + 1; held >= 8; held -= 8, buffer >>= 8)
            {
                block[filled++] = (byte)buffer;
                if (filled == block.Length)
                    Flush();
            }
        }

        void Flush()
        {
            if (filled == 0)
                return;
            file.WriteByte((byte)filled);
            file.Write(block, 0, filled);
            filled = 0;
        }
    }
}
