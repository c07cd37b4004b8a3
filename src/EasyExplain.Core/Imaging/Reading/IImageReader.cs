namespace EasyExplain.Imaging.Reading;

/// <summary>Reads one format. <see cref="ImageReaders"/> lists them all.</summary>
internal interface IImageReader
{
    /// <summary>The format's name in messages.</summary>
    string Format { get; }

    /// <summary>Whether a file is of this format, by its first bytes.</summary>
    /// <param name="head">The file's first <see cref="ImageReaders.HeadLength"/> bytes, or all of a shorter one.</param>
    bool Recognizes(ReadOnlySpan<byte> head);

    /// <summary>The picture, upright.</summary>
    /// <param name="file">A file that was recognised.</param>
    /// <exception cref="ImageFileException">It is cut short, damaged, too large, or of a kind that is not read.</exception>
    Photo Read(ImageFile file);
}
