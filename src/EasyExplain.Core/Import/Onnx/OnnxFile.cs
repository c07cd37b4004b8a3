using EasyExplain.Imaging;
using EasyExplain.Models;
using EasyExplain.Networks;
using EasyExplain.Networks.Operators;
using EasyExplain.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Import.Onnx;

/// <summary>A model in ONNX's format (onnx.ai): its graph is followed once, and what it does to a picture becomes a network.</summary>
internal sealed class OnnxFile
{
    private const string Followed = "graph";

    private readonly string _path;
    private readonly OnnxModel _model;
    private bool _isRefused;

    private OnnxFile(string path, OnnxModel model) => (_path, _model) = (path, model);

    /// <summary>The height and width that the model declares; null where they are open.</summary>
    public (int Height, int Width)? DeclaredSize =>
        Input?.PictureShape is [_, > 0 and <= int.MaxValue and var height, > 0 and <= int.MaxValue and var width]
        ? ((int)height, (int)width) : null;

    /// <summary>How many channels the model declares; null where they are open.</summary>
    public int? Channels =>
        Input?.PictureShape is [> 0 and <= Imaging.Preprocessing.MostChannels and var channels, ..] ? (int)channels : null;

    /// <summary>What the classes are called, as far as the file says it of them all.</summary>
    public IReadOnlyList<string>? Labels => UltralyticsMetadata.Labels(_model.Metadata);

    /// <summary>What the file says that its task is, as Ultralytics names them; null where it does not.</summary>
    public string? Task => UltralyticsMetadata.StatedTask(_model.Metadata);

    private OnnxInput? Input => _model.Inputs.FirstOrDefault(input => _model.Weights.All(weight => weight.Name != input.Name));

    /// <summary>How a picture becomes the input, as far as the file says it.</summary>
    /// <param name="usual">Where nobody says otherwise.</param>
    /// <param name="explain">Is told what was found.</param>
    /// <exception cref="ModelImportException">The file says something that is not known here, or that it is no classifier.</exception>
    /// <param name="task">What the model tells of a picture, where somebody knows it better than the file.</param>
    public Preprocessing Preprocessing(Preprocessing usual, Action<string> explain, CamTask? task = null)
    {
        if (Input is { IsOnePicture: true })
        {
            explain($"The input '{ImportErrors.Printable(Input.Name)}' is one picture without a batch, as torchvision's detectors take " +
                "it: colours from 0 to 1, which the model normalises itself.");
            usual = usual with
            {
                Mean = [.. usual.Mean.Select(_ => 0.0)],
                Std = [.. usual.Std.Select(_ => 1.0)],
                ResizeMode = ResizeMode.Stretch,
            };
        }
        Preprocessing sized = UltralyticsMetadata.Preprocessing(_model.Metadata, DeclaredSize, _path, explain, usual.Channels, task)
            ?? (DeclaredSize is { } size ? usual.ForInput(size.Height, size.Width) : usual);
        return Input is { } input ? ImageMetadata.Of(_model.Metadata, input, sized, $"'{_path}'", explain) : sized;
    }

    /// <summary>What is odd about an input size, as a sentence; null where nothing is.</summary>
    public string? Misfit(int height, int width) => UltralyticsMetadata.Misfit(_model.Metadata, height, width);

    /// <summary>Reads the file's graph; weights are read by <see cref="ToNetwork"/>.</summary>
    /// <exception cref="WeightFileException">It is no such file, or broken.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read, or is a folder.</exception>
    public static OnnxFile Open(string path)
    {
        using OpenedFile file = OpenedFile.Open(path);
        return Read(file);
    }

    /// <inheritdoc cref="Open"/>
    public static OnnxFile Read(OpenedFile file)
    {
        long length = file.Stream.Length;
        if (length > Array.MaxLength)
        {
            throw new WeightFileException(file.Path,
                $"It has {length} bytes; an ONNX file has at most {Array.MaxLength}, and keeps larger weights in files beside it.");
        }
        byte[] bytes = new byte[length];
        file.Stream.Position = 0;
        return new OnnxFile(file.Path, ImportErrors.Explain(file.Path, Followed, () =>
        {
            file.Stream.ReadExactly(bytes);
            return OnnxModel.Parse(bytes);
        }));
    }

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
    public FollowedModel ToNetwork(long channels, long height, long width, OutputChoice choice, Action<string> explain) =>
        Input is { IsOnePicture: true } ? Follow(channels, height, width, choice, explain, one: true)
        : Input?.Shape is [> 1 and var pictures, ..]
        ? FixedBatch.Import(_path, pictures, () => Follow(channels, height, width, choice, explain, one: false))
        : FixedBatch.Import(one => Follow(channels, height, width, choice, explain, one), explain, () => _isRefused,
            network => Input?.Shape is [1, ..] && FixedBatch.MixesPictures(network, channels, height, width));

