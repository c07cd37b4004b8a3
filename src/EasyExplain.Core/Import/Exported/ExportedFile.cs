using System.Text.Json;
using EasyExplain.Import.TorchScript;
using EasyExplain.Models;
using EasyExplain.Networks;
using EasyExplain.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Import.Exported;

/// <summary>A model saved by torch.export.save: its graph is followed once, and what it does to a picture becomes a network.</summary>
internal sealed class ExportedFile
{
    private const string Followed = "graph";
    private const string OpenBatch = "dynamic_shapes=({0: torch.export.Dim('batch')},)";

    private readonly string _path;
    private readonly ExportedArchive _archive;
    private readonly JsonElement _graph;
    private readonly JsonElement[] _inputs; // what each input of the graph is
    private readonly string _picture; // the name of the one that is the picture
    private readonly long?[] _shape; // its sizes; null for open ones
    private bool _isRefused;

    private ExportedFile(string path, ZipMembers members)
    {
        (_path, _archive) = (path, new ExportedArchive(members));
        JsonElement module = _archive.Program.Get("graph_module");
        _graph = module.Get("graph");
        Type = ExportedScopes.RootOf(_graph) ?? "torch.export";
        _inputs = [.. module.Get("signature").Get("input_specs").EnumerateArray()];
        string[] pictures = [.. _inputs.Select(input => input.Maybe("user_input")?.Get("arg").Maybe("as_tensor")?.Name()).OfType<string>()];
        _picture = pictures is [var only] ? only : throw new InvalidDataException(
            $"The model takes {pictures.Length} tensors{(pictures.Length == 0 ? "" : $" ({string.Join(", ", pictures.Take(10))})")}; a " +
            "picture is one.");
        _shape = [.. _graph.Get("tensor_values").Get(_picture).Get("sizes").EnumerateArray()
            .Select(size => size.Maybe("as_int")?.GetInt64())];
        if (_shape.Length != 4)
        {
            throw new InvalidDataException(
                $"The model's input '{_picture}' has {_shape.Length} dimensions; a picture's is [pictures, channels, height, width].");
        }
    }

    /// <summary>The module's class; how it is kept, where the file does not say it.</summary>
    public string Type { get; }

    /// <summary>The height and width that the model was exported for; null where they are open.</summary>
    public (int Height, int Width)? DeclaredSize =>
        _shape is [_, _, > 0 and <= int.MaxValue and var height, > 0 and <= int.MaxValue and var width] ? ((int)height, (int)width) : null;

    /// <summary>How many channels the model was exported for; null where that is open.</summary>
    public int? Channels => _shape[1] is > 0 and <= Imaging.Preprocessing.MostChannels ? (int)_shape[1]!.Value : null;

    /// <summary>Reads the file's graph; weights are read by <see cref="ToNetwork"/>, from the file.</summary>
    /// <exception cref="WeightFileException">It is no such file, or broken.</exception>
    public static ExportedFile Read(OpenedFile file) =>
        ImportErrors.Explain(file.Path, Followed, () => new ExportedFile(file.Path, file.Members));

    /// <summary>The model for pictures <c>[channels, height, width]</c>, with its weights.</summary>
    /// <param name="channels">Colours, or other bands.</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="choice">Finds the output to explain.</param>
    /// <param name="explain">Is told what was found, for -Verbose.</param>
    /// <exception cref="WeightFileException">The file is broken, or its model does not take such pictures.</exception>
    /// <exception cref="ModelImportException">
    /// It needs operators that are not known here; all are named, with their layers. Or its outputs leave open which to explain.
    /// </exception>
    public FollowedModel ToNetwork(long channels, long height, long width, OutputChoice choice, Action<string> explain) => _shape[0] > 1
        ? FixedBatch.Import(_path, _shape[0]!.Value, () => Follow(channels, height, width, choice, explain, one: false), OpenBatch)
        : FixedBatch.Import(one => Follow(channels, height, width, choice, explain, one), explain, () => _isRefused,
            network => _shape[0] == 1 && FixedBatch.MixesPictures(network, channels, height, width), OpenBatch);

