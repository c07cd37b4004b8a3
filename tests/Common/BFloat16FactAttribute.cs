using System.Runtime.Intrinsics.X86;

namespace EasyExplain.Tests;

/// <summary>A test that computes in bfloat16; skipped, with the reason, where the CPU has no instructions for it.</summary>
internal sealed class BFloat16FactAttribute : FactAttribute
{
    public BFloat16FactAttribute() => Skip = WhyNot;

    /// <summary>The reason, or null.</summary>
    internal static string? WhyNot { get; } = X86Base.IsSupported && X86Base.CpuId(7, 0).Eax >= 1 && (X86Base.CpuId(7, 1).Eax & 1 << 5) != 0
        ? null : "this CPU has no AVX512_BF16";
}

/// <summary>The same for several cases.</summary>
internal sealed class BFloat16TheoryAttribute : TheoryAttribute
{
    public BFloat16TheoryAttribute() => Skip = BFloat16FactAttribute.WhyNot;
}
