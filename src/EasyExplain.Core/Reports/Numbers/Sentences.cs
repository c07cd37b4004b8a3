using System.Globalization;
using EasyExplain.Audit.Findings;

namespace EasyExplain.Reports.Numbers;

/// <summary>A report in sentences. Names in them are <see cref="Isolated"/>.</summary>
internal static class Sentences
{
    /// <summary>What was looked at.</summary>
    public static IEnumerable<string> LookedAt(ReportRows rows)
    {
        if (rows.Slices.Count == 0)
        {
            yield return rows.Failures.Count switch
            {
                0 => "The audit has no images.",
                1 => "The audit has one image, and it could not be explained.",
                _ => $"None of the audit's {Wording.Images(rows.Failures.Count)} could be explained.",
            };
            yield break;
        }
        if (rows.Slices.Count > 1)
        {
            yield return $"The audit has {Phrases.Number(rows.Slices.Count)} parts, of other models, methods or layers, which are " +
                "counted apart.";
        }
        foreach (ReportSlice slice in rows.Slices)
        {
            string layers = Phrases.List([.. slice.Layers.Select(Isolated.Of)]);
            if (slice.Detections is { } found)
            {
                yield return $"In {Wording.Images(found.Images)} the model {Isolated.Of(slice.Model.Name)} found " +
                    $"{Phrases.Number(found.Found)} {Wording.Verb(found.Found, "thing", "things")}, which {Isolated.Of(slice.Method)} " +
                    $"explained at {layers}.";
                continue;
            }
            yield return $"{Wording.Images(slice.Count)} {Wording.Verb(slice.Count, "was", "were")} given to the model " +
                $"{Isolated.Of(slice.Model.Name)} and explained by {Isolated.Of(slice.Method)} at {layers}.";
        }
        if (rows.Failures.Count > 0)
        {
            yield return $"{Wording.Images(rows.Failures.Count)} could not be explained, and " +
                $"{Wording.Verb(rows.Failures.Count, "is", "are")} in no number below.";
        }
    }

    /// <summary>How good a model is.</summary>
    public static IEnumerable<string> HowGood(SliceNumbers numbers) => numbers.Slice.Detections is { } found ? Things(numbers, found)
        : numbers.Right.Of == 0 ? WithoutLabels(numbers)
        : [.. Accuracy(numbers), .. Classes(numbers), .. Probabilities(numbers), .. LeftOut(numbers)];

    /// <summary>What was found.</summary>
    public static IEnumerable<string> Found(IReadOnlyList<CamIssue> issues)
    {
        if (issues.Count == 0)
        {
            yield return "Nothing was found that is worth a look.";
            yield break;
        }
        string[] kinds = [.. issues.GroupBy(issue => issue.Kind).OrderBy(kind => kind.Key)
            .Select(kind => KindNames.Counted(kind.Key, kind.Count()))];
        yield return issues.Count == 1 ? $"There is one finding, a {kinds[0][2..]}: {Isolated.Of(issues[0].Summary)}"
            : $"There are {Phrases.Number(issues.Count)} findings: {Phrases.List(kinds)}. The first one: {Isolated.Of(issues[0].Summary)}";
    }

    /// <summary>What a file leaves out that holds fewer images than the audit; null where it holds all.</summary>
    public static string? Kept(int kept, int total) => kept >= total ? null
        : $"This file holds {Phrases.Number(kept)} of {Wording.Images(total)}: those of the findings first, then a sample. All numbers " +
          "are of all images.";

    /// <summary>How much of what is there a detector found, and how much of what it found is there.</summary>
    private static IEnumerable<string> Things(SliceNumbers numbers, DetectionCounts found)
    {
        if (found is { Judged: 0, Things: 0 })
        {
            yield return "No detection has a verdict, so nobody can say how often the model is right: Export-CamAudit -TruthPath gives " +
                "the ground truth.";
            yield break;
        }
        var recall = new Proportion(found.Right, found.Things);
        var precision = new Proportion(found.Right, found.Judged);
        if (recall.Of > 0)
        {
            yield return $"Of {Phrases.Number(recall.Of)} things that are there, the model found {Phrases.Number(recall.Seen)} in the " +
                $"right place and under the right label: {Wording.Percent(recall.Value)}, with 95 % confidence " +
                $"{Phrases.Range(recall.Low, recall.High)}.";
        }
        if (precision.Of > 0)
        {
            yield return $"Of {Phrases.Number(precision.Of)} things that it found, {Phrases.Number(precision.Seen)} are right: " +
                $"{Wording.Percent(precision.Value)}, with 95 % confidence {Phrases.Range(precision.Low, precision.High)}.";
        }
        foreach (string sentence in Classes(numbers))
        {
            yield return sentence;
        }
    }

