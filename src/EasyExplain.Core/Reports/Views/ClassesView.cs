using EasyExplain.Reports.Numbers;

namespace EasyExplain.Reports.Views;

/// <summary>The classes of a slice as a table: how good each is, or how often it is predicted where nobody knows.</summary>
internal static class ClassesView
{
    private const int MostShown = 50; // the others are folded

    /// <summary>What the template needs; null where there are no classes.</summary>
    public static object? Of(SliceNumbers numbers, int slice)
    {
        if (numbers.Classes.Count == 0)
        {
            return null;
        }
        bool isKnown = numbers.Right.Of > 0;
        object[] rows = isKnown ? [.. Judged(numbers, slice)] : [.. Counted(numbers, slice)];
        return new
        {
            IsKnown = isKnown,
            OfThings = numbers.Slice.Detections is not null,
            Shown = rows.Take(MostShown),
            Folded = rows.Skip(MostShown),
            FoldedCount = Phrases.Number(rows.Length - MostShown),
            Probabilities = isKnown || numbers.Probabilities.Sum() == 0 ? null : Probabilities(numbers),
        };
    }

    private static IEnumerable<object> Judged(SliceNumbers numbers, int slice) => numbers.Classes
        .OrderBy(one => one.Accuracy.Of == 0).ThenBy(one => one.Accuracy.High).ThenBy(one => one.Accuracy.Value)
        .Select(one => new
        {
            one.Label,
            Href = Links.Gallery(("slice", Links.Number(slice)), (one.Accuracy.Of > 0 ? "expected" : "predicted", one.Label)),
            Bar = BarView.Of(one.Accuracy, numbers.Right.Value),
            Share = Phrases.Cell(one.Accuracy.Value),
            Range = one.Accuracy.Of == 0 ? "–" : Phrases.Cell(one.Accuracy.Low, one.Accuracy.High),
            Count = Phrases.Number(one.Accuracy.Of),
            Precision = Phrases.Cell(one.Precision.Value),
            PrecisionRange = one.Precision.Of == 0 ? "–" : Phrases.Cell(one.Precision.Low, one.Precision.High),
            Predicted = Phrases.Number(one.Precision.Of),
        });

    private static IEnumerable<object> Counted(SliceNumbers numbers, int slice)
    {
        int of = numbers.Slice.Count;
        return numbers.Classes.OrderByDescending(one => one.Predicted).Where(one => one.Predicted > 0).Select(one => new
        {
            one.Label,
            Href = Links.Gallery(("slice", Links.Number(slice)), ("predicted", one.Label)),
            Bar = BarView.Of((double)one.Predicted / of),
            Share = Phrases.Cell((double)one.Predicted / of),
            Count = Phrases.Number(one.Predicted),
        });
    }

    private static IEnumerable<object> Probabilities(SliceNumbers numbers) => numbers.Calibration.Bins.Select((bin, place) =>
    {
        double share = (double)numbers.Probabilities[place] / numbers.Probabilities.Sum();
        return new
        {
            Range = ReliabilityView.RangeOf(bin),
            Bar = BarView.Of(share),
            Count = Phrases.Number(numbers.Probabilities[place]),
        };
    });
}
