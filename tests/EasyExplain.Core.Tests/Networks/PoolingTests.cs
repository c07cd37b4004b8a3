using EasyExplain.Networks;
using EasyExplain.Networks.Operators;
using EasyExplain.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Networks;

public class PoolingTests
{
    static PoolingTests() => NativeLibraries.LoadTorch();

    public static TheoryData<Operator> Windows =>
    [
        new MaxPool2d(3, 2, 0, CeilMode: false), new MaxPool2d(3, 2, 1, CeilMode: false),
        new MaxPool2d(2, 2, 0, CeilMode: true), new MaxPool2d(3, 2, 0, CeilMode: true), new MaxPool2d(3, 2, 1, CeilMode: true),
        new MaxPool2d(2, 3, 1, CeilMode: true), new MaxPool2d(3, 4, 1, CeilMode: true), new MaxPool2d(3, 1, 1, CeilMode: true),
        new AvgPool2d(2, 2, 0), new AvgPool2d(3, 1, 1), new AvgPool2d(5, 3, 2),
        new Conv2d(Ones(2, 1, 3, 3), null, 2, 1, 1), new Conv2d(Ones(2, 1, 1, 7), null, 1, (0, 3), 1),
        new Conv2d(Ones(2, 1, 3, 1), null, 2, (1, 0), 1),
    ];

    /// <summary>libtorch itself is the reference: the shapes it gives, and the sizes it refuses.</summary>
    [Theory]
    [MemberData(nameof(Windows))]
    public void OutputShape_IsTheShapeThatRunGives_ForEverySize(Operator @operator)
    {
        for (long height = 1; height <= 12; height++)
        {
            for (long width = 1; width <= 12; width += 3)
            {
                using DisposeScope scope = NewDisposeScope();
                Assert.Equal(Real(@operator, height, width), Declared(@operator, height, width));
            }
        }
    }

    [Fact]
    public void CeilMode_LetsTheLastWindowReachBeyondTheEdge()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor picture = arange(24, float32).view(1, 1, 4, 6)[TensorIndex.Ellipsis, ..5];
        Assert.Equal([7, 9, 10, 19, 21, 22], Values(new MaxPool2d(2, 2, 0, CeilMode: true).Run([picture])));
        Assert.Equal([7, 9, 19, 21], Values(new MaxPool2d(2, 2, 0, CeilMode: false).Run([picture])));
    }

    [Fact]
    public void AvgPool2d_CountsTheZerosOfThePadding()
    {
        using DisposeScope scope = NewDisposeScope();
        float[] means = Values(new AvgPool2d(3, 1, 1).Run([ones(1, 1, 3, 3)]));
        Assert.Equal([4 / 9f, 6 / 9f, 4 / 9f, 6 / 9f, 1, 6 / 9f, 4 / 9f, 6 / 9f, 4 / 9f], means);
    }

    [Fact]
    public void AFlatKernel_SumsAlongItsRow()
    {
        using DisposeScope scope = NewDisposeScope();
        float[] sums = Values(new Conv2d(Ones(1, 1, 1, 3), null, 1, (0, 1), 1).Run([arange(6, float32).view(1, 1, 2, 3)]));
        Assert.Equal([1, 3, 3, 7, 12, 9], sums);
    }

    [Fact]
    public void ASideThatIsTooSmall_IsNamed()
    {
        var error = Assert.Throws<ArgumentException>(() => new MaxPool2d(3, 2, 0, CeilMode: true).OutputShape([[8, 9, 1]]));
        Assert.Contains("1 pixels", error.Message, StringComparison.Ordinal);
    }

    private static string Declared(Operator @operator, long height, long width)
    {
        try
        {
            return string.Join(',', @operator.OutputShape([[1, height, width]]));
        }
        catch (ArgumentException)
        {
            return "refused";
        }
    }

    private static string Real(Operator @operator, long height, long width)
    {
        try
        {
            return string.Join(',', @operator.Run([ones(1, 1, height, width)]).shape.Skip(1));
        }
        catch (System.Runtime.InteropServices.ExternalException)
        {
            return "refused";
        }
    }

    private static Parameter Ones(params long[] shape)
    {
        NativeLibraries.LoadTorch();
        var parameter = new Parameter("weight", shape);
        parameter.Load(ones(shape));
        return parameter;
    }

    private static float[] Values(Tensor tensor) => tensor.contiguous().data<float>().ToArray();
}
