using System.IO.Compression;

namespace EasyExplain.Weights;

/// <summary>The members of a zip archive by their names.</summary>
internal sealed class ZipMembers : IDisposable
{
    private readonly ZipArchive _zip;
    private readonly Dictionary<string, ZipArchiveEntry> _members = new(StringComparer.Ordinal);

    /// <summary>Reads the archive's directory.</summary>
    /// <exception cref="InvalidDataException">It is broken, or has two members of one name.</exception>
    public ZipMembers(FileStream file)
    {
        file.Position = 0;
        try
        {
            _zip = new ZipArchive(file, ZipArchiveMode.Read, leaveOpen: true);
            _ = _zip.Entries; // only now the directory is read
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException(
                $"The archive's directory, at its end, cannot be read; the file may have been cut off. ({e.Message})", e);
        }
        foreach (ZipArchiveEntry member in _zip.Entries)
        {
            if (!_members.TryAdd(member.FullName, member))
            {
                throw new InvalidDataException($"The archive has two members '{member.FullName}'.");
            }
        }
    }

    /// <summary>The names, with their folders.</summary>
    public IReadOnlyCollection<string> Names => _members.Keys;

    /// <summary>A member; null if there is none of that name.</summary>
    /// <exception cref="InvalidDataException">It cannot be read, or its announced size is a lie or a bomb.</exception>
    public ZipBytes? Find(string name) => _members.TryGetValue(name, out ZipArchiveEntry? member) ? new ZipBytes(member) : null;

    /// <summary>What a member begins with, as a text; null if there is none of that name.</summary>
    /// <param name="name">The member.</param>
    /// <param name="most">How many bytes of it.</param>
    public string? Text(string name, int most)
    {
        if (Find(name) is not { } member)
        {
            return null;
        }
        byte[] text = new byte[most];
        int count = 0;
        member.From(0, content => count = content.ReadAtLeast(text, text.Length, throwOnEndOfStream: false));
        return System.Text.Encoding.UTF8.GetString(text, 0, count);
    }

    /// <inheritdoc/>
    public void Dispose() => _zip.Dispose();
}
