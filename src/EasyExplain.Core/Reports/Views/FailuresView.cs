using EasyExplain.Audit.Findings;

namespace EasyExplain.Reports.Views;

/// <summary>The images that could not be explained.</summary>
internal static class FailuresView
{
    private const int Most = 200;

    /// <summary>What the template needs; null where there are none.</summary>
    public static object? Of(IReadOnlyList<ReportFailure> failures) => failures.Count == 0 ? null : new
    {
        Count = Wording.Images(failures.Count),
        Rows = failures.Take(Most),
        More = failures.Count > Most ? $"and {Numbers.Phrases.Number(failures.Count - Most)} more" : null,
    };
}
