using EasyExplain.Imaging.Archives;
using EasyExplain.Runtime;

namespace EasyExplain.Imaging;

/// <summary>
/// An image as it is on the disk: a file, or a member of an archive, whose path is the archive's and then its own name
/// (<c>train-000.tar/n01/cat.jpg</c>). Whoever finds, opens or dates an image does it here.
/// </summary>
internal sealed class PhotoFile
{
    private readonly long _length;

    private PhotoFile(string fullName, bool exists, long length, DateTime modified) =>
        (FullName, Exists, _length, LastWriteTimeUtc) = (fullName, exists, length, modified);

    /// <summary>The full path.</summary>
    public string FullName { get; }

    /// <summary>Whether it is there.</summary>
    public bool Exists { get; }

    /// <summary>How many bytes it has, unpacked.</summary>
    /// <exception cref="FileNotFoundException">It is not there.</exception>
    public long Length => Exists ? _length : throw new FileNotFoundException($"There is no '{FullName}'.", FullName);

    /// <summary>When it was changed: a file of no time that is known, in 1601.</summary>
    public DateTime LastWriteTimeUtc { get; }

    /// <summary>What a path leads to. An archive that cannot be read has no members.</summary>
    public static PhotoFile At(string path)
    {
        if (ArchiveNames.Split(path) is not var (archive, name))
        {
            var file = new FileInfo(path);
            return new PhotoFile(file.FullName, file.Exists, file.Exists ? file.Length : 0, file.LastWriteTimeUtc);
        }
        string full = Path.GetFullPath(path);
        try
        {
            PhotoArchive within = PhotoArchive.Of(archive);
            if (within.Find(name) is { IsPassedOver: false } member)
            {
                return new PhotoFile(full, true, member.Length, within.TimeOf(member));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Opening it will say what is wrong.
        }
        return new PhotoFile(full, false, 0, default);
    }

    /// <summary>Whether a path leads to a file, or to a member of an archive.</summary>
    public static bool IsThere(string path) => File.Exists(path) || At(path).Exists;

    /// <summary>Opens an image, from its beginning to its end.</summary>
    /// <param name="path">The image.</param>
    /// <param name="whileWritten">Whether it may be written or removed meanwhile.</param>
    /// <exception cref="ImageFileException">It is a named pipe or a device.</exception>
    /// <exception cref="IOException">It is missing, or it or its archive cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read, or is a folder.</exception>
    public static Stream Open(string path, bool whileWritten = false)
    {
        if (ArchiveNames.Split(path) is var (archive, name))
        {
            return PhotoArchive.Of(archive).Open(name);
        }
        return FileKind.Other(path) is { } kind ? throw ImageFileException.About(ImageFault.NotAFile, $"is {kind}, not a file", path)
            : new FileStream(path, FileMode.Open, FileAccess.Read, whileWritten ? FileShare.ReadWrite | FileShare.Delete : FileShare.Read);
    }

    /// <summary>The name of the folder that an image lies in; of one right in an archive the archive's, without its ending.</summary>
    public static string? FolderName(string? path) => Path.GetDirectoryName(path) is not { } folder ? null
        : ArchiveNames.IsArchive(folder) && File.Exists(folder) ? ArchiveNames.Stem(folder)
        : Path.GetFileName(folder);
}
