namespace EasyExplain.Weights;

/// <summary>
/// A zip archive as torch.save (since PyTorch 1.6) and torch.jit.save write it: a pickle (data.pkl), one member for each storage (data/0,
/// …) and, of a whole model, code; all below one folder of any name.
/// </summary>
internal sealed class PyTorchArchive
{
    /// <summary>Why a file of a big-endian machine is refused.</summary>
    public const string BigEndian = "The file was saved on a big-endian machine; save it again on a little-endian one (x64, arm64).";

    private const string PickleName = "data.pkl";

    private readonly ZipMembers _members;
    private readonly string _folder;

    /// <summary>Finds the folder that everything is in.</summary>
    /// <exception cref="InvalidDataException">It is not one of those.</exception>
    public PyTorchArchive(ZipMembers members) => (_members, _folder) = (members, Folder(members.Names));

    /// <summary>Whether torch.jit.save has written it: it has code beside its tensors.</summary>
    public bool IsTorchScript => _members.Names.Contains(_folder + "constants.pkl")
        || _members.Names.Any(name => name.StartsWith(_folder + "code/", StringComparison.Ordinal));

    /// <summary>A member in the archive's folder; null if there is none of that name.</summary>
    /// <exception cref="InvalidDataException">It cannot be read, or its announced size is a lie or a bomb.</exception>
    public ZipBytes? Find(string name) => _members.Find(_folder + name);

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
        // Before PyTorch 2.1 nobody wrote it, and the machines were little-endian.
        if (_members.Text(_folder + "byteorder", Little.Length) is not (null or Little))
        {
            throw new InvalidDataException(BigEndian);
        }
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
