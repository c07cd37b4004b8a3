namespace EasyExplain.Imaging.Reading;

/// <summary>BMP.</summary>
internal sealed class BmpReader : IImageReader
{
    public string Format => "BMP";

    public bool Recognizes(ReadOnlySpan<byte> head) => head is [(byte)'B', (byte)'M', ..];

    public Photo Read(ImageFile file) => SkiaDecoder.Decode(file);
}
