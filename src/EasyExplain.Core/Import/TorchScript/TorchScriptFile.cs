using EasyExplain.Imaging;
using EasyExplain.Models;
using EasyExplain.Networks;
using EasyExplain.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Import.TorchScript;

/// <summary>
/// A model saved by torch.jit.save, traced or scripted: its code is followed once, and what it does to a picture becomes a network.
/// </summary>
/// <remarks>
/// No Python runs, and nothing of the file is ever executed: the code is read, and only operators that are known here exist.
/// </remarks>
internal sealed class TorchScriptFile : IDisposable
{
    private const string Followed = "code";

    private readonly OpenedFile _file;
    private const string ListOfPictures = "images";

    private readonly TorchScriptArchive _archive;
    private bool _followed, _isRefused;

    private TorchScriptFile(OpenedFile file)
    {
        _file = file;
        _archive = ImportErrors.Explain(Path, Followed, () => new TorchScriptArchive(file.Archive));
    }

    /// <summary>The model's class.</summary>
    public string Type => _archive.Root.Type;

    private string Path => _file.Path;

    /// <summary>Opens the file and reads its module tree; code and weights are read by <see cref="ToNetwork"/>.</summary>
    /// <exception cref="WeightFileException">It is no such file, or broken.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read, or is a folder.</exception>
    public static TorchScriptFile Open(string path)
    {
        OpenedFile file = OpenedFile.Open(path);
        try
        {
            return Read(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>The same of a file that is open already, which it takes over.</summary>
    public static TorchScriptFile Read(OpenedFile file) => new(file);

    /// <summary>What the classes are called, as far as the file says it.</summary>
    public IReadOnlyList<string>? Labels => UltralyticsMetadata.Labels(_archive.Config);

    /// <summary>What the file says that its task is, as Ultralytics names them; null where it does not.</summary>
    public string? Task => UltralyticsMetadata.StatedTask(_archive.Config);

    /// <summary>How a picture becomes the input, as far as the file says it.</summary>
    /// <param name="usual">Where nobody says otherwise.</param>
    /// <param name="explain">Is told what was found.</param>
    /// <exception cref="ModelImportException">The file says that it is no classifier.</exception>
    /// <param name="task">What the model tells of a picture, where somebody knows it better than the file.</param>
    public Preprocessing Preprocessing(Preprocessing usual, Action<string> explain, CamTask? task = null) =>
        UltralyticsMetadata.Preprocessing(_archive.Config, null, Path, explain, usual.Channels, task) ?? usual;

    /// <summary>The model for pictures <c>[channels, height, width]</c>, with its weights. It owns them: the file may be closed.</summary>
    /// <param name="channels">Colours, or other bands.</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="choice">Finds the output to explain.</param>
    /// <param name="explain">Is told what was found, for -Verbose.</param>
    /// <exception cref="WeightFileException">The file is broken, or its model does not take such pictures.</exception>
    /// <exception cref="ModelImportException">
    /// It needs operators that are not known here; all are named, with their layers. Or its outputs leave open which to explain.
    /// </exception>
    public FollowedModel ToNetwork(long channels, long height, long width, OutputChoice choice, Action<string> explain) =>
        FixedBatch.Import(one => Follow(channels, height, width, choice, explain, one), explain, () => _isRefused);

    private FollowedModel Follow(long channels, long height, long width, OutputChoice choice, Action<string> explain, bool one) =>
        ImportErrors.Explain(Path, Followed, () =>
    {
        // The tree is changed by the run, so each run has its own.
        TorchScriptArchive archive = _followed ? _archive.Again() : _archive;
        _followed = true;
        var recorder = new NetworkRecorder(channels, height, width, onePicture: one);
        var aten = new Aten(recorder);
        var interpreter = new Interpreter(archive, aten);
        Network? network = null;
        try
        {
            using DisposeScope scope = NewDisposeScope();
            object? result;
            try
            {
                result = Run(interpreter, aten, recorder);
            }
            catch (Exception e) when (e is (InvalidDataException or NotSupportedException or InvalidOperationException
                or ArgumentException or InvalidCastException or KeyNotFoundException) && interpreter.Takes(ListOfPictures))
            {
                throw new InvalidDataException($"The model takes '{ListOfPictures}', a list of pictures as torchvision's detectors do; " +
                    $"in TorchScript that is not followed. Export it as ONNX (torch.onnx.export), which is. ({e.Message})", e);
            }
            Node[] recorded = [.. recorder.Nodes.Where(node => node.Inputs.Count > 0)];
            (Head head, string? name) = OutputOf(result, recorder, choice, aten);
            Layer[] layers = [.. interpreter.Layers];
            foreach (Layer layer in layers.Length > 0 ? layers : Numbered(recorded))
            {
                recorder.Layer(layer.Name, layer.Type, layer.Node);
            }
            network = recorder.Build(head);
            explain($"TorchScript: {archive.Root.Type}, {network.Nodes.Count} operations, {network.Layers.Count} " +
                $"layers.{ImportErrors.LeftOut(head.Activation)}");
            return new FollowedModel(network, head.Activation, null, name)
            {
                Task = head.Task,
                Detector = head.Detector,
                Pictures = head.Pictures,
            };
        }
        finally
        {
            HashSet<Parameter> kept = network is null ? [] : [.. network.Parameters];
            foreach (FixedTensor tensor in archive.Tensors.Concat(aten.Computed))
            {
                foreach (Parameter parameter in tensor.Parameters.Where(parameter => !kept.Contains(parameter)))
                {
                    parameter.Dispose();
                }
                tensor.Dispose();
            }
        }
    });

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    /// <summary>
    /// A model that was frozen (torch.jit.freeze) has no modules any more: its layers are its operations, as they are counted.
    /// </summary>
    internal static IEnumerable<Layer> Numbered(IEnumerable<Node> nodes) =>
        nodes.GroupBy(node => node.Operator.Type)
            .SelectMany(group => group.Select((node, i) => new Layer($"{group.Key}{i}", group.Key, node)));

    private object? Run(Interpreter interpreter, Aten aten, NetworkRecorder recorder)
    {
        object? result = null;
        try
        {
            result = interpreter.Run(new ScriptTensor(new PictureValue(recorder.Input)));
        }
        catch (NotSupportedException e)
        {
            aten.Lacks(e.Message);
        }
        catch (InvalidDataException) when (aten.Missing.Count > 0)
        {
            // What is missing may be why.
        }
        _isRefused = aten.LacksOperators;
        return result;
    }

    private (Head Head, string? Name) OutputOf(object? result, NetworkRecorder recorder, OutputChoice choice, Aten aten)
    {
        ModelOutput[] outputs = [.. Interpreter.Outputs(result).Select(output => new ModelOutput(output.Name, output.Tensor.KnownNode))];
        if (aten.Missing.Count > 0)
        {
            // Candidates may be known, where only the choice among them is not.
            return choice.OfPlaces(outputs.Length > 0 ? outputs : [new ModelOutput("0", null)], recorder) is var (places, found)
                ? (found, outputs.Length > 1 ? places.Name : null) : throw ImportErrors.Missing(Path, aten.Missing);
        }
        return choice.From(outputs, recorder) is var (output, head) ? (head, outputs.Length > 1 ? output.Name : null)
            : throw new InvalidDataException(outputs.FirstOrDefault(output => output.Node is not null) is not { Node: { } node }
            ? "The model's result does not depend on the picture, or is no tensor."
            : $"The model's result has {recorder.Shape(node).Count} dimensions; a classifier's is [pictures, classes].");
    }
}
