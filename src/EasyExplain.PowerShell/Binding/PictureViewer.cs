using System.ComponentModel;
using System.Diagnostics;

namespace EasyExplain.PowerShell.Binding;

/// <summary>The program that the user's desktop opens pictures with.</summary>
internal static class PictureViewer
{
    private const string Advice = "The picture shows in the terminal without -Viewer, and Export-CamOverlay writes it to a folder.";

    /// <summary>Opens a picture; does not wait until it is closed.</summary>
    /// <exception cref="InvalidOperationException">There is no desktop, or nothing that opens pictures.</exception>
    public static void Open(string path)
    {
        // Without a desktop, Linux's xdg-open would look for a browser to run in the terminal.
        if (!OperatingSystem.IsWindows() && !OperatingSystem.IsMacOS() && Lacks("DISPLAY") && Lacks("WAYLAND_DISPLAY"))
        {
            throw new InvalidOperationException(
                $"No viewer was opened: this session has no desktop (neither DISPLAY nor WAYLAND_DISPLAY is set). {Advice}");
        }
        try
        {
            using Process? viewer = Process.Start(new ProcessStartInfo(path) { UseShellExecute = true });
        }
        catch (Win32Exception e)
        {
            throw new InvalidOperationException($"No viewer was opened: this system has no program for '{path}' ({e.Message}). {Advice}",
                e);
        }
    }

    private static bool Lacks(string variable) => string.IsNullOrEmpty(Environment.GetEnvironmentVariable(variable));
}
