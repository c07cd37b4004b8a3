using Microsoft.VisualStudio.TestPlatform.ObjectModel;
using Microsoft.VisualStudio.TestPlatform.ObjectModel.Adapter;
using Microsoft.VisualStudio.TestPlatform.ObjectModel.Logging;

namespace EasyExplain.Pester;

/// <summary>Shows Pester's tests to `dotnet test` as what they are: found, chosen by --filter, counted, each with its own result.</summary>
[FileExtension(".dll")]
[DefaultExecutorUri(Uri)]
[ExtensionUri(Uri)]
public sealed class PesterAdapter : ITestDiscoverer, ITestExecutor
{
    private const string Uri = "executor://easyexplain-pester";
    private volatile PesterProcess? _running;

    /// <summary>This adapter's name among all.</summary>
    public static Uri ExecutorUri { get; } = new(Uri);

    /// <inheritdoc/>
    public void DiscoverTests(
        IEnumerable<string> sources, IDiscoveryContext discoveryContext, IMessageLogger logger, ITestCaseDiscoverySink discoverySink)
    {
        foreach (string source in sources)
        {
            foreach (PesterTest test in Run(["-Discover"]))
            {
                discoverySink.SendTestCase(test.Case(source));
            }
        }
    }

    /// <inheritdoc/>
    public void RunTests(IEnumerable<string>? sources, IRunContext? runContext, IFrameworkHandle? frameworkHandle)
    {
        const string ByName = nameof(TestCase.FullyQualifiedName), ByTitle = nameof(TestCase.DisplayName);
        ITestCaseFilterExpression? filter = runContext?.GetTestCaseFilter([ByName, ByTitle], _ => null);
        foreach (string source in sources ?? [])
        {
            if (filter is null)
            {
                Report(source, Run([]), frameworkHandle!);
                continue;
            }
            IEnumerable<TestCase> chosen = Run(["-Discover"]).Select(test => test.Case(source))
                .Where(test => filter.MatchTestCase(test, name => name == ByTitle ? test.DisplayName : test.FullyQualifiedName));
            RunTests([.. chosen], runContext, frameworkHandle);
        }
    }

    /// <inheritdoc/>
    public void RunTests(IEnumerable<TestCase>? tests, IRunContext? runContext, IFrameworkHandle? frameworkHandle)
    {
        foreach (IGrouping<string, TestCase> chosen in (tests ?? []).GroupBy(test => test.Source))
        {
            Report(chosen.Key, Run(chosen.Select(test => $"{test.CodeFilePath}:{test.LineNumber}").Distinct()), frameworkHandle!);
        }
    }

    /// <inheritdoc/>
    public void Cancel() => _running?.Stop();

    private IEnumerable<PesterTest> Run(IEnumerable<string> options)
    {
        using var process = new PesterProcess(options);
        _running = process;
        foreach (PesterTest test in process.Tests())
        {
            yield return test;
        }
        _running = null;
    }

    private static void Report(string source, IEnumerable<PesterTest> tests, IFrameworkHandle handle)
    {
        foreach (PesterTest test in tests)
        {
            handle.RecordResult(test.Result(source));
        }
    }
}
