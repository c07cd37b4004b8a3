using System.Runtime.InteropServices;

namespace EasyExplain.Imaging.Terminal;

/// <summary>How many pixels a character of the terminal has.</summary>
public static partial class CellSize
{
    private const int StandardOutput = 1;
    private const nuint TerminalGetWindowSize = 0x5413; // TIOCGWINSZ of Linux

    /// <summary>Smaller than the cells of most terminals: a picture made for it is never wider than the window.</summary>
    private static readonly (int Width, int Height) Small = (6, 12);

    /// <summary>
    /// What the operating system knows of the terminal at standard output, or a small size where it knows nothing. The terminal itself is
    /// not asked: its answer would arrive among the keys that the user types, or never.
    /// </summary>
    /// <returns>Width and height in pixels.</returns>
    public static (int Width, int Height) OfTerminal() =>
        OperatingSystem.IsLinux() && GetWindowSize(StandardOutput, TerminalGetWindowSize, out WindowSize size) == 0
            && size.Columns > 0 && size.Rows > 0 && size.Width / size.Columns > 0 && size.Height / size.Rows > 0
                ? (size.Width / size.Columns, size.Height / size.Rows)
                : Small;

    [LibraryImport("libc", EntryPoint = "ioctl")]
    private static partial int GetWindowSize(int file, nuint request, out WindowSize size);

    /// <summary>struct winsize of termios.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct WindowSize
    {
        public ushort Rows;
        public ushort Columns;
        public ushort Width;
        public ushort Height;
    }
}
