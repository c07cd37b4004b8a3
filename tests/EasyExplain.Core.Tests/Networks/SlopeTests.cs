using EasyExplain.Networks;
using EasyExplain.Networks.Operators;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Networks;

/// <summary>Gradients of operators that are made of several of libtorch's, against what a small step changes.</summary>
public sealed class SlopeTests
{
    private static readonly (string Name, Func<Operator> Make)[] Operations =
    [
        ("RMSNorm", () => new RMSNorm(2, Filled(4, 5), 1e-3)),
        ("LogSumExp", () => new LogSumExp([1, 3], true)),
        ("SiLU", () => new SiLU { Alpha = 1.7 }),
        ("Interpolate", () => new Interpolate(2, Filled(7, 4))),
        ("Dequantize", () => new Dequantize(Filled(), null)),
    ];

    public static TheoryData<string> Names => [.. Operations.Select(operation => operation.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void TheGradient_IsTheSlope(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Generator(5, CPU);
        Operator @operator = Operations.Single(operation => operation.Name == name).Make();
        Tensor x = randn([2, 3, 4, 5], generator: generator), step = 1e-2f * randn([2, 3, 4, 5], generator: generator);
        Tensor tracked = x.detach().requires_grad_(true), y = @operator.Run([tracked]);
        Tensor upstream = randn(y.shape, generator: generator);
        float slope = (autograd.grad([y], [tracked], [upstream])[0] * step).sum().item<float>();
        float change = ((@operator.Run([x + step]) - @operator.Run([x - step])) * upstream).sum().item<float>() / 2;
        Assert.Equal(change, slope, 1e-2f * Math.Abs(change) + 1e-4f);
    }

    [Fact]
    public void ThroughAGrid_TheGradientGoesStraight_AndNotBeyondItsEnds()
    {
        using DisposeScope scope = NewDisposeScope();
        var grid = new Quantize(Of(0.5f), Of(1), 0, 10); // from −0.5 to 4.5
        Tensor x = tensor([-2f, -0.5f, 0.2f, 0.25f, 0.75f, 4.5f, 4.6f], requires_grad: true), steps = grid.Run([x]);
        Assert.Equal([0, 0, 1, 1, 3, 10, 10], steps.data<float>().ToArray()); // halves go to the even step before the zero point is added
        Assert.Equal([0, 2, 2, 2, 2, 2, 0], autograd.grad([steps.sum()], [x])[0].data<float>().ToArray());
    }

    private static Parameter Of(float value)
    {
        var parameter = new Parameter("x");
        parameter.Load(tensor(value));
        return parameter;
    }

    private static Parameter Filled(params long[] shape)
    {
        using var generator = new Generator(9, CPU);
        var parameter = new Parameter("x", shape);
        parameter.Load(randn(shape, generator: generator));
        return parameter;
    }
}
