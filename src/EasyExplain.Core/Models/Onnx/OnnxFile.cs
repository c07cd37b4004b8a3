using EasyExplain.Networks;
using EasyExplain.Networks.Import;
using EasyExplain.Networks.Operators;
using EasyExplain.Weights;
using TorchSharp;
using static TorchSharp.torch;
using Size = EasyExplain.Networks.Import.Size;

namespace EasyExplain.Models.Onnx;

/// <summary>A model in ONNX's format (onnx.ai): its graph is followed once, and what it does to a picture becomes a network.</summary>
internal sealed class OnnxFile
{
    private const long Channels = 3;
    private const int MostLayers = 20_000;
    private const string Followed = "graph";

    private readonly string _path;
    private readonly OnnxModel _model;

    private OnnxFile(string path, OnnxModel model) => (_path, _model) = (path, model);

    /// <summary>The channels, height and width that the model declares, −1 where they are open; null where it declares none.</summary>
    public long[]? InputShape => Declared is not [_, var second, var third, var fourth] ? null : IsChannelsLast ? [fourth, second, third] : [second, third, fourth];

    private (string Name, long[]? Shape) Input => _model.Inputs.FirstOrDefault(input => _model.Weights.All(weight => weight.Name != input.Name));

    private long[]? Declared => Input.Shape;

    private bool IsChannelsLast => Declared is [_, not Channels, _, Channels];

    /// <summary>Reads the file's graph; weights are read by <see cref="ToNetwork"/>.</summary>
    /// <exception cref="WeightFileException">It is no such file, or broken.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read, or is a folder.</exception>
    public static OnnxFile Open(string path)
    {
        var file = new FileInfo(path);
        if (file.Exists && file.Length > Array.MaxLength)
        {
            throw new WeightFileException(path, $"It has {file.Length} bytes; an ONNX file has at most {Array.MaxLength}, and keeps larger weights in files beside it.");
        }
        byte[] bytes = File.ReadAllBytes(path);
        return new OnnxFile(path, ImportErrors.Explain(path, Followed, () => OnnxModel.Parse(bytes)));
    }

    /// <summary>The model for pictures <c>[3, height, width]</c>, with its weights.</summary>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="explain">Is told what was found, for -Verbose.</param>
    /// <exception cref="WeightFileException">The file is broken, or its model does not take such pictures.</exception>
    /// <exception cref="ModelImportException">It needs operators that are not known here; all are named, with their layers.</exception>
    public Network ToNetwork(long height, long width, Action<string> explain) => Declared is [> 1 and var pictures, ..]
        ? FixedBatch.Import(_path, pictures, () => NetworkFor(height, width, explain, one: false))
        : FixedBatch.Import(one => NetworkFor(height, width, explain, one), explain,
            network => Declared is [1, ..] && FixedBatch.MixesPictures(network, Channels, height, width));

    private Network NetworkFor(long height, long width, Action<string> explain, bool one) => ImportErrors.Explain(_path, Followed, () =>
    {
        if (Input.Name is not { } input || (Declared is { } declared && declared.Length != 4))
        {
            throw new InvalidDataException(Input.Name is null ? "The model takes nothing." : $"The model's input '{Input.Name}' has {Declared!.Length} dimensions; a picture's is [pictures, channels, height, width].");
        }
        if (InputShape is [var channels, ..] && channels != Channels && channels > 0)
        {
            throw new InvalidDataException($"The model's input '{Input.Name}' has {channels} channels; a photo has red, green and blue.");
        }
        var recorder = new NetworkRecorder(Channels, height, width, onePicture: one);
        string folder = Path.GetDirectoryName(Path.GetFullPath(_path))!;
        var operators = new OnnxOperators(recorder, folder);
        var values = new Dictionary<string, OnnxValue>(StringComparer.Ordinal);
        Network? network = null;
        try
        {
            using DisposeScope scope = NewDisposeScope();
            foreach (OnnxTensor weight in _model.Weights)
            {
                values[weight.Name] = new FixedValue(weight.Name, weight.Shape, () => weight.Read(folder));
            }
            values[input] = new PictureValue(IsChannelsLast ? recorder.Call("", new Permute([0, 2, 3, 1]), recorder.Input) : recorder.Input);
            Follow(values, operators, recorder);
            network = recorder.Build(Output(values, operators, recorder));
            explain($"ONNX, opset {_model.Opset}{(_model.Producer.Length > 0 ? $", written by {ImportErrors.Printable(_model.Producer)}" : "")}: {network.Nodes.Count} operations, {network.Layers.Count} layers.{(recorder.EndedInSoftmax ? " The softmax at its end is left out: classes are explained by their scores before it." : "")}");
            return network;
        }
        finally
        {
            HashSet<Parameter> kept = network is null ? [] : [.. network.Parameters];
            foreach (FixedValue value in values.Values.OfType<FixedValue>().Concat(operators.Computed).Distinct())
            {
                foreach (Parameter parameter in value.Parameters.Where(parameter => !kept.Contains(parameter)))
                {
                    parameter.Dispose();
                }
                value.Dispose();
            }
        }
    });

