using System.Globalization;
using EasyExplain.Runtime;
using Microsoft.Win32.SafeHandles;

namespace EasyExplain.Imaging.Archives;

/// <summary>An archive's bytes, by their places: several may read at a time.</summary>
internal sealed class ArchiveFile : IDisposable
{
    private readonly SafeFileHandle _handle;

    private ArchiveFile(string path, SafeFileHandle handle) => (Path, _handle, Length) = (path, handle, RandomAccess.GetLength(handle));

    /// <summary>The archive's full path.</summary>
    public string Path { get; }

    /// <summary>How many bytes it has.</summary>
    public long Length { get; }

    /// <summary>Opens an archive; others may write or remove it meanwhile.</summary>
    /// <exception cref="IOException">It is not there, or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static ArchiveFile Open(string path)
    {
        FileKind.DemandFile(path);
        return new ArchiveFile(path, File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete));
    }

    /// <summary>Reads as many bytes as there are, up to those that are wanted.</summary>
    public int Read(long at, Span<byte> into)
    {
        int count = 0;
        while (count < into.Length && RandomAccess.Read(_handle, into[count..], at + count) is var more and > 0)
        {
            count += more;
        }
        return count;
    }

    /// <summary>Reads bytes that must be there.</summary>
    /// <exception cref="ArchiveException">The archive ends before they do.</exception>
    public void ReadExactly(long at, Span<byte> into)
    {
        if (Read(at, into) < into.Length)
        {
            throw Truncated(at);
        }
    }

    /// <summary>For an archive that is something else.</summary>
    public ArchiveException Invalid(string what) => new(ArchiveFault.ArchiveInvalid, $"'{Path}' {what}.");

    /// <summary>For an archive that ends too early.</summary>
    public ArchiveException Truncated(long at, string? what = null) => new(ArchiveFault.ArchiveTruncated, string.Create(
        CultureInfo.InvariantCulture,
        $"'{Path}' is cut short: {what ?? "what should stand"} at byte {at:N0} is not all there. It has {Length:N0} bytes."));

    /// <summary>For an archive that makes no sense.</summary>
    public ArchiveException Damaged(long at, string what) => new(ArchiveFault.ArchiveDamaged, string.Create(CultureInfo.InvariantCulture,
        $"'{Path}' is damaged at byte {at:N0}: {what}. Nothing behind it was read."));

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();
}
