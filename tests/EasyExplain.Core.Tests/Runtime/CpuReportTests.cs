using System.Runtime.Intrinsics.X86;
using EasyExplain.Runtime;

namespace EasyExplain.Tests.Runtime;

public class CpuReportTests
{
    /// <summary>Linux reads the same registers, and says what it read.</summary>
    [ProcCpuInfoFact]
    public void TheVendor_IsTheOneThatTheSystemSees() =>
        Assert.Equal(File.ReadLines("/proc/cpuinfo").First(line => line.StartsWith("vendor_id", StringComparison.Ordinal)).Split(':')[1]
            .Trim(), CpuReport.Read().Vendor);
}

/// <summary>A test that compares with what Linux says of an x86 CPU.</summary>
internal sealed class ProcCpuInfoFactAttribute : FactAttribute
{
    public ProcCpuInfoFactAttribute() => Skip = X86Base.IsSupported && File.Exists("/proc/cpuinfo") ? null : "needs Linux on an x86 CPU";
}
