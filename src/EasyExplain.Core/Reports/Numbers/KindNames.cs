using EasyExplain.Audit.Findings;

namespace EasyExplain.Reports.Numbers;

/// <summary>What kinds of findings are called.</summary>
internal static class KindNames
{
    /// <summary>Of one, such as "Label error".</summary>
    public static string Of(IssueKind kind) => kind switch
    {
        IssueKind.LabelError => "Label error",
        IssueKind.FalseAlarm => "False alarm",
        IssueKind.LooksElsewhere => "Looks elsewhere",
        IssueKind.ConfusedPair => "Confused pair",
        IssueKind.OddOneOut => "Odd one out",
        _ => $"{kind}",
    };

    /// <summary>So many in a sentence, such as "2 label errors".</summary>
    public static string Counted(IssueKind kind, int count) => Phrases.Count(count, Nouns(kind));

    /// <summary>So many beside others, such as "2 more label errors".</summary>
    public static string CountedMore(IssueKind kind, int count) =>
        Phrases.Count(count, ($"more {Nouns(kind).One}", $"more {Nouns(kind).Several}"));

    private static (string One, string Several) Nouns(IssueKind kind) => kind switch
    {
        IssueKind.Missed => ("class that is often missed", "classes that are often missed"),
        IssueKind.FalseAlarm => ("class with false alarms", "classes with false alarms"),
        IssueKind.LooksElsewhere => ("class that looks elsewhere", "classes that look elsewhere"),
        IssueKind.OddOneOut => ("group of odd ones out", "groups of odd ones out"),
        _ => (Of(kind).ToLowerInvariant(), Of(kind).ToLowerInvariant() + "s"),
    };
}
