namespace EasyExplain.Tests;

/// <summary>
/// Cases that take long, while smaller ones ask the same of the same code: they run where the environment variable EASYEXPLAIN_LONG is set.
/// </summary>
internal static class LongCases
{
    /// <summary>Whether they run.</summary>
    public static bool Run { get; } = Environment.GetEnvironmentVariable("EASYEXPLAIN_LONG") is { Length: > 0 };
}
