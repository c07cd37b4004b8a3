using EasyExplain.Models;
using EasyExplain.Networks;
using Microsoft.ML.OnnxRuntime;
using static TorchSharp.torch;

namespace EasyExplain.Benchmarks;

/// <summary>ONNX Runtime's inference of a whole network as imported, float32, with as many threads as libtorch and else its default options.</summary>
internal sealed class OnnxYardstick(CamModel model, Tensor input)
{
    private readonly InferenceSession _session = Session(model.Network);
    private readonly float[] _pixels = input.data<float>().ToArray();
    private readonly long[] _shape = input.shape;

    /// <summary>One inference; the logits are in the result.</summary>
    public IDisposable Run()
    {
        using var run = new RunOptions();
        using OrtValue picture = OrtValue.CreateTensorValueFromMemory(_pixels, _shape);
        return _session.Run(run, _session.InputNames, [picture], _session.OutputNames);
    }

    private static InferenceSession Session(Network network) => throw new NotImplementedException($"{network.Nodes.Count} nodes");
}
