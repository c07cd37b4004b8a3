using EasyExplain.Networks.Engines.OnnxRuntime;
using EasyExplain.Runtime;
using Microsoft.ML.OnnxRuntime;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using DenseTensor = Microsoft.ML.OnnxRuntime.Tensors.DenseTensor<float>;

namespace EasyExplain.Training.Detection;

/// <summary>
/// Writes the detector as Ultralytics exports YOLOv8: <c>images</c> [N, 3, 128, 128] becomes <c>output0</c> [N, 4 + classes, candidates],
/// centre, width and height in pixels, then the classes' probabilities. Batch norm goes into the convolutions; metadata and the names of
/// operations are as the exporter has them.
/// </summary>
internal sealed class DetectorOnnx
{
    private readonly OnnxGraph _graph = new();

    /// <summary>Writes the file.</summary>
    public static void Write(SmallDetector network, string path, IReadOnlyList<string> classes)
    {
        network.eval();
        using DisposeScope scope = NewDisposeScope();
        using IDisposable untracked = no_grad();
        byte[] bytes = new DetectorOnnx().Whole(network, new Dictionary<string, string>
        {
            ["description"] = "Small detector of EasyExplain.Training in the shape of YOLOv8",
            ["stride"] = $"{SmallDetector.Strides[^1]}",
            ["task"] = "detect",
            ["batch"] = "1",
            ["imgsz"] = $"[{Canvas.Side}, {Canvas.Side}]",
            ["names"] = $"{{{string.Join(", ", classes.Select((name, i) => $"{i}: '{name}'"))}}}",
        });
        WholeFile.Write(path, overwrite: true, file => file.Write(bytes));
    }

    /// <summary>The largest difference between what ONNX Runtime makes of the file and what libtorch makes of the network.</summary>
    public static double Difference(SmallDetector network, string path, IReadOnlyList<Canvas> canvases)
    {
        network.eval();
        using DisposeScope scope = NewDisposeScope();
        using IDisposable untracked = no_grad();
        Tensor input = DetectorTrainer.ToInput(canvases);
        Tensor output = network.call(input);
        Tensor corners = Candidates.Corners(output);
        Tensor low = corners.narrow(1, 0, 2), high = corners.narrow(1, 2, 2);
        Tensor expected = cat(
            [(low + high) / 2, high - low, output.narrow(1, 4 * SmallDetector.Bins, network.ClassCount).sigmoid()], 1);

        using var session = new InferenceSession(path);
        var given = new DenseTensor(input.data<float>().ToArray(), [.. input.shape.Select(size => (int)size)]);
        using IDisposableReadOnlyCollection<DisposableNamedOnnxValue> results =
            session.Run([NamedOnnxValue.CreateFromTensor("images", given)]);
        Tensor actual = tensor(results.Single().AsTensor<float>().ToArray()).view(expected.shape);
        return (actual - expected).abs().max().item<float>();
    }

    private byte[] Whole(SmallDetector network, Dictionary<string, string> metadata)
    {
        string x = _graph.Input([3, Canvas.Side, Canvas.Side], "images");
        x = Block("/model.0", network.Convolution(0), x);
        x = Block("/model.1", network.Convolution(1), x);
        x = Split("/model.2", network.Block(2), x);
        x = Block("/model.3", network.Convolution(3), x);
        string fine = Split("/model.4", network.Block(4), x);
        x = Block("/model.5", network.Convolution(5), fine);
        string coarse = Split("/model.6", network.Block(6), x);
        string scales = _graph.Weight(tensor(new float[] { 1, 1, 2, 2 }));
        x = Add("/model.7", "Resize", [coarse, "", scales],
            ("coordinate_transformation_mode", "asymmetric"), ("mode", "nearest"), ("nearest_mode", "floor"));
        x = Add("/model.8", "Concat", [x, fine], ("axis", 1L));
        fine = Split("/model.9", network.Block(9), x);
        string output = Head("/model.10", network, fine, coarse);
        _graph.Output(output, "output0", [4 + network.ClassCount, Candidates.Count]);
        return _graph.ToBytes(metadata);
    }

