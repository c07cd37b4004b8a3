using System.Globalization;
using TorchSharp;
using static EasyExplain.Runtime.HeldNumbers;
using static TorchSharp.torch;

namespace EasyExplain.Runtime;

/// <summary>
/// Whether libtorch convolves right on this machine: known convolutions, forward and back, against those that it computes in float64.
/// </summary>
/// <remarks>
/// float64 takes other code than float32, without oneDNN. The shapes are among those that oneDNN got wrong where it was misled (see
/// <see cref="OneDnnLimit"/>), and none of those that ended the process.
/// </remarks>
internal static class ConvolutionCheck
{
    /// <summary>
    /// How far a result may be off, of the largest value. Rounding is some 1e-6; wrong ones were off by a tenth at least.
    /// </summary>
    private const double Tolerance = 1e-3;

    // Pictures in a batch, channels in and out, side in pixels, side of the kernel, stride, padding, groups. From 16 pictures on libtorch
    // calls oneDNN for every shape, whatever the number of threads.
    private static readonly (int N, int C, int K, int Side, int Kernel, int Stride, int Padding, int Groups)[] Shapes =
    [
        (16, 3, 8, 7, 3, 1, 1, 1),
        (16, 4, 6, 7, 3, 1, 0, 1),
        (16, 24, 24, 5, 3, 1, 1, 1),
    ];

    private static readonly Lazy<string?> Finding = new(() => Find(Libtorchs));

    /// <summary>A convolution without a bias.</summary>
    /// <param name="input"><c>[N, C, H, W]</c>.</param>
    /// <param name="weight"><c>[K, C / groups, kernel height, kernel width]</c>.</param>
    /// <param name="stride">In pixels.</param>
    /// <param name="padding">In pixels.</param>
    /// <param name="groups">Into how many groups the channels fall.</param>
    internal delegate Tensor Convolution(Tensor input, Tensor weight, long stride, long padding, long groups);

    /// <summary>Computes them, once in a process; nothing happens where they are right.</summary>
    /// <exception cref="DeviceException">One of them is wrong.</exception>
    public static void Demand() => Demand(Finding.Value);

    /// <summary>Throws where something was found.</summary>
    internal static void Demand(string? finding)
    {
        if (finding is not null)
        {
            string advice = OneDnnLimit.Users is { } users
                ? $"The environment says '{users}' for {OneDnnLimit.Variable} (or {OneDnnLimit.OldVariable}): unset that, or set it to " +
                $"AVX, or to SSE41, which is slower."
                : $"Set the environment variable {OneDnnLimit.Variable} to AVX, or to SSE41, which is slower.";
            throw new DeviceException(DeviceFault.WrongConvolutions,
                $"libtorch computes wrong numbers on this machine: {finding}. A map made of them would be wrong, so none is made. " +
                $"{advice} Then start a new session.");
        }
    }

    /// <summary>What is wrong with such a convolution, first of all; null for nothing.</summary>
    internal static string? Find(Convolution convolve)
    {
        using DisposeScope scope = NewDisposeScope();
        using var random = new Generator(0, CPU);
        foreach (var (n, c, k, side, kernel, stride, padding, groups) in Shapes)
        {
            Tensor input = randn([n, c, side, side], generator: random), weight = randn([k, c / groups, kernel, kernel], generator: random);
            (Tensor output, Tensor gradient) = Both(convolve, input, weight, stride, padding, groups);
            (Tensor expected, Tensor expectedGradient) = Both(Libtorchs, input.to(float64), weight.to(float64), stride, padding, groups);
            string what = $"of a convolution of {c} channels to {k} by {kernel}×{kernel}{(stride > 1 ? $" and a stride of {stride}" : "")}";
            if (Off(output, expected) is { } off)
            {
                return $"the result {what} is {off}";
            }
            if (Off(gradient, expectedGradient) is { } gradientOff)
            {
                return $"the gradient {what} is {gradientOff}";
            }
        }
        return null;
    }

    private static Tensor Libtorchs(Tensor input, Tensor weight, long stride, long padding, long groups) =>
        nn.functional.conv2d(input, weight, strides: [stride, stride], padding: [padding, padding], groups: groups);

    /// <summary>The result, and the gradient of the sum of its squares with respect to the input.</summary>
    private static (Tensor, Tensor) Both(Convolution convolve, Tensor input, Tensor weight, long stride, long padding, long groups)
    {
        using IDisposable tracked = enable_grad();
        Tensor leaf = input.alias().requires_grad_(true);
        Tensor output = convolve(leaf, weight, stride, padding, groups);
        return (output.detach(), autograd.grad([output.pow(Two).sum()], [leaf])[0]);
    }

    /// <summary>How far a tensor is off; null where it is right.</summary>
    private static string? Off(Tensor actual, Tensor expected)
    {
        double off = ((actual.to(float64) - expected).abs().max() / expected.abs().max()).item<double>();
        return off <= Tolerance ? null
            : double.IsFinite(off) ? string.Create(CultureInfo.InvariantCulture, $"off by {off:P1} of its largest value")
            : "not a number";
    }
}
