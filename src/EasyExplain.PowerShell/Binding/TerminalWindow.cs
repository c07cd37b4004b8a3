using System.Globalization;
using System.Management.Automation.Host;
using EasyExplain.Imaging.Terminal;

namespace EasyExplain.PowerShell.Binding;

/// <summary>What a session's terminal can show, as far as it can be known without asking the terminal.</summary>
/// <remarks>
/// Asking (primary device attributes, attribute 4) is left out on purpose: what the user typed ahead would have to be read to find the
/// answer, and an answer that comes late, over a slow line, lands at the prompt. Terminals known for Sixel name themselves in the
/// environment; for the others there is -Sixel.
/// </remarks>
/// <param name="Columns">Characters in a row that may be used.</param>
/// <param name="Rows">Rows that may be used.</param>
/// <param name="Colors">How many colours it shows, or the user wants.</param>
/// <param name="ShowsSixel">Whether it is a terminal that is known to show Sixel.</param>
internal sealed record TerminalWindow(int Columns, int Rows, TerminalColors Colors, bool ShowsSixel)
{
    /// <summary>
    /// The window of a session, or null where nobody would see a picture: the output goes elsewhere, or there is no window.
    /// </summary>
    /// <param name="host">The session's host.</param>
    /// <param name="outputRendering">What $PSStyle.OutputRendering says.</param>
    /// <param name="variable">Reads an environment variable.</param>
    public static TerminalWindow? Of(PSHost host, string? outputRendering, Func<string, string?> variable)
    {
        // A host with a console of its own knows; pwsh, which writes to standard output, does not say where that goes.
        if (host.UI is null || (host.Name == "ConsoleHost" ? Console.IsOutputRedirected : !host.UI.SupportsVirtualTerminal))
        {
            return null;
        }
        (int columns, int rows) = Size(host.UI);
        TerminalColors colors = outputRendering == "PlainText" || !host.UI.SupportsVirtualTerminal ? TerminalColors.None
            : ColorsBy(variable);
        // The last column stays free, since some terminals then begin a new line by themselves; two rows are for title and prompt.
        return new TerminalWindow(Math.Max(1, columns - 1), Math.Max(1, rows - 2), colors, colors != TerminalColors.None
            && IsKnownForSixel(variable));
    }

    private static (int Columns, int Rows) Size(PSHostUserInterface ui)
    {
        try
        {
            Size window = ui.RawUI.WindowSize;
            return window is { Width: > 0, Height: > 0 } ? (window.Width, window.Height) : (80, 24);
        }
        catch (Exception e) when (e is HostException or NotImplementedException or NotSupportedException or IOException)
        {
            return (80, 24);
        }
    }

    private static TerminalColors ColorsBy(Func<string, string?> variable)
    {
        if (!string.IsNullOrEmpty(variable("NO_COLOR")) || variable("TERM") is "dumb" or "xterm-mono")
        {
            return TerminalColors.None;
        }
        bool full = variable("COLORTERM") is "truecolor" or "24bit" // what terminals agreed to say
            || (variable("TERM") ?? "").EndsWith("-direct", StringComparison.Ordinal)
            || OperatingSystem.IsWindows(); // its console does since Windows 10
        return full ? TerminalColors.Full : TerminalColors.Indexed;
    }

    private static bool IsKnownForSixel(Func<string, string?> variable)
    {
        if (!string.IsNullOrEmpty(variable("TMUX")) || !string.IsNullOrEmpty(variable("STY")))
        {
            return false; // within tmux or screen the variables tell of the terminal around it
        }
        string terminal = variable("TERM") ?? "";
        return terminal is "foot" or "foot-extra" or "contour" or "mlterm" or "yaft-256color"
            || terminal.Contains("sixel", StringComparison.Ordinal)
            || variable("TERM_PROGRAM") is "WezTerm" or "iTerm.app" or "mintty"
            || int.TryParse(variable("KONSOLE_VERSION"), NumberStyles.None, CultureInfo.InvariantCulture, out int konsole)
            && konsole >= 220400;
    }
}
