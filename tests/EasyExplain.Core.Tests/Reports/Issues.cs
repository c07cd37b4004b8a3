using System.Collections.Specialized;
using EasyExplain.Audit;
using EasyExplain.Audit.Findings;

namespace EasyExplain.Tests.Reports;

/// <summary>Findings, made by hand.</summary>
internal static class Issues
{
    public static CamIssue Of(IssueKind kind, string summary, params IEnumerable<CamAuditRow> members) =>
        With(kind, summary, [], members);

    public static CamIssue With(
        IssueKind kind, string summary, OrderedDictionary evidence, params IEnumerable<CamAuditRow> members) => new()
        {
            Kind = kind,
            Class = members.FirstOrDefault()?.Label ?? "",
            Share = 0.5,
            Severity = 0.4,
            Confidence = 0.9,
            Where = "lower left corner",
            Summary = summary,
            Members = [.. members],
            Evidence = evidence,
        };
}
