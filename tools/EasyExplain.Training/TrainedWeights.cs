using EasyExplain.Models;
using EasyExplain.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Training;

/// <summary>The network's weights in a file that says itself what it is.</summary>
internal static class TrainedWeights
{
    /// <summary>Fills the network from a file; the file must have exactly its weights.</summary>
    /// <exception cref="WeightFileException">The file is no weight file.</exception>
    /// <exception cref="InvalidDataException">A tensor is missing, superfluous or of another shape.</exception>
    public static void Load(nn.Module network, string path)
    {
        using WeightFile file = WeightFile.Open(path);
        using DisposeScope scope = NewDisposeScope();
        using IDisposable untracked = no_grad();
        Dictionary<string, Tensor> state = network.state_dict();
        string[] wrong =
        [
            .. state.Keys.Except(file.Entries.Select(entry => entry.Name)).Select(name => $"{name} is missing"),
            .. file.Entries.Where(entry => !state.ContainsKey(entry.Name)).Select(entry => $"{entry.Name} is not part of it"),
            .. file.Entries.Where(entry => state.TryGetValue(entry.Name, out Tensor? own) && !own.shape.SequenceEqual(entry.Shape))
                .Select(entry => $"{entry} should be [{string.Join(", ", state[entry.Name].shape)}]"),
        ];
        if (wrong.Length > 0)
        {
            throw new InvalidDataException($"{path} does not have the weights of this network: {string.Join("; ", wrong)}.");
        }
        foreach (WeightEntry entry in file.Entries)
        {
            state[entry.Name].copy_(file.Read(entry));
        }
    }

    /// <summary>Writes a detector's weights as they are, and what its classes are called.</summary>
    public static void Save(Detection.SmallDetector network, string path, IReadOnlyList<string> classes) => SafetensorsWriter.Write(
        path, network.state_dict(), new Dictionary<string, string> { ["labels"] = string.Join(',', classes) });

    /// <summary>Writes the network's weights; the metadata says how to use them.</summary>
    public static void Save(nn.Module network, string path, IReadOnlyList<string> classes, bool half)
    {
        using DisposeScope scope = NewDisposeScope();
        ScalarType type = half ? ScalarType.Float16 : ScalarType.Float32;
        SafetensorsWriter.Write(
            path,
            network.state_dict().Select(pair =>
                KeyValuePair.Create(pair.Key, pair.Value.is_floating_point() ? pair.Value.to(type) : pair.Value)),
            FileMetadata.Describe(ImageSet.Architecture.Name, classes, ImageSet.Architecture.Preprocessing));
    }
}
