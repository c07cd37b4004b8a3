using System.IO.Compression;
using EasyExplain.Import;
using EasyExplain.Import.Onnx;
using EasyExplain.Networks;
using EasyExplain.Networks.Operators;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Import.Onnx;

/// <summary>How the inputs of a node test are given to the importer.</summary>
public enum NodeInputs
{
    /// <summary>All are constants, so that the result is computed at once.</summary>
    Constants,

    /// <summary>Fractions depend on the picture.</summary>
    Pictures,

    /// <summary>The first depends on the picture, the others are weights.</summary>
    Weights,

    /// <summary>The same, and the first has the batch as its first dimension.</summary>
    Batch,
}

/// <summary>One of the ONNX backend's node tests: a graph of one operation, as a rule, with inputs and what must come out.</summary>
/// <param name="name">Its name, such as <c>test_mod_mixed_sign_float64</c>.</param>
/// <param name="model">The graph.</param>
/// <param name="inputs">What is given.</param>
/// <param name="outputs">What is right.</param>
internal sealed class NodeTest(string name, OnnxModel model, IReadOnlyList<OnnxTensor> inputs, IReadOnlyList<OnnxTensor> outputs)
{
    /// <summary>Its name.</summary>
    public string Name { get; } = name;

    /// <summary>The operators in it.</summary>
    public IEnumerable<string> Operators => model.Nodes.Select(node => node.Type);

    /// <summary>All tests of an archive, by name; those with other inputs than tensors are left out.</summary>
    public static IReadOnlyDictionary<string, NodeTest> ReadAll(string path)
    {
        using ZipArchive archive = ZipFile.OpenRead(path);
        Dictionary<string, byte[]> files = archive.Entries.ToDictionary(entry => entry.FullName, entry =>
        {
            using Stream stream = entry.Open();
            using var bytes = new MemoryStream();
            stream.CopyTo(bytes);
            return bytes.ToArray();
        });
        return files.Keys.Select(file => file.Split('/')[0]).Distinct().ToDictionary(name => name, name => new NodeTest(
            name, OnnxModel.Parse(files[$"{name}/model.onnx"]), [.. Tensors($"{name}/input_")], [.. Tensors($"{name}/output_")]));

        IEnumerable<OnnxTensor> Tensors(string prefix) =>
            Enumerable.Range(0, 20).TakeWhile(i => files.ContainsKey($"{prefix}{i}.pb"))
                .Select(i => OnnxTensor.Parse(files[$"{prefix}{i}.pb"]));
    }

    /// <summary>What is wrong with the results; empty where they are right, null where the importer says that it cannot do it.</summary>
    public string? Run(NodeInputs given)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable untracked = no_grad();
        try
        {
            Tensor[] values = [.. inputs.Select(input => input.Read(""))];
            bool[] ofPicture = [.. values.Select((value, i) =>
                given != NodeInputs.Constants && value.is_floating_point() && (given == NodeInputs.Pictures || i == 0))];
            return given == NodeInputs.Constants || ofPicture.Contains(true) ? Run(given, values, ofPicture) : null;
        }
        catch (Exception e) when (e is NotSupportedException or InvalidDataException or ArithmeticException)
        {
            return null;
        }
    }

    private string? Run(NodeInputs given, Tensor[] values, bool[] ofPicture)
    {
        bool batch = given == NodeInputs.Batch;
        if (batch && (values[0].ndim == 0 || values[0].numel() == 0))
        {
            return null;
        }
        Tensor picture = cat([.. values.Where((_, i) => ofPicture[i]).Select(value => value.flatten()).DefaultIfEmpty(zeros(1))],
            0).to(float32);
        picture = picture.reshape(batch ? values[0].shape[0] : 1, -1, 1, 1);
        var recorder = new NetworkRecorder(picture.shape[1], 1, 1, onePicture: !batch);
        var operators = new OnnxOperators(recorder, "");
        string[] names = [.. model.Inputs.Select(input => input.Name).Where(input => model.Weights.All(weight => weight.Name != input))];
        var known = new Dictionary<string, ModelValue>();
        foreach (OnnxTensor weight in model.Weights)
        {
            known[weight.Name] = weight.ToFixed("");
        }
        long start = 0;
        for (int i = 0; i < names.Length && i < values.Length; i++)
        {
            Tensor value = values[i];
            if (!ofPicture[i])
            {
                known[names[i]] = new FixedTensor(names[i], value.alias()) { DeclaredType = inputs[i].Type };
            }
            else if (batch)
            {
                known[names[i]] = new PictureValue(recorder.Call("", new Reshape([-1, .. value.shape[1..]]), recorder.Input));
            }
            else
            {
                Node all = recorder.Call("", new Reshape([picture.numel()]), recorder.Input),
                    part = recorder.Call("", new Slice(0, start, start += value.numel(), 1), all);
                known[names[i]] = new PictureValue(recorder.Call("", new Reshape(value.shape), part));
            }
        }
        foreach (OnnxNode node in model.Nodes)
        {
            ModelValue[] read = [.. node.Inputs
                .Select(input => input.Length == 0 ? Absent.Value : known.GetValueOrDefault(input, Unknown.Value))];
            foreach (var (made, value) in node.Outputs.Zip(operators.Call(new OnnxCall(node, read, model.Opset), node.Type)))
            {
                known[made] = value;
            }
        }
        string? result = null;
        foreach (var (output, right) in model.Outputs.Zip(outputs))
        {
            if (known.GetValueOrDefault(output) is { } value && Value(value, recorder, picture) is { } found)
            {
                result = (result ?? "") + Difference(output, found, right.Read(""));
            }
        }
        return result;
    }

    private static Tensor? Value(ModelValue value, NetworkRecorder recorder, Tensor picture)
    {
        switch (value)
        {
            case FixedTensor known: return known.Value;
            case SizesValue { Scalar: var scalar } sizes:
                Tensor numbers = tensor(Array.ConvertAll(sizes.Sizes, size => size.At(picture.shape[0])));
                return scalar ? numbers[0] : numbers;
            case PictureValue { Node: var node }:
                // As it is: a softmax at the end stays.
                using (Network network = recorder.Build(new Head(node, null)))
                {
                    return Executor.Run(network, picture, [], track: false).Logits;
                }
            default: return null;
        }
    }

    private static string Difference(string output, Tensor found, Tensor right)
    {
        if (!found.shape.SequenceEqual(right.shape))
        {
            return $"{output} is [{string.Join(", ", found.shape)}], not [{string.Join(", ", right.shape)}]. ";
        }
        double[] these = Numbers(found), those = Numbers(right);
        int wrong = Enumerable.Range(0, these.Length)
            .FirstOrDefault(i => !(these[i].Equals(those[i]) || Math.Abs(these[i] - those[i]) <= 1e-5 + 1e-3 * Math.Abs(those[i])), -1);
        return wrong < 0 ? "" : $"{output} has {these[wrong]} at {wrong}, not {those[wrong]}. ";

        static double[] Numbers(Tensor tensor) => tensor.numel() == 0 ? [] : tensor.to(float64).contiguous().data<double>().ToArray();
    }
}
