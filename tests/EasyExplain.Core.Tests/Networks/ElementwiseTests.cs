using EasyExplain.Networks;
using EasyExplain.Networks.Operators;
using EasyExplain.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Networks;

public class ElementwiseTests
{
    private static readonly double[] X = [-4, -3, -1.5, -0.25, 0, 0.5, 2, 3, 5, 7];

    /// <summary>What PyTorch 1.13 makes of <see cref="X"/>, in float64.</summary>
    public static TheoryData<Operator, double[]> Activations => new()
    {
        { new ReLU(), [0, 0, 0, 0, 0, 0.5, 2, 3, 5, 7] },
        { new ReLU6(), [0, 0, 0, 0, 0, 0.5, 2, 3, 5, 6] },
        { new Sigmoid(), [0.01798621, 0.04742587, 0.1824255, 0.4378235, 0.5, 0.6224593, 0.8807971, 0.9525741, 0.9933071, 0.9990889] },
        { new SiLU(), [-0.07194484, -0.1422776, -0.2736383, -0.1094559, 0, 0.3112297, 1.761594, 2.857722, 4.966536, 6.993623] },
        { new Hardsigmoid(), [0, 0, 0.25, 0.4583333, 0.5, 0.5833333, 0.8333333, 1, 1, 1] },
        { new Hardswish(), [0, 0, -0.375, -0.1145833, 0, 0.2916667, 1.666667, 3, 5, 7] },
    };

    public ElementwiseTests() => NativeLibraries.LoadTorch();

    [Theory]
    [MemberData(nameof(Activations))]
    public void Activations_GiveTheNumbersOfPyTorch_AndLeaveTheirInput(Operator activation, double[] expected)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = tensor(X);
        Assert.Equal(expected, activation.Run([x]).data<double>(), (a, b) => Math.Abs(a - b) < 1e-6);
        Assert.Equal(X, x.data<double>());
    }

    [Fact]
    public void AFactorAChannel_ScalesTheWholeChannel_FromEitherSide()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = arange(12, dtype: ScalarType.Float32).view(1, 2, 2, 3);
        Tensor factors = tensor(new float[] { 10, -1 }).view(1, 2, 1, 1);
        float[] expected = [0, 10, 20, 30, 40, 50, -6, -7, -8, -9, -10, -11];
        var multiply = new Multiply();
        foreach (Tensor[] inputs in new Tensor[][] { [x, factors], [factors, x] })
        {
            Tensor product = multiply.Run(inputs);
            Assert.Equal(expected, product.data<float>());
            Assert.Equal(product.shape[1..], multiply.OutputShape([.. inputs.Select(input => input.shape[1..])]));
        }
    }
}
