using System.Runtime.InteropServices;

namespace EasyExplain.Runtime;

/// <summary>The environment that native libraries read: the environment of .NET is a copy on Unix, which C's getenv does not see.</summary>
internal static partial class NativeEnvironment
{
    /// <summary>Makes a variable known to libraries that have not read it yet; nothing to do for null.</summary>
    public static void Put(string name, string? value)
    {
        if (value is null)
        {
            return;
        }
        if (OperatingSystem.IsWindows())
        {
            Environment.SetEnvironmentVariable(name, value);
        }
        else
        {
            _ = SetEnv(name, value, overwrite: 1);
        }
    }

    /// <summary>The same for what .NET's environment says, which PowerShell's <c>$env:</c> sets.</summary>
    public static void PutOwn(params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            Put(name, Environment.GetEnvironmentVariable(name));
        }
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnv(string name, string value, int overwrite);
}
