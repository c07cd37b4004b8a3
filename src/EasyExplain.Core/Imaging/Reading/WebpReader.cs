using System.Buffers.Binary;

namespace EasyExplain.Imaging.Reading;

/// <summary>WebP; of an animated one the first frame.</summary>
internal sealed class WebpReader : IImageReader
{
    public string Format => "WebP";

    public bool Recognizes(ReadOnlySpan<byte> head) =>
        head is [(byte)'R', (byte)'I', (byte)'F', (byte)'F', _, _, _, _, (byte)'W', (byte)'E', (byte)'B', (byte)'P', ..];

    public Photo Read(ImageFile file)
    {
        // The decoder would not mind that bytes are missing which RIFF's size counts.
        bool whole = BinaryPrimitives.ReadUInt32LittleEndian(file.Bytes[4..]) <= file.Bytes.Length - 8;
        return whole ? SkiaDecoder.Decode(file, orientation: WebpOrientation.Of(file.Bytes)) : throw file.Truncated();
    }
}
