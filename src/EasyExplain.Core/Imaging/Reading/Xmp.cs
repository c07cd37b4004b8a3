namespace EasyExplain.Imaging.Reading;

/// <summary>An XMP packet: XML, of which one property matters here.</summary>
internal static class Xmp
{
    /// <summary>
    /// The digit of the first tiff:Orientation, be it an attribute or an element; null when there is none. Looked for as Pillow does: in
    /// the text, for nothing else in a packet looks like it.
    /// </summary>
    internal static long? Orientation(ReadOnlySpan<byte> packet)
    {
        ReadOnlySpan<byte> name = "tiff:Orientation"u8;
        while (packet.IndexOf(name) is >= 0 and int at)
        {
            packet = packet[(at + name.Length)..];
            int digit = packet is [(byte)'=', (byte)'"', ..] ? 2 : packet is [(byte)'>', ..] ? 1 : packet.Length;
            if (digit < packet.Length && packet[digit] is >= (byte)'0' and <= (byte)'9')
                return packet[digit] - '0';
        }
        return null;
    }
}
