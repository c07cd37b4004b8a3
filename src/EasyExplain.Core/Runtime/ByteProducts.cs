using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace EasyExplain.Runtime;

/// <summary>Whether this CPU has instructions that add up products of bytes: VNNI, or the dot product of Arm.</summary>
internal static class ByteProducts
{
    // CPUID leaf 7.0, ECX, bit 11: AVX512_VNNI; leaf 7.1, EAX, bit 4: AVX-VNNI (Intel, Software Developer's Manual, volume 2A, CPUID)
    private const int Features = 7, Avx512Vnni = 11, AvxVnni = 4;

    private static readonly bool s_has = Dp.IsSupported || (X86Base.IsSupported && X86Base.CpuId(0, 0).Eax >= Features
        && ((Avx512F.IsSupported && (X86Base.CpuId(Features, 0).Ecx >> Avx512Vnni & 1) == 1)
            || (Avx2.IsSupported && X86Base.CpuId(Features, 0).Eax >= 1 && (X86Base.CpuId(Features, 1).Eax >> AvxVnni & 1) == 1)));

    /// <summary>True where bytes are faster than float32.</summary>
    public static bool AreFast => Supposed ?? s_has;

    /// <summary>What a test supposes of the CPU; null for what it is.</summary>
    internal static bool? Supposed { get; set; }
}
