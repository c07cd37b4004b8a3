using System.Collections;
using System.Globalization;
using EasyExplain.Audit.Findings;
using EasyExplain.Audit.Findings.Shortcuts;
using EasyExplain.Reports.Numbers;

namespace EasyExplain.Reports.Views;

/// <summary>The numbers behind a finding: shares as bars with their intervals, the rest as a table.</summary>
internal static class ProofView
{
    /// <summary>What the template needs; null where there are no numbers.</summary>
    /// <param name="issue">The finding.</param>
    /// <param name="numbers">Of its slice; null where nobody knows them.</param>
    public static object? Of(CamIssue issue, SliceNumbers? numbers)
    {
        object[] bars =
        [
            .. issue.Kind == IssueKind.ConfusedPair ? Directions(issue, numbers) : Tries(issue), .. Whole(issue), .. Witnesses(issue),
        ];
        object[] facts = [.. Facts(issue)];
        return bars.Length + facts.Length == 0 ? null : new
        {
            Caption = issue.Kind == IssueKind.Shortcut ? "The proof" : "How often",
            Head = issue.Kind == IssueKind.Shortcut ? "What was done with the mark" : "What",
            Bars = bars,
            Facts = facts,
        };
    }

    private static IEnumerable<object> Tries(CamIssue issue)
    {
        string name = Isolated.Of(issue.Class);
        foreach (DictionaryEntry entry in issue.Evidence)
        {
            string? words = (string)entry.Key switch
            {
                "Turned" => $"put on other classes’ images: now {name}",
                "TurnedByOthers" => $"what other images of {name} have there, put on them: now {name}",
                "Effect" => "the difference of these two: what the mark alone does",
                "TakenOutMean" => $"taken out, filled with the mean: no longer {name}",
                "TakenOutBlurred" => $"taken out, blurred: no longer {name}",
                "TakenOutSwapped" => $"taken out, filled from another image: no longer {name}",
                "TakenOutUndone" => $"taken out, computed back: no longer {name}",
                "TakenOutRecoloured" => $"taken out, coloured like other images: no longer {name}",
                "TakenOutElsewhere" => $"as much taken out elsewhere: no longer {name}",
                _ => null,
            };
            if (words is not null && entry.Value is ProvedShare share)
            {
                yield return Bar(words, share.Value, share.Low, share.High, share.Of);
            }
        }
    }

    private static IEnumerable<object> Directions(CamIssue issue, SliceNumbers? numbers)
    {
        if (numbers is null || issue.Members.FirstOrDefault() is not { } any)
        {
            yield break;
        }
        int first = Math.Min(any.ExpectedClass, any.PredictedClass), second = Math.Max(any.ExpectedClass, any.PredictedClass);
        foreach ((int from, int to) in new[] { (first, second), (second, first) })
        {
            var share = new Proportion(numbers.Confusion[from, to], numbers.Confusion.Of(from));
            if (share.Of > 0)
            {
                yield return Bar($"{Isolated.Of(numbers.LabelOf(from))} taken for {Isolated.Of(numbers.LabelOf(to))}",
                    share.Value, share.Low, share.High, share.Of);
            }
        }
    }

    /// <summary>The share of the class, or of both, where the finding says how sure it is.</summary>
    private static IEnumerable<object> Whole(CamIssue issue)
    {
        if (issue.Evidence["ShareLow"] is double low && issue.Evidence["ShareHigh"] is double high)
        {
            yield return Bar(issue.Kind == IssueKind.ConfusedPair ? "of both" : $"of the images of {Isolated.Of(issue.Class)}",
                issue.Share, low, high, (int)Math.Round(issue.Count / issue.Share));
        }
    }

    /// <summary>What the images that are most like it are labelled.</summary>
    private static IEnumerable<object> Witnesses(CamIssue issue)
    {
        foreach ((string count, string label) in new[] { ("NeighboursAsPredicted", "Predicted"), ("NeighboursAsExpected", "Expected") })
        {
            if (issue.Evidence["Neighbours"] is int of and > 0 && issue.Evidence[count] is int seen && issue.Evidence[label] is string name)
            {
                var share = new Proportion(seen, of);
                yield return Bar($"images most like it that are labelled {Isolated.Of(name)}", share.Value, share.Low, share.High, of);
            }
        }
    }

    private static object Bar(string words, double value, double low, double high, int of) => new
    {
        Words = words,
        Bar = BarView.Of(value, low, high),
        Share = Phrases.Cell(value),
        Range = Phrases.Cell(low, high),
        Of = Phrases.Number(of),
    };

    private static IEnumerable<object> Facts(CamIssue issue)
    {
        foreach (DictionaryEntry entry in issue.Evidence)
        {
            if (WordsOf((string)entry.Key) is var (words, isShare) && entry.Value is not null and not "")
            {
                yield return new { Words = words, Value = InWords(entry.Value, isShare) };
            }
        }
    }

    private static (string Words, bool IsShare)? WordsOf(string key) => key switch
    {
        "SeenBy" => ("The group was seen by", false),
        "Mark" => ("What they have in common", false),
        "Area" => ("Share of the image that it covers", true),
        "ImagesLookedAt" => ("Images of the class looked at", false),
        "ImagesOfClass" => ("Images of the class", false),
        "Silhouette" => ("How well the group is set apart (silhouette, −1 to 1)", false),
        "Tried" => ("Whether the model was asked", false),
        "Margin" => ("Probability of the label less the highest other one", false),
        "ApartBy" => ("What tells the two apart, by", false),
        "ApartImages" => ("Images it was told by", false),
        "ApartChannels" => ("Channels that differ most", false),
        "RingArea" => ("Share of the map that the ring covers", true),
        "MeanEntropy" => ("Mean entropy of the maps, of the highest there is", true),
        "WithObject" => ("Images whose object is known", false),
        "PointingGame" => ("Maps whose highest point is on the object", true),
        "EnergyOnObject" => ("Mean share of the heat on the object", true),
        "ObjectArea" => ("Mean share of the image that the object covers", true),
        "Around" => ("Heat around the centre", true),
        "EvenSpread" => ("An even spread has there", true),
        "MedianOfClasses" => ("The median class has there", true),
        "Deviations" => ("Robust deviations from the other classes", false),
        "Classes" => ("Classes compared", false),
        "FeatureDeviations" => ("Robust deviations from the class, by features", false),
        "MapDeviations" => ("Robust deviations from the class, by the map", false),
        "Groups" => ("Groups of the same image", false),
        "Exact" => ("With the same bytes", false),
        _ => null,
    };

    private static string InWords(object value, bool isShare) => value switch
    {
        bool yes => yes ? "yes" : "no",
        int number => Phrases.Number(number),
        double share when isShare => Phrases.Percent(share),
        double number => double.IsNaN(number) ? "–" : number.ToString("0.##", CultureInfo.InvariantCulture),
        _ => Isolated.Of(Convert.ToString(value, CultureInfo.InvariantCulture) ?? ""),
    };
}