    private string Head(string path, SmallDetector network, params string[] scales)
    {
        long columns = 4 * SmallDetector.Bins + network.ClassCount;
        string x = Add(path, "Concat", [.. scales.Select((scale, i) =>
        {
            string boxes = Branch($"{path}/cv2.{i}/cv2.{i}", network.Head.Boxes[i], scale);
            string classes = Branch($"{path}/cv3.{i}/cv3.{i}", network.Head.Classes[i], scale);
            string both = Add(path, "Concat", [boxes, classes], ("axis", 1L));
            return Add(path, "Reshape", [both, _graph.Integers(0, columns, -1)]);
        })], ("axis", 2L));
        _graph.Module = path;
        string[] parts = _graph.Add("Split", [x, _graph.Integers(columns - network.ClassCount, network.ClassCount)], 2, ("axis", 1L));

        // Of each side the mean distance: Ultralytics' module "dfl", whose convolution has the weights 0, 1, ….
        string dfl = $"{path}/dfl";
        x = Add(dfl, "Reshape", [parts[0], _graph.Integers(0, 4, SmallDetector.Bins, Candidates.Count)]);
        x = Add(dfl, "Transpose", [x], ("perm", (long[])[0, 2, 1, 3]));
        x = Add(dfl, "Softmax", [x], ("axis", 1L));
        string bins = _graph.Weight(arange(SmallDetector.Bins, ScalarType.Float32).view(1, -1, 1, 1), "model.10.dfl.conv.weight");
        x = Add($"{dfl}/conv", "Conv", [x, bins], Shape(kernel: 1, stride: 1));
        x = Add(dfl, "Reshape", [x, _graph.Integers(0, 4, Candidates.Count)]);

        string centres = _graph.Weight(Candidates.Centres().unsqueeze(0)), strides = _graph.Weight(Candidates.Strides());
        string low = Add(path, "Sub", [centres, Slice(path, x, 0, 2)]), high = Add(path, "Add", [Slice(path, x, 2, 4), centres]);
        string middle = Add(path, "Div", [Add(path, "Add", [low, high]), _graph.Number(2)]);
        x = Add(path, "Concat", [middle, Add(path, "Sub", [high, low])], ("axis", 1L));
        x = Add(path, "Mul", [x, strides]);
        return Add(path, "Concat", [x, Add(path, "Sigmoid", [parts[1]])], ("axis", 1L));
    }

    private string Branch(string path, Sequential branch, string x)
    {
        x = Block($"{path}.0", (ConvBlock)branch[0], x);
        x = Block($"{path}.1", (ConvBlock)branch[1], x);
        var last = (Conv2d)branch[2];
        string name = path[1..].Split('/')[0] + "." + path[(path.LastIndexOf('/') + 1)..] + ".2";
        return Add($"{path}.2", "Conv", [x, _graph.Weight(last.weight!, name + ".weight"), _graph.Weight(last.bias!, name + ".bias")],
            Shape(kernel: 1, stride: 1));
    }

    private string Split(string path, C2f block, string x)
    {
        x = Block($"{path}/cv1", block.Before, x);
        long half = block.Before.Conv.weight!.shape[0] / 2;
        _graph.Module = path;
        List<string> parts = [.. _graph.Add("Split", [x, _graph.Integers(half, half)], 2, ("axis", 1L))];
        foreach (var (one, i) in block.Blocks.Select((one, i) => (one, i)))
        {
            string inner = $"{path}/m.{i}";
            x = Block($"{inner}/cv2", one.Second, Block($"{inner}/cv1", one.First, parts[^1]));
            parts.Add(one.Shortcut ? Add(inner, "Add", [parts[^1], x]) : x);
        }
        return Block($"{path}/cv2", block.After, Add(path, "Concat", parts, ("axis", 1L)));
    }

    private string Block(string path, ConvBlock block, string x)
    {
        Tensor scale = block.Norm.weight! / (block.Norm.running_var! + block.Norm.eps).sqrt();
        Tensor weight = block.Conv.weight! * scale.view(-1, 1, 1, 1);
        Tensor bias = block.Norm.bias! - block.Norm.running_mean! * scale;
        x = Add($"{path}/conv", "Conv", [x, _graph.Weight(weight), _graph.Weight(bias)],
            Shape((int)weight.shape[2], (int)block.Conv.stride[0]));
        return Add($"{path}/act", "Mul", [x, Add($"{path}/act", "Sigmoid", [x])]);
    }

    private string Slice(string path, string x, long from, long to) =>
        Add(path, "Slice", [x, _graph.Integers(from), _graph.Integers(to), _graph.Integers(1)]);

    private string Add(string path, string type, IReadOnlyList<string> inputs, params (string Name, object Value)[] attributes)
    {
        _graph.Module = path;
        return _graph.Add(type, inputs, attributes);
    }

    private static (string Name, object Value)[] Shape(long kernel, long stride)
    {
        long padding = kernel / 2;
        return
        [
            ("dilations", (long[])[1, 1]), ("group", 1L), ("kernel_shape", (long[])[kernel, kernel]),
            ("pads", (long[])[padding, padding, padding, padding]), ("strides", (long[])[stride, stride]),
        ];
    }
}
