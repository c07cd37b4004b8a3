using System.Runtime.InteropServices;

namespace EasyExplain.Runtime;

/// <summary>Tells what stands under a path that is no file. A named pipe would be waited at for ever, a device may have no end.</summary>
internal static unsafe partial class FileKind
{
    private const int TypeMask = 0xF000;

    /// <summary>Such as <c>a named pipe</c>; null for a file, a folder, and what is not there.</summary>
    internal static string? Other(string path) => (TypeOf(path) & TypeMask) switch
    {
        0x1000 => "a named pipe",
        0x2000 or 0x6000 => "a device",
        0xC000 => "a socket",
        _ => null,
    };

    /// <summary>Refuses what is no file.</summary>
    /// <exception cref="IOException">It is a named pipe, a device or a socket.</exception>
    internal static void DemandFile(string path)
    {
        if (Other(path) is { } kind)
            throw new IOException($"'{path}' is {kind}, not a file.");
    }

    /// <summary>The bits that say what it is, as sys/stat.h has them; 0 where the system does not say.</summary>
    private static int TypeOf(string path)
    {
        byte* said = stackalloc byte[512]; // either structure is shorter
        try
        {
            if (OperatingSystem.IsLinux())
            {
                const int currentFolder = -100, typeOnly = 1, modeAt = 28;
                return Statx(currentFolder, path, 0, typeOnly, said) == 0 ? *(ushort*)(said + modeAt) : 0;
            }
            if (OperatingSystem.IsMacOS() && RuntimeInformation.ProcessArchitecture == Architecture.Arm64)
            {
                const int modeAt = 4;
                return Stat(path, said) == 0 ? *(ushort*)(said + modeAt) : 0;
            }
        }
        catch (Exception e) when (e is EntryPointNotFoundException or DllNotFoundException)
        {
        }
        return 0;
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int folder, string path, int flags, uint wanted, byte* said);

    [LibraryImport("libc", EntryPoint = "stat", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Stat(string path, byte* said);
}
