using EasyExplain.Networks;
using EasyExplain.Networks.Engines.OnnxRuntime;
using EasyExplain.Networks.Operators;
using EasyExplain.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Networks.Engines;

/// <summary>
/// A transposed convolution with a stride, whose phases ONNX Runtime computes one beside the other where its filters are large.
/// </summary>
public sealed class TransposedConvolutionTests
{
    [Theory]
    [InlineData(7, 2, 3, 1)] // the way back of a ResNet's first layer
    [InlineData(7, 2, 3, 0)]
    [InlineData(5, 2, 0, 1)]
    [InlineData(11, 4, 2, 3)] // and of AlexNet's
    [InlineData(5, 3, 1, 2)]
    [InlineData(3, 2, 1, 1)]
    public void ItsForm_ComputesTheSame(long kernel, long stride, long padding, long rest)
    {
        NativeLibraries.LoadTorch();
        using DisposeScope scope = NewDisposeScope();
        var weight = new Parameter("weight", 6, 3, kernel, kernel);
        weight.Load(randn(6, 3, kernel, kernel));
        var bias = new Parameter("bias", 3);
        bias.Load(randn(3));
        var input = new Node(new Input(), [], "");
        var node = new Node(new ConvTranspose2d(weight, bias, stride, padding, (rest, 0), 1), [input], "back");
        long[] shape = [6, 7, 9];
        using OnnxRuntimePart part = OnnxRuntimePart.Compile([input, node], [input], [node],
            new Dictionary<Node, long[]> { [input] = shape, [node] = node.Operator.OutputShape([shape]) })!;
        Tensor x = randn(2, 6, 7, 9);
        Assert.True(node.Operator.Run([x]).allclose(part.Run([x], default).Single(), rtol: 1e-4, atol: 1e-5));
    }
}
