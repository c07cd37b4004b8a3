using System.Runtime.Intrinsics.X86;

namespace EasyExplain.Networks.OneDnn;

/// <summary>Whether this machine multiplies bfloat16, float32 with its last 16 bits cut off, faster than float32.</summary>
internal static class BFloat16
{
    private const int Features = 7, Bit = 5; // CPUID leaf 7.1, EAX, bit 5: AVX512_BF16 (Intel, Software Developer's Manual, volume 2A, CPUID)

    /// <summary>True where the CPU has AVX512_BF16.</summary>
    public static bool IsSupported { get; } = X86Base.IsSupported && Avx512F.IsSupported
        && X86Base.CpuId(0, 0).Eax >= Features && X86Base.CpuId(Features, 0).Eax >= 1 && (X86Base.CpuId(Features, 1).Eax >> Bit & 1) == 1;
}