    private FollowedModel Follow(long channels, long height, long width, OutputChoice choice, Action<string> explain, bool one) =>
        ImportErrors.Explain(_path, Followed, () =>
    {
        if (Channels is { } declared && declared != channels)
        {
            throw new InputChannelsException($"The model's input '{_picture}' has {declared} channels, not {channels}.", declared);
        }
        var recorder = new NetworkRecorder(channels, height, width, onePicture: one);
        var aten = new Aten(recorder);
        var scopes = new ExportedScopes(recorder);
        bool isSized = (_shape[2] is null || _shape[2] == height) && (_shape[3] is null || _shape[3] == width);
        var walk = new ExportedWalk(
            aten, recorder, scopes, !one && _shape[0] is { } pictures ? new ExportedBatch(pictures) : null, isSized);
        var values = new Dictionary<string, object?>(StringComparer.Ordinal);
        var tensors = new List<FixedTensor>();
        Network? network = null;
        try
        {
            using DisposeScope scope = NewDisposeScope();
            foreach (JsonElement input in _inputs)
            {
                (string name, object? value) = Given(input, recorder, tensors);
                values[name] = value;
            }
            Walk(walk, aten, values);
            Node[] recorded = scopes.Any ? [] : [.. recorder.Nodes.Where(node => node.Inputs.Count > 0)];
            (Head head, string? output) = OutputOf(values, recorder, choice);
            foreach (Layer layer in TorchScriptFile.Numbered(recorded))
            {
                recorder.Layer(layer.Name, layer.Type, layer.Node);
            }
            network = recorder.Build(head);
            explain($"torch.export, {Type}: {network.Nodes.Count} operations, {network.Layers.Count} layers." +
                ImportErrors.LeftOut(head.Activation));
            return new FollowedModel(network, head.Activation, null, output)
            {
                Task = head.Task,
                Detector = head.Detector,
                Pictures = head.Pictures,
            };
        }
        finally
        {
            HashSet<Parameter> kept = network is null ? [] : [.. network.Parameters];
            foreach (FixedTensor tensor in tensors.Concat(aten.Computed))
            {
                foreach (Parameter parameter in tensor.Parameters.Where(parameter => !kept.Contains(parameter)))
                {
                    parameter.Dispose();
                }
                tensor.Dispose();
            }
        }
    });

    private void Walk(ExportedWalk walk, Aten aten, Dictionary<string, object?> values)
    {
        try
        {
            walk.Follow(_graph, values);
        }
        catch (NotSupportedException) when (aten.Missing.Count > 0)
        {
            // What is missing may be why.
        }
        catch (InvalidDataException) when (aten.Missing.Count > 0)
        {
            // The same.
        }
        _isRefused = aten.LacksOperators;
        if (aten.Missing.Count > 0)
        {
            throw ImportErrors.Missing(_path, aten.Missing);
        }
    }

    /// <summary>What the graph is given: a weight of the archive, the picture, or a value that was fixed when it was exported.</summary>
    private (string Name, object? Value) Given(JsonElement input, NetworkRecorder recorder, List<FixedTensor> tensors)
    {
        (string kind, JsonElement spec) = input.Union();
        switch (kind)
        {
            case "parameter": return Stored("parameter_name", isBuffer: false);
            case "buffer": return Stored("buffer_name", isBuffer: true);
            case "tensor_constant": return Stored("tensor_constant_name", isBuffer: true);
            case "user_input" when spec.Get("arg").Maybe("as_tensor") is { } picture:
                return (picture.Name(), new ScriptTensor(new PictureValue(recorder.Input)));
            case "constant_input": return (spec.Name(), ExportedWalk.Value(spec.Get("value"), new Dictionary<string, object?>()));
            default: throw new NotSupportedException($"The graph takes something of the kind '{kind}'");
        }

        (string, object?) Stored(string name, bool isBuffer)
        {
            FixedTensor tensor = _archive.Tensor(spec.Get(name).GetString()!, isBuffer);
            tensors.Add(tensor);
            return (spec.Get("arg").Name(), new ScriptTensor(tensor));
        }
    }

    private (Head Head, string? Name) OutputOf(Dictionary<string, object?> values, NetworkRecorder recorder, OutputChoice choice)
    {
        JsonElement module = _archive.Program.Get("graph_module");
        JsonElement[] made = [.. module.Get("signature").Get("output_specs").EnumerateArray()
            .Select(output => output.Maybe("user_output")?.Get("arg")).OfType<JsonElement>()];
        string[] names = ExportedOutputs.Names(module, made.Length);
        ModelOutput[] outputs = [.. made.Select((output, i) =>
            new ModelOutput(names[i], (ExportedWalk.Value(output, values) as ScriptTensor)?.Node))];
        return choice.From(outputs, recorder) is var (chosen, head) ? (head, outputs.Length > 1 ? chosen.Name : null)
            : throw new InvalidDataException(outputs.FirstOrDefault(output => output.Node is not null) is not { Node: { } node }
            ? "The model's result does not depend on the picture, or is no tensor."
            : $"The model's result has {recorder.Shape(node).Count} dimensions; a classifier's is [pictures, classes].");
    }
}
