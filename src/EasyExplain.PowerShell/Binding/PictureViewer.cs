using System.ComponentModel;
using System.Diagnostics;

namespace EasyExplain.PowerShell.Binding;

/// <summary>The program that the user's desktop opens pictures, or pages, with.</summary>
internal static class PictureViewer
{
    /// <summary>Opens a file; does not wait until it is closed.</summary>
    /// <param name="path">The file.</param>
    /// <param name="advice">What can be done where it does not open.</param>
    /// <exception cref="InvalidOperationException">There is no desktop, or nothing that opens such files.</exception>
    public static void Open(string path, string advice)
    {
        // Without a desktop, Linux's xdg-open would look for a browser to run in the terminal.
        if (!OperatingSystem.IsWindows() && !OperatingSystem.IsMacOS() && Lacks("DISPLAY") && Lacks("WAYLAND_DISPLAY"))
        {
            throw new InvalidOperationException(
                $"No viewer was opened: this session has no desktop (neither DISPLAY nor WAYLAND_DISPLAY is set). {advice}");
        }
        try
        {
            using Process? viewer = Process.Start(new ProcessStartInfo(path) { UseShellExecute = true });
        }
        catch (Win32Exception e)
        {
            throw new InvalidOperationException($"No viewer was opened: this system has no program for '{path}' ({e.Message}). {advice}",
                e);
        }
    }

    private static bool Lacks(string variable) => string.IsNullOrEmpty(Environment.GetEnvironmentVariable(variable));
}
