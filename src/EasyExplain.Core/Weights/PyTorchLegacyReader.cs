using System.Buffers.Binary;
using System.Numerics;

namespace EasyExplain.Weights;

/// <summary>
/// Reads what torch.save wrote before PyTorch 1.6: five pickles one after the other (a magic number, the protocol, facts about the machine,
/// the object, the keys of its storages), then for each key the number of elements and the elements, little-endian on every machine.
/// </summary>
internal static class PyTorchLegacyReader
{
    private const long Protocol = 1001;
    private static readonly BigInteger MagicNumber = BigInteger.Parse("119547037146038801333356");

    // How the magic number looks in a file: as bytes (pickle protocol 2 and later) and as text (0 and 1).
    private static readonly byte[] MagicBytes = MagicNumber.ToByteArray();
    private static readonly byte[] MagicText = [.. "L119547037146038801333356L"u8];

    /// <summary>Whether a file that starts with <paramref name="head"/> is one.</summary>
    public static bool Recognises(ReadOnlySpan<byte> head) =>
        head.StartsWith(MagicText) || (head is [0x80, ..] && head[..Math.Min(head.Length, 32)].IndexOf(MagicBytes) > 0);

    public static WeightTable Read(FileStream file, string? key)
    {
        file.Position = 0;
        if (Unpickle(file) is not BigInteger magic || magic != MagicNumber || Unpickle(file) is not Protocol)
        {
            throw new InvalidDataException($"The file does not start with torch.save's magic number and its protocol {Protocol}.");
        }
        Unpickle(file);
        var unpickler = new Unpickler(file, file.Length - file.Position);
        object? root = unpickler.Load();
        Dictionary<string, FileBytes> storages = Storages(file, unpickler.Storages);
        StateDict found = StateDict.Find(root, key, Locate);
        return new WeightTable("PyTorch legacy", found.Entries) { Key = found.Key, OtherKeys = found.OtherKeys };

        FileBytes Locate(PickledStorage storage) =>
            storages.GetValueOrDefault(storage.Key)
            ?? throw new InvalidDataException($"the file does not have the storage '{storage.Key}' with its values.");
    }

    /// <summary>Where the storages lie: behind the pickles, in the order of the list of keys.</summary>
    private static Dictionary<string, FileBytes> Storages(FileStream file, IReadOnlyDictionary<string, PickledStorage> expected)
    {
        List<object?> keys = Unpickle(file) as List<object?>
            ?? throw new InvalidDataException("The pickle with the storages' keys is not a list.");
        var storages = new Dictionary<string, FileBytes>();
        Span<byte> prefix = stackalloc byte[sizeof(long)];
        long position = file.Position;
        foreach (object? item in keys)
        {
            if (item is not string key || !expected.TryGetValue(key, out PickledStorage? storage))
            {
                throw new InvalidDataException($"The file holds a storage '{item}' that no tensor uses.");
            }
            file.Position = position;
            file.ReadExactly(prefix);
            position += prefix.Length;
            long count = BinaryPrimitives.ReadInt64LittleEndian(prefix);
            int size = ElementTypes.Size(storage.Type);
            if (count != storage.Count || count > (file.Length - position) / size)
            {
                throw new InvalidDataException(
                    $"The storage '{key}' should hold {storage.Count} {storage.Type} elements, but announces {count}, " +
                    $"and {file.Length - position} bytes are left; the file may have been cut off.");
            }
            if (!storages.TryAdd(key, new FileBytes(file, position, count * size)))
            {
                throw new InvalidDataException($"The file holds the storage '{key}' twice.");
            }
            position += count * size;
        }
        return storages;
    }

    private static object? Unpickle(FileStream file) => new Unpickler(file, file.Length - file.Position).Load();
}
