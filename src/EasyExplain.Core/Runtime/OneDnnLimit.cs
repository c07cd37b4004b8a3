namespace EasyExplain.Runtime;

/// <summary>
/// Which instructions oneDNN, with which libtorch convolves, may use: fewer where its code for the others computes wrong numbers.
/// </summary>
/// <remarks>
/// oneDNN divides its work by the sizes of the caches. On AMD's CPUs it believes the CPUID leaf 0x8000001D without a look at whether there
/// is one; virtual machines without the topology extension have zeros there, and so caches of one byte. Convolutions with few channels are
/// then wrong by their own size, in AVX2 and in AVX-512, and the gradient of a strided 1 × 1 convolution ends the process. On other
/// vendors' CPUs it guesses where nothing is told, and is right. AVX is the most that was right: none of 1,887 shapes was wrong.
/// </remarks>
internal static class OneDnnLimit
{
    /// <summary>oneDNN's own name for the choice, read when the first convolution is made.</summary>
    public const string Variable = "ONEDNN_MAX_CPU_ISA";

    /// <summary>Its older name, which oneDNN still reads.</summary>
    public const string OldVariable = "DNNL_MAX_CPU_ISA";

    private static string? _untold;

    /// <summary>What the user has chosen; null for nothing.</summary>
    public static string? Users => Environment.GetEnvironmentVariable(Variable) ?? Environment.GetEnvironmentVariable(OldVariable);

    /// <summary>The limit for a CPU; null where none is needed, or the user has chosen.</summary>
    public static string? For(CpuReport cpu, string? users) =>
        users is null && cpu is { Vendor: CpuReport.Amd, TellsCaches: false } ? "AVX" : null;

    /// <summary>Tells oneDNN, which must not have computed anything yet.</summary>
    public static void Set()
    {
        string? limit = For(CpuReport.Read(), Users);
        NativeEnvironment.Put(Variable, limit);
        // What PowerShell's $env: says would not reach it otherwise.
        NativeEnvironment.PutOwn(Variable, OldVariable);
        _untold = limit is null ? null
            : $"This machine does not tell the sizes of its caches, as some virtual machines do not. libtorch's fastest convolutions are " +
            $"wrong there, so it is held to {limit} " +
              $"instructions; {Variable}, set before the first model is imported, decides otherwise. ONNX Runtime, which does most of " +
              $"the work, is right and as fast as ever.";
    }

    /// <summary>Says what was chosen, if anything was, to the first who asks.</summary>
    public static void Tell(Action<string> explain)
    {
        if (Interlocked.Exchange(ref _untold, null) is { } sentence)
        {
            explain(sentence);
        }
    }
}
