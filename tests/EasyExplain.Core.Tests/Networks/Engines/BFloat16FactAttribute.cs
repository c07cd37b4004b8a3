using EasyExplain.Networks.Engines.OneDnn;

namespace EasyExplain.Tests.Networks.Engines;

/// <summary>A test that computes in bfloat16; skipped, with the reason, where this machine cannot, or computes wrong numbers.</summary>
internal sealed class BFloat16FactAttribute : FactAttribute
{
    public BFloat16FactAttribute() => Skip = BFloat16.WhyNot;
}

/// <summary>The same for several cases.</summary>
internal sealed class BFloat16TheoryAttribute : TheoryAttribute
{
    public BFloat16TheoryAttribute() => Skip = BFloat16.WhyNot;
}
