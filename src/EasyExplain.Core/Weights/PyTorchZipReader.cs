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
        Dictionary<string, ZipMember> members = ZipDirectory.Read(file.SafeFileHandle);
        string folder = Folder(members.Keys);
        CheckByteOrder(members, folder);
        var storages = new Dictionary<string, StoredBytes>();
        StateDict found = StateDict.Find(Unpickle(members[folder + PickleName]), key, Locate);
        return new WeightTable("PyTorch zip", found.Entries, file) { Key = found.Key, OtherKeys = found.OtherKeys };

        StoredBytes Locate(PickledStorage storage)
        {
            if (!storages.TryGetValue(storage.Key, out StoredBytes? bytes))
            {
                string name = $"{folder}data/{storage.Key}";
                bytes = members.TryGetValue(name, out ZipMember? member)
                    ? member.Bytes()
                    : throw new InvalidDataException($"the archive has no member '{name}' with its values.");
                storages.Add(storage.Key, bytes);
            }
            return bytes;
        }
    }

    /// <summary>The folder in which torch.save has put everything, with its slash; empty when an archive was packed anew without it.</summary>
    private static string Folder(IReadOnlyCollection<string> members)
    {
        string[] folders =
        [
            .. members.Where(name => name == PickleName || name.EndsWith("/" + PickleName)).Select(name => name[..^PickleName.Length]),
        ];
        if (folders is not [string folder])
        {
            throw new InvalidDataException(
                $"The file is a zip archive with {(folders.Length == 0 ? "no" : "more than one")} {PickleName}, not one from torch.save. " +
                "Write a state dict with torch.save(model.state_dict(), 'file.pth').");
        }
        if (members.Contains(folder + "constants.pkl") || members.Any(name => name.StartsWith(folder + "code/")))
        {
            throw new InvalidDataException(
                "The file is a TorchScript archive (from torch.jit.save), not a state dict. " +
                "Save the weights alone instead: torch.save(torch.jit.load('file.pt').state_dict(), 'file.pth').");
        }
        return folder;
    }

    private static void CheckByteOrder(Dictionary<string, ZipMember> members, string folder)
    {
        if (!members.TryGetValue(folder + "byteorder", out ZipMember? member))
        {
            // Before PyTorch 2.1 nobody wrote it, and the machines were little-endian.
            return;
        }
        const string Little = "little";
        using Stream content = member.Bytes().Open();
        Span<byte> text = stackalloc byte[Little.Length];
        int count = content.ReadAtLeast(text, text.Length, throwOnEndOfStream: false);
        if (Encoding.ASCII.GetString(text[..count]) != Little)
        {
            throw new InvalidDataException("The file was saved on a big-endian machine; save it again on a little-endian one (x64, arm64).");
        }
    }

    private static object? Unpickle(ZipMember member)
    {
        StoredBytes pickle = member.Bytes();
        using var content = new BufferedStream(pickle.Open());
        return new Unpickler(content, pickle.Length).Load();
    }
}
