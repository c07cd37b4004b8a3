using System.Diagnostics;

namespace EasyExplain.Tests;

/// <summary>A test that fills a small disk.</summary>
internal sealed class FullDiskFactAttribute : FactAttribute
{
    private static readonly Lazy<bool> CanMount = new(() =>
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
        {
            return false;
        }
        DirectoryInfo disk = Directory.CreateTempSubdirectory();
        bool mounted = Run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk.FullName) == 0;
        if (mounted)
        {
            Unmount(disk.FullName);
        }
        disk.Delete();
        return mounted;
    });

    public FullDiskFactAttribute()
    {
        if (!CanMount.Value)
        {
            Skip = "needs the right to mount a small tmpfs";
        }
    }

    /// <summary>Puts a disk of this size over a folder.</summary>
    public static void Mount(string folder, string size) =>
        Assert.Equal(0, Run("mount", "-t", "tmpfs", "-o", $"size={size}", "tmpfs", folder));

    /// <summary>Takes it away.</summary>
    public static void Unmount(string folder) => Assert.Equal(0, Run("umount", folder));

    private static int Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode;
    }
}
