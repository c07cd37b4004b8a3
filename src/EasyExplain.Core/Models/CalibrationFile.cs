using System.IO.Hashing;
using System.Text;
using System.Text.Json;
using EasyExplain.Imaging;
using EasyExplain.Networks;
using EasyExplain.Networks.Engines.Quantised;
using EasyExplain.Runtime;

namespace EasyExplain.Models;

/// <summary>
/// Where what was found out about a model and its pictures is kept, so that the same need not be found again: a small file in the user's
/// cache, named by a hash of the model's weights and operations, its preprocessing, and the pictures' bytes.
/// </summary>
internal sealed class CalibrationFile
{
    private const string Version = "1"; // of the file, and of how things are found

    private readonly CamModel _model;

    private CalibrationFile(CamModel model, string id) =>
        (_model, Id, Path) = (model, id, System.IO.Path.Combine(CacheFolder.Path, "calibration", $"{id}.json"));

    /// <summary>Thirty-two digits that stand for the model and the pictures.</summary>
    public string Id { get; }

    /// <summary>The file's full path, whether or not it is there.</summary>
    public string Path { get; }

    /// <summary>The file of a model and some pictures.</summary>
    public static CalibrationFile Of(CamModel model, IEnumerable<string> pictures)
    {
        var hash = new XxHash128();
        Add(string.Join('\n', [Version, model.DefaultLayer, model.Task, model.Channels, .. model.InputSize, .. model.Mean, .. model.Std,
            model.ResizeMode, model.ResizeSize, model.Interpolation, model.ChannelOrder, .. model.Bands,
            .. model.Network.Nodes.Select(node => $"{node.Operator.GetType().Name} {node.Name}")]));
        foreach (Parameter parameter in model.Network.Parameters)
        {
            using TorchSharp.DisposeScope scope = TorchSharp.torch.NewDisposeScope();
            hash.Append(parameter.Value.contiguous().bytes);
        }
        foreach (string picture in pictures)
        {
            using Stream file = PhotoFile.Open(picture);
            hash.Append(file);
        }
        return new CalibrationFile(model, Convert.ToHexString(hash.GetCurrentHash()).ToLowerInvariant());

        void Add(string text) => hash.Append(Encoding.UTF8.GetBytes(text));
    }

    /// <summary>What it holds; null where it is not there, or is not what <see cref="Write"/> makes.</summary>
    public Calibration? Read()
    {
        try
        {
            return JsonSerializer.Deserialize<Stored>(File.ReadAllBytes(Path)) is { Ranges: { } ranges, LeftOut: { } leftOut } stored
                ? new Calibration(ranges.ToDictionary(range => NodeAt(range.Node), range => new ValueRange(range.Low, range.High)),
                    leftOut.Select(NodeAt).ToHashSet(), stored.Fidelity)
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>Writes it; where the cache may not be written to, the same is found again the next time.</summary>
    public void Write(Calibration calibration)
    {
        // Whatever was made of a node has its origin.
        Dictionary<Node, int> places = _model.Network.Nodes.Select((node, place) => (node.Origin, place)).DistinctBy(pair => pair.Origin)
            .ToDictionary(pair => pair.Origin, pair => pair.place);
        var stored = new Stored(
            [.. calibration.Ranges.Select(range => new Range(places[range.Key], range.Value.Low, range.Value.High))],
            [.. calibration.LeftOut.Select(node => places[node]).Order()], calibration.Fidelity);
        try
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path)!);
            WholeFile.Write(Path, overwrite: true, file => JsonSerializer.Serialize(file, stored));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // nothing depends on it
        }
    }

    private Node NodeAt(int place) => _model.Network.Nodes[place].Origin;

    private sealed record Stored(Range[]? Ranges, int[]? LeftOut, Fidelity Fidelity);

    private sealed record Range(int Node, float Low, float High);
}
