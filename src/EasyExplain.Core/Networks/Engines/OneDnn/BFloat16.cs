using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using EasyExplain.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Networks.Engines.OneDnn;

/// <summary>Whether this machine multiplies bfloat16, float32 with its last 16 bits cut off, faster than float32, and right.</summary>
internal static class BFloat16
{
    // CPUID leaf 7.1, EAX, bit 5: AVX512_BF16 (Intel, Software Developer's Manual, volume 2A, CPUID)
    private const int Features = 7, Bit = 5;

    private const double Tolerance = 1.0 / 32; // of the largest value; a few roundings of 2⁻⁸ each

    private static readonly Lazy<string?> Finding = new(() => !HasInstructions ? "this CPU has no instructions for it (AVX512_BF16)"
        : IsRight() ? null : "oneDNN, which would compute it, gives wrong results on this machine, or none");

    /// <summary>
    /// Why convolutions in bfloat16 cannot be used here, as the end of a sentence; null where they can. Loads libtorch where the CPU has
    /// the instructions.
    /// </summary>
    public static string? WhyNot => Finding.Value;

    private static bool HasInstructions { get; } = X86Base.IsSupported && Avx512F.IsSupported
        && X86Base.CpuId(0, 0).Eax >= Features && X86Base.CpuId(Features, 0).Eax >= 1 && (X86Base.CpuId(Features, 1).Eax >> Bit & 1) == 1;

    /// <summary>Computes two known convolutions, and compares them with those of the same rounded numbers in float64.</summary>
    private static bool IsRight()
    {
        NativeLibraries.LoadTorch();
        using DisposeScope scope = NewDisposeScope();
        using IDisposable untracked = no_grad();
        using var random = new Generator(0, CPU);
        try
        {
            return IsRight(3, 8, 7) && IsRight(64, 64, 9);
        }
        catch (Exception e) when (e is ExternalException or EntryPointNotFoundException or NotSupportedException)
        {
            return false;
        }

        bool IsRight(long channels, long kernels, long side)
        {
            Tensor input = randn([1, channels, side, side], generator: random).to(bfloat16),
                weight = randn([kernels, channels, 3, 3], generator: random).to(bfloat16);
            using var convolution = new HalfConvolution(weight.to(float32), null, 1, 1, 1, [channels, side, side]);
            Tensor expected = nn.functional.conv2d(input.to(float64), weight.to(float64), padding: [1, 1]);
            Tensor actual = convolution.Run(input.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2), null, relu: false).to(float64);
            return ((actual - expected).abs().max() / expected.abs().max()).item<double>() <= Tolerance;
        }
    }
}
