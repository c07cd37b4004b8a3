namespace EasyExplain.Host;

/// <summary>What the process tells its caller, beside the codes a script chooses itself with <c>exit</c>.</summary>
internal static class ExitCodes
{
    public const int Success = 0;

    /// <summary>A terminating error, as in pwsh.</summary>
    public const int Failure = 1;

    /// <summary>The command line was not understood or the script file is not there, as in pwsh.</summary>
    public const int BadUsage = 64;

    /// <summary>Ctrl+C: 128 plus the number of SIGINT, as shells report it.</summary>
    public const int Interrupted = 130;
}
