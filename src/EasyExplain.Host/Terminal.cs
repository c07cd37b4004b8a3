using System.Runtime.InteropServices;

namespace EasyExplain.Host;

/// <summary>What the console at the other end can do.</summary>
internal static partial class Terminal
{
    private const int RedirectedWidth = 120;
    private const uint VirtualTerminalProcessing = 0x4; // ENABLE_VIRTUAL_TERMINAL_PROCESSING

    /// <summary>Whether escape sequences are understood and wanted: no stream goes to a file or a pipe, and NO_COLOR is not set.</summary>
    public static bool HasColours { get; } =
        !Console.IsOutputRedirected && !Console.IsErrorRedirected
        && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
        && Environment.GetEnvironmentVariable("TERM") != "dumb"
        && (!OperatingSystem.IsWindows() || SwitchOnWindows());

    /// <summary>Whether somebody watches: then a line may be written over.</summary>
    public static bool IsWatched => !Console.IsErrorRedirected;

    /// <summary>Columns of the window; the same wherever the output is redirected to.</summary>
    public static int Width => Console.IsOutputRedirected ? RedirectedWidth : WindowOr(() => Console.WindowWidth, RedirectedWidth);

    /// <summary>Rows of the window.</summary>
    public static int Height => Console.IsOutputRedirected ? 50 : WindowOr(() => Console.WindowHeight, 50);

    private static int WindowOr(Func<int> measure, int otherwise)
    {
        try
        {
            return measure() is > 0 and var size ? size : otherwise;
        }
        catch (IOException)
        {
            return otherwise; // a terminal that does not tell its size
        }
    }

    /// <summary>Windows' console shows escape sequences only to processes that ask for it.</summary>
    private static bool SwitchOnWindows()
    {
        const int StandardOutput = -11;
        nint console = GetStdHandle(StandardOutput);
        return GetConsoleMode(console, out uint mode) && SetConsoleMode(console, mode | VirtualTerminalProcessing);
    }

    [LibraryImport("kernel32")]
    private static partial nint GetStdHandle(int which);

    [LibraryImport("kernel32")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool GetConsoleMode(nint handle, out uint mode);

    [LibraryImport("kernel32")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool SetConsoleMode(nint handle, uint mode);
}
