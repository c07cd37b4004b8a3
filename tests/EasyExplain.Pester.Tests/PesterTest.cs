using Microsoft.VisualStudio.TestPlatform.ObjectModel;

namespace EasyExplain.Pester;

/// <summary>One of Pester's tests, as Invoke-Suite.ps1 tells of it; what failed outside of a test is one, too.</summary>
internal sealed record PesterTest(string File, int Line, string Name, string Outcome, double Seconds, string Message, string Place)
{
    /// <summary>What is wrong with the suite as a whole.</summary>
    public static PesterTest Failure(string name, string message) => new("Pester", 0, name, "Failed", 0, message, "");

    public TestCase Case(string source)
    {
        string file = Path.GetFileName(File).Replace(".Tests.ps1", "", StringComparison.Ordinal);
        return new TestCase($"{file}.{Name}", PesterAdapter.ExecutorUri, source) { CodeFilePath = File, LineNumber = Line };
    }

    public TestResult Result(string source)
    {
        // What is neither passed nor skipped, as an inconclusive one, is nothing to be at ease with.
        TestOutcome outcome = Outcome switch { "Passed" => TestOutcome.Passed, "Skipped" => TestOutcome.Skipped, _ => TestOutcome.Failed };
        return new TestResult(Case(source))
        {
            Outcome = outcome,
            Duration = TimeSpan.FromSeconds(Seconds),
            ErrorMessage = Message.Length > 0 ? Message
                : outcome == TestOutcome.Failed ? "It did not run: what is to be set up before it failed." : null,
            ErrorStackTrace = outcome == TestOutcome.Failed ? Place : null,
        };
    }
}
