using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace EasyExplain.Runtime;

/// <summary>What an x86 CPU, or the virtual machine in its place, says of itself as far as it matters here.</summary>
/// <param name="Vendor">Twelve letters, such as <c>GenuineIntel</c>; empty for another kind of CPU.</param>
/// <param name="TellsCaches">Whether it describes its caches in the leaf that its vendor has for them.</param>
internal readonly record struct CpuReport(string Vendor, bool TellsCaches)
{
    /// <summary>The vendor name of AMD's.</summary>
    public const string Amd = "AuthenticAMD";

    // AMD64 Architecture Programmer's Manual, volume 3, appendix E.4.15, and Intel's Software Developer's Manual, volume 2A, CPUID: both
    // have the type of the first cache in bits 0 to 4 of EAX, and 0 for none.
    private const int LargestExtendedLeaf = unchecked((int)0x80000000), AmdCaches = unchecked((int)0x8000001D), IntelCaches = 4,
        TypeMask = 0x1F;

    /// <summary>Asks this machine.</summary>
    public static CpuReport Read()
    {
        if (!X86Base.IsSupported)
        {
            return new CpuReport("", TellsCaches: true);
        }
        (int largest, int first, int last, int middle) = X86Base.CpuId(0, 0);
        string vendor = System.Text.Encoding.ASCII.GetString(MemoryMarshal.AsBytes<int>([first, middle, last]));
        int leaf = vendor == Amd ? AmdCaches : IntelCaches;
        bool has = vendor == Amd ? (uint)X86Base.CpuId(LargestExtendedLeaf, 0).Eax >= (uint)leaf : largest >= leaf;
        return new CpuReport(vendor, has && (X86Base.CpuId(leaf, 0).Eax & TypeMask) != 0);
    }
}
