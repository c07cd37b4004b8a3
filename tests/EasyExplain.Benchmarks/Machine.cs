using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Text;
using EasyExplain.Runtime;
using static TorchSharp.torch;

namespace EasyExplain.Benchmarks;

/// <summary>The machine that was measured on, as far as times depend on it, in a line.</summary>
internal static class Machine
{
    // Intel's Software Developer's Manual, volume 2A, CPUID; AMD's manual, volume 3, appendix E, has the same.
    private const int Signature = 1, Features = 7, LargestExtended = unchecked((int)0x80000000), NameFirst = unchecked((int)0x80000002),
        NameLast = NameFirst + 2;

    /// <summary>Its CPU, the vectors that matter, whether it tells its caches, the threads, and what libtorch is held to.</summary>
    public static string Line { get; } = Read();

    private static string Read()
    {
        NativeLibraries.LoadTorch(); // which decides how many threads there are
        string threads = string.Create(CultureInfo.InvariantCulture, $"{get_num_threads()} threads of {Environment.ProcessorCount} cores");
        if (!X86Base.IsSupported)
        {
            return $"{RuntimeInformation.ProcessArchitecture} CPU, {(ByteProducts.AreFast ? "dot products of bytes" : "none of bytes")}; " +
                threads;
        }
        CpuReport cpu = CpuReport.Read();
        string? limit = OneDnnLimit.Users ?? OneDnnLimit.For(cpu, OneDnnLimit.Users);
        return $"{Name()}, {Kind()}: {string.Join(", ", Vectors())}; {(cpu.TellsCaches ? "tells" : "does not tell")} the sizes of its " +
            $"caches; {threads}; {(limit is null ? "libtorch may use all of it" : $"libtorch is held to {limit}")}";
    }

    private static string Name()
    {
        if ((uint)X86Base.CpuId(LargestExtended, 0).Eax < unchecked((uint)NameLast))
        {
            return CpuReport.Read().Vendor;
        }
        int[] letters = [.. Enumerable.Range(NameFirst, 3).SelectMany(leaf =>
        {
            (int a, int b, int c, int d) = X86Base.CpuId(leaf, 0);
            return new[] { a, b, c, d };
        })];
        string name = Encoding.ASCII.GetString(MemoryMarshal.AsBytes<int>(letters)).Split('\0')[0];
        return string.Join(' ', name.Replace("(R)", "", StringComparison.Ordinal).Replace("(TM)", "", StringComparison.Ordinal)
            .Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    /// <summary>Since the name of a virtual CPU often says nothing.</summary>
    private static string Kind()
    {
        int signature = X86Base.CpuId(Signature, 0).Eax, family = signature >> 8 & 0xF, model = signature >> 4 & 0xF;
        bool isExtended = family is 6 or 15;
        return string.Create(CultureInfo.InvariantCulture, $"family {(family == 15 ? family + (signature >> 20 & 0xFF) : family)} " +
            $"model {(isExtended ? model + (signature >> 12 & 0xF0) : model)}");
    }

    /// <summary>By .NET's word where there is one: it heeds the operating system, and the switches by which a user forbids them.</summary>
    private static IEnumerable<string> Vectors()
    {
        (int largest, _, _, _) = X86Base.CpuId(0, 0);
        (int further, _, int ecx, int edx) = largest < Features ? default : X86Base.CpuId(Features, 0);
        int second = further < 1 ? 0 : X86Base.CpuId(Features, 1).Eax;
        return new (string Name, bool Is)[]
        {
            ("AVX2", Avx2.IsSupported),
            ("AVX-512", Avx512F.IsSupported),
            ("AVX512_VNNI", Avx512F.IsSupported && Bit(ecx, 11)),
            ("AVX-VNNI", Avx2.IsSupported && Bit(second, 4)),
            ("AVX512_BF16", Avx512F.IsSupported && Bit(second, 5)),
            ("AVX512_FP16", Avx512F.IsSupported && Bit(edx, 23)),
            ("AMX", Bit(edx, 24)),
        }.Where(vector => vector.Is).Select(vector => vector.Name).DefaultIfEmpty("no AVX2");

        static bool Bit(int register, int bit) => (register >> bit & 1) == 1;
    }
}
