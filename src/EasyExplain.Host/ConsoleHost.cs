using System.Globalization;
using System.Management.Automation.Host;

namespace EasyExplain.Host;

/// <summary>What the engine knows of the program it runs in.</summary>
internal sealed class ConsoleHost : PSHost
{
    public override string Name => "EasyExplain.Host";

    public override Version Version { get; } = typeof(ConsoleHost).Assembly.GetName().Version!;

    public override Guid InstanceId { get; } = Guid.NewGuid();

    public override CultureInfo CurrentCulture => CultureInfo.CurrentCulture;

    public override CultureInfo CurrentUICulture => CultureInfo.CurrentUICulture;

    public override ConsoleUI UI { get; } = new ConsoleUI();

    /// <summary>What was given to <c>exit</c>, or null.</summary>
    public int? ExitCode { get; private set; }

    public override void SetShouldExit(int exitCode) => ExitCode = exitCode;

    public override void EnterNestedPrompt() => throw new NotSupportedException("This host has no nested prompt: answer Yes or No.");

    public override void ExitNestedPrompt() => throw new NotSupportedException("This host has no nested prompt.");

    public override void NotifyBeginApplication()
    {
    }

    public override void NotifyEndApplication()
    {
    }
}