    private FollowedModel Follow(long channels, long height, long width, OutputChoice choice, Action<string> explain, bool one) =>
        ImportErrors.Explain(_path, Followed, () =>
    {
        OnnxInput input = Input ?? throw new InvalidDataException("The model takes nothing.");
        if (input.Shape is { } declared && declared.Length != 4 && !input.IsOnePicture)
        {
            throw new InvalidDataException(
                $"The model's input '{input.Name}' has {declared.Length} dimensions; a picture's is [pictures, channels, height, width].");
        }
        if (Channels is { } declaredChannels && declaredChannels != channels)
        {
            throw new InputChannelsException($"The model's input '{input.Name}' has {declaredChannels} channels, not {channels}.",
                declaredChannels);
        }
        var recorder = new NetworkRecorder(channels, height, width, onePicture: one);
        string folder = Path.GetDirectoryName(Path.GetFullPath(_path))!;
        var operators = new OnnxOperators(recorder, folder)
        {
            HasRegions = _model.Nodes.Any(node => node.Type == "RoiAlign"),
            ChosenInside = OnnxOperators.BeforeLayers(_model.Nodes),
        };
        var values = new Dictionary<string, ModelValue>(StringComparer.Ordinal);
        Network? network = null;
        try
        {
            using DisposeScope scope = NewDisposeScope();
            foreach (OnnxTensor weight in _model.Weights)
            {
                values[weight.Name] = weight.ToFixed(folder);
            }
            values[input.Name] = new PictureValue(input.IsOnePicture ? recorder.Call("", new Select(0, 0), recorder.Input)
                : input.IsChannelsLast ? recorder.Call("", new Permute([0, 2, 3, 1]), recorder.Input)
                : recorder.Input);
            new OnnxWalk(_model, operators, recorder).Follow(values);
            (ModelOutput output, Head head) = Output(values, operators, recorder, choice);
            network = recorder.Build(head);
            string by = _model.Producer.Length > 0 ? $", written by {ImportErrors.Printable(_model.Producer)}" : "";
            explain($"ONNX, opset {_model.Opset}{by}: {network.Nodes.Count} operations, {network.Layers.Count} layers." +
                ImportErrors.LeftOut(head.Activation));
            return new FollowedModel(network, head.Activation, output.Labels, _model.Outputs.Count > 1 ? output.Name : null)
            {
                Task = head.Task,
                Detector = head.Detector,
                CanvasShare = input.IsOnePicture ? recorder.CanvasShare() : (1, 1),
                Pictures = head.Pictures,
            };
        }
        finally
        {
            HashSet<Parameter> kept = network is null ? [] : [.. network.Parameters];
            foreach (FixedTensor value in values.Values.OfType<FixedTensor>().Concat(operators.Computed).Distinct())
            {
                foreach (Parameter parameter in value.Parameters.Where(parameter => !kept.Contains(parameter)))
                {
                    parameter.Dispose();
                }
                value.Dispose();
            }
        }
    });

    private (ModelOutput Output, Head Head) Output(Dictionary<string, ModelValue> values, OnnxOperators operators, NetworkRecorder recorder,
        OutputChoice choice)
    {
        ModelOutput[] outputs = [.. _model.Outputs.Select(name => values.GetValueOrDefault(name) switch
        {
            PictureValue value => new ModelOutput(name, value.Node, value.Labels),
            LooseValue { Whole: PictureValue whole } => new ModelOutput(name, null) { Whole = whole.Node },
            _ => new ModelOutput(name, null),
        })];
        if (choice.From(outputs, recorder) is { } chosen)
        {
            return chosen;
        }
        if (operators.Missing.Count > 0 || operators.Filters.Count > 0)
        {
            _isRefused = operators.Missing.Count == 0 || operators.LacksOperators;
            throw ImportErrors.Missing(_path, [.. operators.Missing, .. operators.Filters]);
        }
        throw new InvalidDataException(outputs.FirstOrDefault(output => output.Node is not null) is { Node: { } node }
            ? $"The model's result has {recorder.Shape(node).Count} dimensions; a classifier's is [pictures, classes]."
            : "The model's result does not depend on the picture.");
    }
}
