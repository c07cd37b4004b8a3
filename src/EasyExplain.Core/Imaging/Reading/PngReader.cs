namespace EasyExplain.Imaging.Reading;

/// <summary>PNG.</summary>
internal sealed class PngReader : IImageReader
{
    public string Format => "PNG";

    public bool Recognizes(ReadOnlySpan<byte> head) => head is [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A, ..];

    public Photo Read(ImageFile file) => SkiaDecoder.Decode(file, orientation: PngOrientation.Of(file));
}
