using EasyExplain.Networks;
using EasyExplain.Networks.Import;
using EasyExplain.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Models.TorchScript;

/// <summary>A model saved by torch.jit.save, traced or scripted: its code is followed once, and what it does to a picture becomes a network.</summary>
/// <remarks>No Python runs, and nothing of the file is ever executed: the code is read, and only operators that are known here exist.</remarks>
internal sealed class TorchScriptFile : IDisposable
{
    private const long Channels = 3;
    private const string Followed = "code";

    private readonly string _path;
    private readonly FileStream _file;
    private TorchScriptArchive? _archive;

    private TorchScriptFile(string path, FileStream file) => (_path, _file) = (path, file);

    /// <summary>The model's class.</summary>
    public string Type { get; private set; } = "";

    /// <summary>Opens the file and reads its module tree; code and weights are read by <see cref="ToNetwork"/>.</summary>
    /// <exception cref="WeightFileException">It is no such file, or broken.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read, or is a folder.</exception>
    public static TorchScriptFile Open(string path)
    {
        var opened = new TorchScriptFile(path, new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read));
        try
        {
            opened._archive = ImportErrors.Explain(path, Followed, () => new TorchScriptArchive(opened._file));
            opened.Type = opened._archive.Root.Type;
            return opened;
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    /// <summary>The model for pictures <c>[3, height, width]</c>, with its weights. It owns them: the file may be closed.</summary>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="explain">Is told what was found, for -Verbose.</param>
    /// <exception cref="WeightFileException">The file is broken, or its model does not take such pictures.</exception>
    /// <exception cref="ModelImportException">It needs operators that are not known here; all are named, with their layers.</exception>
    public Network ToNetwork(long height, long width, Action<string> explain) =>
        FixedBatch.Import(one => NetworkFor(height, width, explain, one), explain);

    private Network NetworkFor(long height, long width, Action<string> explain, bool one) => ImportErrors.Explain(_path, Followed, () =>
    {
        // The tree is changed by the run, so each run has its own.
        TorchScriptArchive archive = Interlocked.Exchange(ref _archive, null) ?? new TorchScriptArchive(_file);
        var recorder = new NetworkRecorder(Channels, height, width, onePicture: one);
        var aten = new Aten(recorder);
        var interpreter = new Interpreter(archive, aten);
        aten.Path = () => interpreter.Path;
        Network? network = null;
        try
        {
            using DisposeScope scope = NewDisposeScope();
            Node output = Follow(interpreter, aten, recorder);
            Layer[] layers = [.. interpreter.Layers];
            foreach (Layer layer in layers.Length > 0 ? layers : Numbered(aten.Recorded))
            {
                recorder.Layer(layer.Name, layer.Type, layer.Node);
            }
            network = recorder.Build(output);
            explain($"TorchScript: {archive.Root.Type}, {network.Nodes.Count} operations, {network.Layers.Count} layers.{(recorder.EndedInSoftmax ? " The softmax at its end is left out: classes are explained by their scores before it." : "")}");
            return network;
        }
        finally
        {
            HashSet<Parameter> kept = network is null ? [] : [.. network.Parameters];
            foreach (FixedTensor tensor in archive.Tensors.Concat(aten.Computed))
            {
                if (tensor.ParameterIfAny is { } parameter && !kept.Contains(parameter))
                {
                    parameter.Dispose();
                }
                tensor.Dispose();
            }
        }
    });

    /// <inheritdoc/>
    public void Dispose()
    {
        _archive?.Dispose();
        _file.Dispose();
    }

    /// <summary>A model that was frozen (torch.jit.freeze) has no modules any more: its layers are its operations, as they are counted.</summary>
    private static IEnumerable<Layer> Numbered(IEnumerable<Node> nodes) =>
        nodes.GroupBy(node => node.Operator.Type).SelectMany(group => group.Select((node, i) => new Layer($"{group.Key}{i}", group.Key, node)));

    private Node Follow(Interpreter interpreter, Aten aten, NetworkRecorder recorder)
    {
        object? result = null;
        try
        {
            result = interpreter.Run(new ScriptTensor(recorder.Input));
        }
        catch (NotSupportedException e)
        {
            aten.Miss(e.Message);
        }
        catch (InvalidDataException) when (aten.Missing.Count > 0)
        {
            // What is missing may be why.
        }
        if (aten.Missing.Count > 0)
        {
            throw ImportErrors.Missing(_path, aten.Missing);
        }
        ScriptTensor[] outputs = [.. Interpreter.Tensors(result).Where(tensor => tensor.Node is not null)];
        return outputs.Select(tensor => tensor.Node!).FirstOrDefault(node => recorder.Shape(node) is [var batch, _] && batch == recorder.Pictures)
            ?? throw new InvalidDataException(outputs.Length == 0
                ? "The model's result does not depend on the picture, or is no tensor."
                : $"The model's result has {recorder.Shape(outputs[0].Node!).Count} dimensions; a classifier's is [pictures, classes].");
    }
}
