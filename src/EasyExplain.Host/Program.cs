using System.Management.Automation;
using System.Management.Automation.Runspaces;
using Microsoft.PowerShell;

// Both phone home unless told not to; the engine reads this when it first starts.
Environment.SetEnvironmentVariable("POWERSHELL_TELEMETRY_OPTOUT", "1");
Environment.SetEnvironmentVariable("POWERSHELL_UPDATECHECK", "Off");

DirectoryInfo? root = new(AppContext.BaseDirectory);
while (root is not null && !File.Exists(Path.Combine(root.FullName, "EasyExplain.psd1")))
{
    root = root.Parent;
}
if (root is null)
{
    Console.Error.WriteLine($"EasyExplain.psd1 lies neither in {AppContext.BaseDirectory} nor in a folder above it: run this from a " +
        $"clone.");
    return 1;
}

var state = InitialSessionState.CreateDefault2();
state.ImportPSModule(WildcardPattern.Escape(Path.Combine(root.FullName, "EasyExplain.psd1")));
if (OperatingSystem.IsWindows())
{
    // Who starts this host names the script; the machine's policy is for what is double-clicked.
    state.ExecutionPolicy = ExecutionPolicy.Bypass;
}
if (Console.IsOutputRedirected || Console.IsErrorRedirected)
{
    PSStyle.Instance.OutputRendering = OutputRendering.PlainText;
}
const string Banner = "PowerShell with EasyExplain imported",
    Help = "Takes the arguments of pwsh: script.ps1 [arguments], -Command '…', or none.";
return ConsoleShell.Start(state, Banner, Help, ["-NoProfile", .. args]);
