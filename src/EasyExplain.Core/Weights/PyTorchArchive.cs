using System.IO.Compression;
using System.Text;

namespace EasyExplain.Weights;

/// <summary>
/// A zip archive as torch.save (since PyTorch 1.6) and torch.jit.save write it: a pickle (data.pkl), one member for each storage (data/0,
/// …) and, of a whole model, code; all below one folder of any name.
/// </summary>
internal sealed class PyTorchArchive : IDisposable
{
    private const string PickleName = "data.pkl";

    private readonly ZipArchive _zip;
    private readonly Dictionary<string, ZipArchiveEntry> _members;
    private readonly string _folder;

    /// <summary>Reads the archive's directory.</summary>
    /// <exception cref="InvalidDataException">It is broken, or not one of those.</exception>
    public PyTorchArchive(FileStream file)
    {
        file.Position = 0;
        _zip = Archive(file);
        _members = Members(_zip);
        _folder = Folder(_members.Keys);
    }

    /// <summary>Whether torch.jit.save has written it: it has code beside its tensors.</summary>
    public bool IsTorchScript => _members.ContainsKey(_folder + "constants.pkl")
        || _members.Keys.Any(name => name.StartsWith(_folder + "code/", StringComparison.Ordinal));

    /// <summary>A member in the archive's folder; null if there is none of that name.</summary>
    /// <exception cref="InvalidDataException">It cannot be read, or its announced size is a lie or a bomb.</exception>
    public ZipBytes? Find(string name) => _members.TryGetValue(_folder + name, out ZipArchiveEntry? member) ? new ZipBytes(member) : null;

    /// <summary>A member with the values of a storage.</summary>
    /// <exception cref="InvalidDataException">There is none, or it cannot be read.</exception>
    public ZipBytes Storage(string name) =>
        Find(name) ?? throw new InvalidDataException($"the archive has no member '{_folder}{name}' with its values.");

    /// <summary>What a member holds that is a pickle, such as <c>data</c>.</summary>
    /// <param name="pickle">The member.</param>
    /// <param name="script">Whether it is a whole model's.</param>
    public static object? Unpickle(ZipBytes pickle, bool script)
    {
        object? root = null;
        pickle.From(0, content => root = new Unpickler(new BufferedStream(content), pickle.Length, script).Load());
        return root;
    }

    /// <summary>Refuses what a big-endian machine wrote.</summary>
    public void CheckByteOrder()
    {
        const string Little = "little";
        if (Find("byteorder") is not { } member)
        {
            // Before PyTorch 2.1 nobody wrote it, and the machines were little-endian.
            return;
        }
        byte[] text = new byte[Little.Length];
        int count = 0;
        member.From(0, content => count = content.ReadAtLeast(text, text.Length, throwOnEndOfStream: false));
        if (Encoding.ASCII.GetString(text, 0, count) != Little)
        {
            throw new InvalidDataException(
                "The file was saved on a big-endian machine; save it again on a little-endian one (x64, arm64).");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _zip.Dispose();

    private static ZipArchive Archive(FileStream file)
    {
        try
        {
            var archive = new ZipArchive(file, ZipArchiveMode.Read, leaveOpen: true);
            _ = archive.Entries; // only now the directory is read
            return archive;
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException(
                $"The archive's directory, at its end, cannot be read; the file may have been cut off. ({e.Message})", e);
        }
    }

    private static Dictionary<string, ZipArchiveEntry> Members(ZipArchive archive)
    {
        var members = new Dictionary<string, ZipArchiveEntry>();
        foreach (ZipArchiveEntry member in archive.Entries)
        {
            if (!members.TryAdd(member.FullName, member))
            {
                throw new InvalidDataException($"The archive has two members '{member.FullName}'.");
            }
        }
        return members;
    }

    /// <summary>
    /// The folder in which torch.save has put everything, with its slash; empty when an archive was packed anew without it.
    /// </summary>
    private static string Folder(IReadOnlyCollection<string> members)
    {
        string[] folders =
        [
            .. members.Where(name => name == PickleName || name.EndsWith("/" + PickleName)).Select(name => name[..^PickleName.Length]),
        ];
        if (folders is [] && members.Any(name => name.EndsWith(".npy", StringComparison.Ordinal)))
        {
            throw new InvalidDataException(StateDict.HoldsArrays);
        }
        if (folders is not [string folder])
        {
            throw new InvalidDataException(
                $"The file is a zip archive with {(folders.Length == 0 ? "no" : "more than one")} {PickleName}, not one from torch.save. " +
                "Write a state dict with torch.save(model.state_dict(), 'file.pth').");
        }
        return folder;
    }
}
