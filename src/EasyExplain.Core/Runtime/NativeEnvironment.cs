using System.Runtime.InteropServices;

namespace EasyExplain.Runtime;

/// <summary>The environment variables that native libraries see. On Unix, .NET's own are a copy that C's getenv does not know.</summary>
internal static partial class NativeEnvironment
{
    /// <summary>Sets a variable for libraries that have not read it yet, and for processes started by native code.</summary>
    public static void Set(string name, string value)
    {
        if (OperatingSystem.IsWindows())
        {
            Environment.SetEnvironmentVariable(name, value);
        }
        else
        {
            _ = SetEnv(name, value, overwrite: 1);
        }
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnv(string name, string value, int overwrite);
}
