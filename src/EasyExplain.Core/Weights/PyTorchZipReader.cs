using System.IO.Compression;
using System.Text;

namespace EasyExplain.Weights;

/// <summary>
/// Reads what torch.save writes since PyTorch 1.6: a zip archive with a pickle (data.pkl) and one member for each storage (data/0, …),
/// all below one folder of any name.
/// </summary>
internal static class PyTorchZipReader
{
    private const string PickleName = "data.pkl";

    public static WeightTable Read(FileStream file, string? key)
    {
        file.Position = 0;
        ZipArchive archive = Archive(file);
        Dictionary<string, ZipArchiveEntry> members = Members(archive);
        string folder = Folder(members.Keys);
        if (IsTorchScript(members.Keys, folder))
        {
            throw new InvalidDataException(
                "The file is a TorchScript archive (from torch.jit.save), not a state dict. " +
                "Save the weights alone instead: torch.save(torch.jit.load('file.pt').state_dict(), 'file.pth').");
        }
        CheckByteOrder(members, folder);
        var storages = new Dictionary<string, ZipBytes>();
        StateDict found = StateDict.Find(Unpickle(members[folder + PickleName], script: false), key, Locate);
        return new WeightTable("PyTorch zip", found.Entries, archive) { Key = found.Key, OtherKeys = found.OtherKeys };

        ZipBytes Locate(PickledStorage storage)
        {
            if (!storages.TryGetValue(storage.Key, out ZipBytes? bytes))
            {
                string name = $"{folder}data/{storage.Key}";
                bytes = members.TryGetValue(name, out ZipArchiveEntry? member)
                    ? new ZipBytes(member)
                    : throw new InvalidDataException($"the archive has no member '{name}' with its values.");
                storages.Add(storage.Key, bytes);
            }
            return bytes;
        }
    }

    /// <summary>The archive, its directory read.</summary>
    public static ZipArchive Archive(FileStream file)
    {
        try
        {
            var archive = new ZipArchive(file, ZipArchiveMode.Read);
            _ = archive.Entries; // only now the directory is read
            return archive;
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"The archive's directory, at its end, cannot be read; the file may have been cut off. ({e.Message})", e);
        }
    }

    /// <summary>Its members by their names.</summary>
    public static Dictionary<string, ZipArchiveEntry> Members(ZipArchive archive)
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

    /// <summary>The folder in which torch.save has put everything, with its slash; empty when an archive was packed anew without it.</summary>
    public static string Folder(IReadOnlyCollection<string> members)
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

    /// <summary>Whether torch.jit.save has written it: it has code beside its tensors.</summary>
    public static bool IsTorchScript(IReadOnlyCollection<string> members, string folder) =>
        members.Contains(folder + "constants.pkl") || members.Any(name => name.StartsWith(folder + "code/", StringComparison.Ordinal));

    /// <summary>Refuses what a big-endian machine wrote.</summary>
    public static void CheckByteOrder(Dictionary<string, ZipArchiveEntry> members, string folder)
    {
        if (!members.TryGetValue(folder + "byteorder", out ZipArchiveEntry? member))
        {
            // Before PyTorch 2.1 nobody wrote it, and the machines were little-endian.
            return;
        }
        const string Little = "little";
        byte[] text = new byte[Little.Length];
        int count = 0;
        new ZipBytes(member).From(0, content => count = content.ReadAtLeast(text, text.Length, throwOnEndOfStream: false));
        if (Encoding.ASCII.GetString(text, 0, count) != Little)
        {
            throw new InvalidDataException("The file was saved on a big-endian machine; save it again on a little-endian one (x64, arm64).");
        }
    }

    /// <summary>What a member holds that is a pickle.</summary>
    public static object? Unpickle(ZipArchiveEntry member, bool script)
    {
        var pickle = new ZipBytes(member);
        object? root = null;
        pickle.From(0, content => root = new Unpickler(new BufferedStream(content), pickle.Length, script).Load());
        return root;
    }
}
