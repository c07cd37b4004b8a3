namespace EasyExplain.Weights;

/// <summary>Reads the state dicts that torch.save writes since PyTorch 1.6.</summary>
internal static class PyTorchZipReader
{
    public static WeightTable Read(OpenedFile file, string? key)
    {
        PyTorchArchive archive = file.Archive;
        if (archive.IsTorchScript)
        {
            throw new InvalidDataException(
                "The file is a TorchScript archive (from torch.jit.save), not a state dict. " +
                "Save the weights alone instead: torch.save(torch.jit.load('file.pt').state_dict(), 'file.pth').");
        }
        archive.CheckByteOrder();
        var storages = new Dictionary<string, ZipBytes>();
        StateDict found = StateDict.Find(PyTorchArchive.Unpickle(archive.Find("data.pkl")!, script: false), key, Locate);
        return new WeightTable("PyTorch zip", found.Entries) { Key = found.Key, OtherKeys = found.OtherKeys };

        ZipBytes Locate(PickledStorage storage)
        {
            if (!storages.TryGetValue(storage.Key, out ZipBytes? bytes))
            {
                storages.Add(storage.Key, bytes = archive.Storage($"data/{storage.Key}"));
            }
            return bytes;
        }
    }
}
