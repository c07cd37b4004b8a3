using EasyExplain.Imaging;

namespace EasyExplain.Explanation;

/// <summary>
/// The photo behind a result: held weakly where it can be read again, since a thousand results in a variable must not hold a thousand
/// photos.
/// </summary>
internal sealed class ExplainedPhoto
{
    private readonly WeakReference<Photo> _decoded;
    private readonly Photo? _own; // a tensor's picture cannot be read again

    /// <summary>Holds a photo of a file, or with no path that of a tensor.</summary>
    public ExplainedPhoto(Photo photo, string? path)
    {
        (Path, Size, _decoded) = (path, [photo.OriginalHeight, photo.OriginalWidth], new WeakReference<Photo>(photo));
        _own = path is null ? photo : null;
    }

    /// <summary>Stands for a photo that was not read.</summary>
    public ExplainedPhoto(string path, int[] size) => (Path, Size, _decoded) = (path, size, new WeakReference<Photo>(null!));

    /// <summary>The photo's full path; null for an input tensor.</summary>
    public string? Path { get; }

    /// <summary>Height and width in pixels, upright.</summary>
    public int[] Size { get; }

    /// <summary>The photo, decoded again if it is no longer in memory, or there at too small a scale only.</summary>
    /// <param name="longSide">How many pixels it is to have at least on the longer side, if its file has them; all by default.</param>
    /// <exception cref="ImageFileException">The file is no longer the picture it was.</exception>
    public Photo Get(int longSide = int.MaxValue)
    {
        if (_own is not null)
        {
            return _own;
        }
        if (!_decoded.TryGetTarget(out Photo? photo) || !photo.Suffices(longSide))
        {
            photo = ImageDecoder.DecodeFor(Path!, longSide, shortSide: 1);
            _decoded.SetTarget(photo);
        }
        return photo;
    }
}
