namespace EasyExplain.Tests;

/// <summary>
/// Cases that take long, while smaller ones ask the same of the same code: they run where the environment variable EASYEXPLAIN_LONG is set.
/// </summary>
internal static class LongCases
{
    /// <summary>Why a test that is one of them is skipped.</summary>
    public const string Reason = $"takes minutes: it runs where {Variable} is set";

    private const string Variable = "EASYEXPLAIN_LONG";

    /// <summary>Whether they run.</summary>
    public static bool Run { get; } = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 };
}
