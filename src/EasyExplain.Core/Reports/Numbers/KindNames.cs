using EasyExplain.Audit.Findings;

namespace EasyExplain.Reports.Numbers;

/// <summary>What kinds of findings are called.</summary>
internal static class KindNames
{
    /// <summary>Of one, such as "Label error".</summary>
    public static string Of(IssueKind kind) => kind switch
    {
        IssueKind.LabelError => "Label error",
        IssueKind.LooksElsewhere => "Looks elsewhere",
        IssueKind.ConfusedPair => "Confused pair",
        IssueKind.OddOneOut => "Odd one out",
        _ => $"{kind}",
    };

    /// <summary>So many in a sentence, such as "2 label errors".</summary>
    public static string Counted(IssueKind kind, int count) => Phrases.Count(count, kind switch
    {
        IssueKind.LooksElsewhere => ("class that looks elsewhere", "classes that look elsewhere"),
        IssueKind.OddOneOut => ("group of odd ones out", "groups of odd ones out"),
        _ => (Of(kind).ToLowerInvariant(), Of(kind).ToLowerInvariant() + "s"),
    });
}
