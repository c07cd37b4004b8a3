using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;

namespace EasyExplain.Host;

/// <summary>
/// Output goes to standard output; whatever is said about the run (errors, warnings, verbose and debug lines, questions, progress) to
/// standard error, so that a redirected output holds results only.
/// </summary>
internal sealed class ConsoleUI : PSHostUserInterface
{
    private readonly ProgressLine _progress = new();
    private readonly Prompts _prompts;

    public ConsoleUI() => _prompts = new Prompts(text => Show(Console.Error, text));

    /// <summary>Where output goes.</summary>
    public TextWriter Output { get; set; } = Console.Out;

    public override PSHostRawUserInterface RawUI { get; } = new ConsoleRawUI();

    public override bool SupportsVirtualTerminal => Terminal.HasColours;

    public override void Write(string value) => Show(Output, value);

    public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value)
    {
        // A terminal's own colours are unknown, and come as no colour at all.
        string foreground = Enum.IsDefined(foregroundColor) ? PSStyle.Instance.Foreground.FromConsoleColor(foregroundColor) : "";
        string background = Enum.IsDefined(backgroundColor) ? PSStyle.Instance.Background.FromConsoleColor(backgroundColor) : "";
        Write(foreground + background + value + PSStyle.Instance.Reset);
    }

    public override void WriteLine(string value) => Write(value + Environment.NewLine);

    public override void WriteErrorLine(string value) => Say(value, FormatStyle.Error);

    public override void WriteWarningLine(string message) => Say("WARNING: " + message, FormatStyle.Warning);

    public override void WriteVerboseLine(string message) => Say("VERBOSE: " + message, FormatStyle.Verbose);

    public override void WriteDebugLine(string message) => Say("DEBUG: " + message, FormatStyle.Debug);

    public override void WriteProgress(long sourceId, ProgressRecord record) => _progress.Show(record);

    /// <returns>A line, or null at the end of the input, as in pwsh.</returns>
    public override string ReadLine()
    {
        _progress.Clear();
        return Console.In.ReadLine()!;
    }

    public override SecureString ReadLineAsSecureString() => throw NoSecrets();

    public override int PromptForChoice(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice) =>
        _prompts.Choose(caption, message, choices, defaultChoice);

    public override Dictionary<string, PSObject> Prompt(string caption, string message, Collection<FieldDescription> descriptions) =>
        _prompts.Fill(caption, message, descriptions);

    public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName) =>
        throw NoSecrets();

    public override PSCredential PromptForCredential(
        string caption, string message, string userName, string targetName, PSCredentialTypes allowedCredentialTypes, PSCredentialUIOptions options) =>
        throw NoSecrets();

    /// <summary>Takes an unfinished progress line away.</summary>
    public void EndProgress() => _progress.Clear();

    private static NotSupportedException NoSecrets() => new("This host asks for no passwords.");

    private void Say(string text, FormatStyle style) =>
        Show(Console.Error, GetFormatStyleString(style) + text + PSStyle.Instance.Reset + Environment.NewLine);

    /// <summary>Formatted text comes with escape sequences in it; they stay only where a terminal understands them.</summary>
    private void Show(TextWriter stream, string text)
    {
        _progress.Clear();
        stream.Write(GetOutputString(text, SupportsVirtualTerminal));
    }
}
