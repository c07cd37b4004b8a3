using System.IO.Compression;
using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace EasyExplain.Imaging.Archives;

/// <summary>
/// A tar or a zip of images. Where its members are is kept as it is found out, a few bytes for each, so that what was read once is found
/// again; nothing is unpacked to the disk.
/// </summary>
/// <remarks>Several threads may use it.</remarks>
internal sealed class PhotoArchive
{
    private const int MostKept = 4;
    private const long MostBytes = 1L << 30; // of a member; no image that can be decoded is larger

    private static readonly List<PhotoArchive> Kept = [];

    private readonly object _gate = new();
    private readonly Dictionary<UInt128, long> _places = []; // of each name's first member
    private readonly long _length;
    private readonly DateTime _modified;
    private IArchiveHeaders? _headers;
    private long? _next; // where nobody has looked yet
    private ArchiveException? _end; // why nobody looks further; null at a good end

    private PhotoArchive(FileInfo file) => (Path, _length, _modified) = (file.FullName, file.Length, file.LastWriteTimeUtc);

    /// <summary>The archive's full path.</summary>
    public string Path { get; }

    /// <summary>An archive, and what is known of it, as long as it has the same size and time.</summary>
    /// <param name="path">Its full path.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static PhotoArchive Of(string path)
    {
        var file = new FileInfo(path);
        lock (Kept)
        {
            PhotoArchive? known = Kept.Find(one => one.Path == file.FullName);
            if (known is not null)
            {
                Kept.Remove(known);
            }
            if (known is null || known._length != file.Length || known._modified != file.LastWriteTimeUtc)
            {
                known = new PhotoArchive(file);
            }
            Kept.Insert(0, known);
            if (Kept.Count > MostKept)
            {
                Kept.RemoveAt(MostKept);
            }
            return known;
        }
    }

    /// <summary>
    /// All members in their order, each with whether one of its name came before; they are read as they are asked for.
    /// </summary>
    /// <exception cref="ArchiveException">The archive ends too early or makes no sense; what was before has been given.</exception>
    public IEnumerable<(ArchiveMember Member, bool IsAgain)> Members()
    {
        using ArchiveFile file = ArchiveFile.Open(Path);
        IArchiveHeaders headers = Headers(file);
        for (long at = headers.First; headers.At(file, at) is { } member; at = member.Next)
        {
            yield return (member, Enter(member) != at);
        }
        lock (_gate)
        {
            _next = long.MaxValue;
        }
    }

    /// <summary>A member; null where there is none of this name.</summary>
    /// <exception cref="ArchiveException">The archive cannot be read so far, or it has changed.</exception>
    public ArchiveMember? Find(string name)
    {
        using ArchiveFile file = ArchiveFile.Open(Path);
        return Find(file, name);
    }

    /// <summary>The bytes of a member.</summary>
    /// <exception cref="FileNotFoundException">There is none of this name.</exception>
    /// <exception cref="ArchiveException">It cannot be read; so may whoever reads on be told.</exception>
    public Stream Open(string name)
    {
        ArchiveFile file = ArchiveFile.Open(Path);
        try
        {
            ArchiveMember member = Find(file, name)
                ?? throw new FileNotFoundException($"There is no member '{name}' in '{Path}'.", System.IO.Path.Combine(Path, name));
            string what = $"'{PathOf(member)}'";
            if (member.Wrong is { } wrong)
            {
                throw new ArchiveException(wrong.Fault, member.Name.IsValid ? $"{what} {wrong.What}."
                    : $"'{Path}': its member '{member.Name.Written}' {wrong.What}, and is not read.");
            }
            if (member.Length > MostBytes)
            {
                throw new ArchiveException(
                    ArchiveFault.MemberTooLarge, $"{what} has {member.Length} bytes; the limit in an archive is {MostBytes}.");
            }
            var stored = new MemberStream(file, Headers(file).BytesOf(file, member), member.StoredLength);
            return member.Crc is not { } crc ? stored : new CheckedStream(
                member.IsDeflated ? new DeflateStream(stored, CompressionMode.Decompress) : stored, member.Length, crc, what);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>A member's full path.</summary>
    public string PathOf(ArchiveMember member) =>
        System.IO.Path.Combine(Path, member.Name.Text.Replace('/', System.IO.Path.DirectorySeparatorChar));

    /// <summary>When a member was changed: as the archive was, where the archive does not say.</summary>
    public DateTime TimeOf(ArchiveMember member) => member.Modified ?? _modified;

    /// <summary>Looks on until a name comes; once the end was reached, it knows.</summary>
    private ArchiveMember? Find(ArchiveFile file, string name)
    {
        IArchiveHeaders headers = Headers(file);
        lock (_gate)
        {
            if (_places.TryGetValue(Key(name), out long place))
            {
                ArchiveMember? found = headers.At(file, place);
                return found?.Name.Text == name ? found : throw new ArchiveException(
                    ArchiveFault.ArchiveChanged, $"'{Path}' has become another one while it was read; run the command again.");
            }
            if (_end is not null)
            {
                throw _end;
            }
            try
            {
                _next ??= headers.First;
                while (_next < long.MaxValue && headers.At(file, _next.Value) is { } member)
                {
                    Enter(member);
                    if (member.Name.Text == name)
                    {
                        return member;
                    }
                }
                _next = long.MaxValue;
                return null;
            }
            catch (ArchiveException e)
            {
                _end = e;
                throw;
            }
        }
    }

    /// <summary>Keeps where a member is; says where the first of its name is.</summary>
    private long Enter(ArchiveMember member)
    {
        lock (_gate)
        {
            if (_next is null || _next == member.At)
            {
                _next = member.Next;
            }
            ref long place = ref CollectionsMarshal.GetValueRefOrAddDefault(_places, Key(member.Name.Text), out bool isKnown);
            return isKnown ? place : place = member.At;
        }
    }

    private IArchiveHeaders Headers(ArchiveFile file)
    {
        if (ArchiveNames.IsCompressed(Path))
        {
            throw new ArchiveException(ArchiveFault.ArchiveCompressed,
                $"'{Path}' is compressed as a whole, so that a member can only be reached by unpacking all before it. Unpack it to " +
                "a .tar, as gunzip does (images hardly become larger), or make a .zip of it.");
        }
        return _headers ??= Path.EndsWith(".zip", StringComparison.OrdinalIgnoreCase) ? new ZipDirectory(file) : new TarHeaders();
    }

    private static UInt128 Key(string name) => XxHash128.HashToUInt128(MemoryMarshal.AsBytes(name.AsSpan()));
}
