namespace EasyExplain.Host;

/// <summary>What the command line asks for: a command line of PowerShell, or a script with its arguments.</summary>
internal sealed record HostArguments(string? Command, string? Script, IReadOnlyList<string> ScriptArguments)
{
    public const string Usage = """
        Runs PowerShell on a machine without pwsh.

          dotnet run --project src/EasyExplain.Host -- script.ps1 [-Name value] [-Switch] [-Name:value] [value …]
          dotnet run --project src/EasyExplain.Host -- -Command "Import-CamModel | Get-CamLayer"

        -Command (or -c) imports the module EasyExplain first; a script imports what it needs.
        Exit codes: what the script gives to exit; 1 after a terminating error; 64 for a wrong command line; 130 after Ctrl+C.
        """;

    /// <summary>Reads the command line.</summary>
    /// <returns>Null when there is nothing to run: then <paramref name="complaint"/> says why, or is null when help was asked for.</returns>
    public static HostArguments? Parse(string[] args, out string? complaint)
    {
        complaint = null;
        switch (args.FirstOrDefault()?.ToLowerInvariant())
        {
            case null:
                complaint = "There is nothing to run: name a script, or give a command line after -Command.";
                return null;
            case "-help" or "--help" or "-h" or "-?" or "/?":
                return null;
            case "-command" or "-c":
                string command = string.Join(' ', args.Skip(1));
                if (string.IsNullOrWhiteSpace(command))
                {
                    complaint = "-Command needs a command line behind it, in quotes.";
                    return null;
                }
                return new HostArguments(command, null, []);
            case ['-', ..]:
                complaint = $"'{args[0]}' is not an option of this host; the script's own parameters come after the script's name.";
                return null;
            default:
                return new HostArguments(null, args[0], args[1..]);
        }
    }
}