    private void Follow(Dictionary<string, OnnxValue> values, OnnxOperators operators, NetworkRecorder recorder)
    {
        var names = new LayerNames(_model.Nodes);
        var ofScope = new Dictionary<string, string>(StringComparer.Ordinal); // the type of what it holds
        var own = new Dictionary<string, int>(StringComparer.Ordinal); // names of operations in no module, and how many have each
        foreach (OnnxNode node in _model.Nodes)
        {
            OnnxValue[] inputs = [.. node.Inputs.Select(name => name.Length == 0 ? OnnxValue.None
                : values.TryGetValue(name, out OnnxValue? value) ? value
                : throw new InvalidDataException($"The operation '{node.Name}' reads '{name}', which nothing makes before it."))];
            IReadOnlyList<(string Name, string? Type)> scopes = names.Scopes(node);
            string layer = scopes.Count > 0 ? scopes[^1].Name : LayerNames.Own(node);
            OnnxValue[] made = operators.Call(new OnnxCall(node, inputs, _model.Opset), layer);
            foreach (var (name, value) in node.Outputs.Zip(made).Where(pair => pair.First.Length > 0))
            {
                values[name] = value;
            }
            if (ofScope.Count + own.Count > MostLayers)
            {
                throw new InvalidDataException($"It has more than {MostLayers} layers.");
            }
            if (made is [PictureValue { Node: var output }, ..] && !inputs.Any(value => value is PictureValue { Node: var read } && read == output))
            {
                Name(recorder, scopes, output, ofScope, own, scopes.Count == 0 ? layer : null);
            }
        }
    }

    /// <summary>Every module that an operation is in has its output, until a later operation is in it.</summary>
    private static void Name(
        NetworkRecorder recorder, IReadOnlyList<(string Name, string? Type)> scopes, Node output, Dictionary<string, string> ofScope, Dictionary<string, int> own, string? ownName)
    {
        foreach (var (scope, i) in scopes.Select((scope, i) => (scope, i)))
        {
            bool holds = i < scopes.Count - 1;
            // A module that is called again has a number behind its name there (relu_1), but only if it has no weights it surely is one.
            int number = scope.Name.LastIndexOf('_');
            bool again = !holds && number > 0 && scope.Name[(number + 1)..].All(char.IsDigit) && !output.Operator.Parameters.Any()
                && ofScope.GetValueOrDefault(scope.Name[..number]) == output.Operator.Type;
            string name = again ? scope.Name[..number] : scope.Name;
            // One operation is what it is; several, of which some are in the same module, are a module.
            bool several = holds || output.Inputs.Any(input => input.Name == scope.Name && input.Operator is not Constant);
            string type = scope.Type ?? (several ? "Module" : output.Operator.Type);
            recorder.Layer(name, ofScope[name] = type, output);
        }
        if (ownName is not null)
        {
            string unique = ownName;
            for (int count = own.GetValueOrDefault(ownName); own.ContainsKey(unique) || ofScope.ContainsKey(unique); own[ownName] = count)
            {
                unique = $"{ownName}_{++count}";
            }
            own[unique] = own.GetValueOrDefault(unique);
            recorder.Layer(unique, output.Operator.Type, output);
        }
    }

    private Node Output(Dictionary<string, OnnxValue> values, OnnxOperators operators, NetworkRecorder recorder)
    {
        PictureValue[] found = [.. _model.Outputs.Select(name => values.GetValueOrDefault(name)).OfType<PictureValue>()];
        foreach (Node node in found.Select(value => value.Node))
        {
            Size[] shape = [.. recorder.Shape(node)];
            if (shape is [var batch, { IsFixed: true }, .. var rest] && batch == recorder.Pictures && rest.All(size => size == new Size(1)))
            {
                return shape.Length == 2 ? node : recorder.Call(node.Name, new Flatten(), node);
            }
        }
        if (operators.Missing.Count > 0)
        {
            throw ImportErrors.Missing(_path, operators.Missing);
        }
        throw new InvalidDataException(found.Length == 0
            ? "The model's result does not depend on the picture."
            : $"The model's result has {recorder.Shape(found[0].Node).Count} dimensions; a classifier's is [pictures, classes].");
    }
}