    private static IEnumerable<string> Accuracy(SliceNumbers numbers)
    {
        Proportion right = numbers.Right;
        yield return right.Of == 1
            ? $"One image has an expected label, and the model is {(right.Seen == 1 ? "right" : "wrong")} about it; that says little."
            : $"The model is right about {Phrases.Number(right.Seen)} of {Wording.Images(right.Of)}: {Wording.Percent(right.Value)}, " +
              $"with 95 % confidence {Phrases.Range(right.Low, right.High)}.";
    }

    private static IEnumerable<string> Classes(SliceNumbers numbers)
    {
        ClassNumbers[] classes = [.. numbers.Classes.Where(one => one.Accuracy.Of > 0)];
        if (classes.Length == 1 && numbers.Right.Of > 1)
        {
            yield return $"All of these are expected to show {Isolated.Of(classes[0].Label)}, so it is not known how often the model " +
                "says so of something else.";
        }
        if (classes.Length < 2)
        {
            yield break;
        }
        ClassNumbers worst = classes.MinBy(one => (one.Accuracy.High, one.Accuracy.Value))!;
        ClassNumbers best = classes.MaxBy(one => (one.Accuracy.Low, one.Accuracy.Value))!;
        yield return worst == best ? "No class is clearly better or worse than another."
            : $"It is worst at {Class(worst)} and best at {Class(best)}" +
              (worst.Accuracy.High < best.Accuracy.Low ? "." : "; with so few images, that may be chance.");

        static string Class(ClassNumbers one) =>
            $"{Isolated.Of(one.Label)} ({Wording.Percent(one.Accuracy.Value)} of {Phrases.Number(one.Accuracy.Of)})";
    }

    private static IEnumerable<string> Probabilities(SliceNumbers numbers)
    {
        Calibration calibration = numbers.Calibration;
        if (calibration.Right is not { Of: > 1 } right)
        {
            yield break;
        }
        double claimed = calibration.Probability, apart = Math.Abs(claimed - right.Value);
        string points = (100 * apart).ToString("0.#", CultureInfo.InvariantCulture);
        string judged = claimed > right.High ? $"It is overconfident by {points} points"
            : claimed < right.Low ? $"It is underconfident by {points} points"
            : "Its confidence fits on average";
        yield return $"{judged}: its predictions are {Wording.Percent(claimed)} probable on average, and {Wording.Percent(right.Value)} " +
            $"of them are right. The expected calibration error is {Wording.Percent(calibration.Error)}.";
    }

    private static IEnumerable<string> LeftOut(SliceNumbers numbers)
    {
        if (numbers.Unlabelled > 0)
        {
            yield return $"{Wording.Images(numbers.Unlabelled)} {Wording.Verb(numbers.Unlabelled, "has", "have")} no expected label, and " +
                $"{Wording.Verb(numbers.Unlabelled, "counts", "count")} neither as right nor as wrong.";
        }
        foreach (string sentence in Unknown(numbers))
        {
            yield return sentence;
        }
        if (numbers.Several > 0)
        {
            yield return $"Of {Wording.Images(numbers.Several)} not exactly one class is expected: " +
                $"{Wording.Verb(numbers.Several, "it counts", "they count")} in the total, and in no class.";
        }
    }

    private static IEnumerable<string> Unknown(SliceNumbers numbers)
    {
        if (numbers.Unknown > 0)
        {
            yield return $"Of {Wording.Images(numbers.Unknown)} something is expected that the model does not know, such as " +
                $"{Isolated.Of(numbers.FirstUnknown!)}: {Wording.Verb(numbers.Unknown, "it counts", "they count")} neither as right " +
                "nor as wrong.";
        }
    }

    private static IEnumerable<string> WithoutLabels(SliceNumbers numbers)
    {
        yield return numbers.Unknown == 0
            ? "No image has an expected label, so nobody can say how often the model is right."
            : "No image has an expected label that the model knows, so nobody can say how often it is right.";
        foreach (string sentence in Unknown(numbers))
        {
            yield return sentence;
        }
        if (numbers.Classes.MaxBy(one => one.Predicted) is { Predicted: > 0 } most)
        {
            string classes = numbers.Classes.Count == 1 ? "it names one class"
                : $"it names {Phrases.Number(numbers.Classes.Count)} classes";
            yield return $"Of {Wording.Images(numbers.Slice.Count)}, {classes}; most often {Isolated.Of(most.Label)}, " +
                $"{Phrases.Number(most.Predicted)} {Wording.Verb(most.Predicted, "time", "times")}.";
        }
    }
}
