using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Runtime;

/// <summary>Arithmetic of tensors with numbers that stay until libtorch has read them.</summary>
/// <remarks>
/// TorchSharp makes an object of libtorch's of every number beside a tensor, even of the 1 by which <c>a + b</c> multiplies b, and keeps no
/// hold of it. A garbage collection that another thread sets off may free it while libtorch reads it: then the call fails, or computes with
/// another number. So nothing in this engine writes <c>x + 1</c> or <c>a + b</c>; a test reads the compiled engine for it.
/// </remarks>
internal static class HeldNumbers
{
    /// <summary>1, held as long as the process lives.</summary>
    public static readonly Scalar One = 1;

    /// <summary>2, held as long as the process lives.</summary>
    public static readonly Scalar Two = 2;

    /// <summary>0, held as long as the process lives.</summary>
    public static readonly Scalar Zero = 0;

    /// <summary>a + b.</summary>
    public static Tensor Plus(this Tensor a, Tensor b) => a.add(b, One);

    /// <summary>a + b.</summary>
    public static Tensor Plus(this Tensor a, Scalar b) => a.add(b, One);

    /// <summary>a + b.</summary>
    public static Tensor Plus(this Tensor a, double b)
    {
        using Scalar held = b;
        return a.add(held, One);
    }

    /// <summary>b is added to a, which is given back.</summary>
    public static Tensor PlusInPlace(this Tensor a, Tensor b) => a.add_(b, One);

    /// <summary>a · b.</summary>
    public static Tensor Times(this Tensor a, double b)
    {
        using Scalar held = b;
        return a.mul(held);
    }

    /// <summary>a / b.</summary>
    public static Tensor Over(this Tensor a, double b)
    {
        using Scalar held = b;
        return a.div(held);
    }

    /// <summary>b − a.</summary>
    public static Tensor From(this Tensor a, double b) => a.neg().Plus(b);

    /// <summary>a to a fixed power.</summary>
    public static Tensor ToPower(this Tensor a, double b)
    {
        using Scalar held = b;
        return a.pow(held);
    }

    /// <summary>What is below the lowest or above the highest becomes that; null for no limit.</summary>
    public static Tensor Within(this Tensor a, double? lowest, double? highest)
    {
        using Scalar? low = lowest, high = highest;
        return a.clamp(low, high);
    }

    /// <summary>A number in the places where the mask is true.</summary>
    public static Tensor Filled(this Tensor a, Tensor mask, double number)
    {
        using Scalar held = number;
        return a.masked_fill(mask, held);
    }

    /// <summary>A tensor of one number.</summary>
    public static Tensor FullOf(double number, ReadOnlySpan<long> shape, ScalarType type = ScalarType.Float32)
    {
        using Scalar held = number;
        return full(shape, held, dtype: type);
    }

    /// <summary>0, 1, 2, … below <paramref name="count"/>.</summary>
    public static Tensor Counting(long count, ScalarType type = ScalarType.Int64) => Counting(0, count, 1, type);

    /// <summary>first, first + step, … before end.</summary>
    public static Tensor Counting(double first, double end, double step, ScalarType type)
    {
        using Scalar start = first, stop = end, by = step;
        return arange(start, stop, by, dtype: type);
    }
}
