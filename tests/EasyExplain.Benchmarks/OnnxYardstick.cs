using EasyExplain.Models;
using EasyExplain.Networks;
using EasyExplain.Networks.Engines.OnnxRuntime;
using Microsoft.ML.OnnxRuntime;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Benchmarks;

/// <summary>
/// ONNX Runtime's inference of a whole network as imported, float32, with as many threads as libtorch and else its default options.
/// </summary>
internal sealed class OnnxYardstick(CamModel model, Tensor input) : IDisposable
{
    private readonly InferenceSession _session = Session(model.Network, input.shape);
    private readonly float[] _pixels = input.data<float>().ToArray();
    private readonly long[] _shape = input.shape;

    /// <summary>One inference; the logits are in the result.</summary>
    public IDisposable Run()
    {
        using var run = new RunOptions();
        using OrtValue picture = OrtValue.CreateTensorValueFromMemory(_pixels, _shape);
        return _session.Run(run, _session.InputNames, [picture], _session.OutputNames);
    }

    public void Dispose() => _session.Dispose();

    /// <summary>The network as an .onnx file.</summary>
    public static byte[] Bytes(Network network, long[] shape)
    {
        IReadOnlyDictionary<Node, long[]> shapes = network.Shapes(shape[1..]);
        using DisposeScope scope = NewDisposeScope();
        var graph = new OnnxGraph();
        var values = new Dictionary<Node, string> { [network.Input] = graph.Input(shapes[network.Input]) };
        foreach (Node node in network.Nodes.Skip(1))
        {
            if (!graph.TryAdd(node, values, shapes[node]))
            {
                throw new NotSupportedException($"{node.Operator.Type} '{node.Name}' has no form in ONNX here.");
            }
        }
        graph.Output(values[network.Output]);
        return graph.ToBytes();
    }

    private static InferenceSession Session(Network network, long[] shape)
    {
        Telemetry.SwitchOff();
        using var options = new SessionOptions { IntraOpNumThreads = get_num_threads() };
        return new InferenceSession(Bytes(network, shape), options);
    }
}
