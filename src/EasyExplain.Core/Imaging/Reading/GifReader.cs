namespace EasyExplain.Imaging.Reading;

/// <summary>The first frame of a GIF.</summary>
internal sealed class GifReader : IImageReader
{
    public string Format => "GIF";

    public bool Recognizes(ReadOnlySpan<byte> head) => head is [(byte)'G', (byte)'I', (byte)'F', (byte)'8', ..];

    public Photo Read(ImageFile file) => SkiaDecoder.Decode(GifWideCodes.Narrow(file), backdrop: GifBackdrop.Color(file.Bytes));
}
