using Xunit.Abstractions;
using Xunit.Sdk;

namespace EasyExplain.Tests;

/// <summary>Runs the cases of a class in the order of their names, where a fixture keeps what neighbours share.</summary>
public sealed class InOrderOfNames : ITestCaseOrderer
{
    /// <summary>For <see cref="TestCaseOrdererAttribute"/>: this type.</summary>
    internal const string Type = "EasyExplain.Tests.InOrderOfNames";

    /// <summary>For <see cref="TestCaseOrdererAttribute"/>: its assembly.</summary>
    internal const string Assembly = "EasyExplain.Core.Tests";

    public IEnumerable<TTestCase> OrderTestCases<TTestCase>(IEnumerable<TTestCase> testCases)
        where TTestCase : ITestCase =>
        testCases.OrderBy(test => test.DisplayName, StringComparer.Ordinal);
}
