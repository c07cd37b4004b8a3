namespace EasyExplain.Imaging.Reading;

/// <summary>JPEG, with no more pixels than are needed.</summary>
internal sealed class JpegReader : IImageReader
{
    public string Format => "JPEG";

    public bool Recognizes(ReadOnlySpan<byte> head) => head is [0xFF, 0xD8, 0xFF, ..];

    public Photo Read(ImageFile file)
    {
        var header = new JpegHeader(file.Bytes);
        if (header.UnreadKind is { } kind)
            throw file.Unsupported(kind);
        return JpegMarkers.ReachEnd(file.Bytes)
            ? SkiaDecoder.Decode(file, reduces: true, orientation: header.Orientation)
            : throw file.Truncated();
    }
}
