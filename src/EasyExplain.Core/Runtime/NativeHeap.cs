using System.Runtime.InteropServices;

namespace EasyExplain.Runtime;

/// <summary>The C library's heap, in which native tensors and bitmaps live.</summary>
internal static partial class NativeHeap
{
    /// <summary>Gives memory that was freed back to the system, where that can be asked for (glibc); elsewhere nothing.</summary>
    /// <remarks>
    /// glibc has a pool of freed memory for every few threads, and gives back only what happens to lie at a pool's end. As work moves from
    /// thread to thread one pool after the other reaches its size, and a long run looks as if it leaked.
    /// </remarks>
    public static void Trim()
    {
        if (OperatingSystem.IsLinux() && NativeLibrary.TryLoad("libc.so.6", out nint library)
            && NativeLibrary.TryGetExport(library, "malloc_trim", out _))
        {
            _ = MallocTrim(0);
        }
    }

    [LibraryImport("libc.so.6", EntryPoint = "malloc_trim")]
    private static partial int MallocTrim(nint kept);
}
