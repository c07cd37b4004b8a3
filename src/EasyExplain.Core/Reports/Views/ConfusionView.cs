using EasyExplain.Reports.Numbers;

namespace EasyExplain.Reports.Views;

/// <summary>What is taken for what as a table; a cell is a link to its images.</summary>
internal static class ConfusionView
{
    private const int MostClasses = 25, MostListed = 10;
    private const int MostSpelled = 12; // of more columns, labels have no room: they are numbered

    /// <summary>What the template needs; null where no image has exactly one expected class, or all have the same and are right.</summary>
    public static object? Of(SliceNumbers numbers, int slice)
    {
        Confusion confusion = numbers.Confusion;
        int count = confusion.Classes.Count;
        if (count < 2)
        {
            return null;
        }
        int[] classes = [.. confusion.MostConfused(MostClasses)];
        bool isPart = classes.Length < count;
        return new
        {
            Columns = classes.Select((@class, place) => new { Label = numbers.LabelOf(@class), Number = NumberOf(place) }),
            IsPart = isPart,
            All = Phrases.Number(count),
            Rows = classes.Select((expected, place) => new
            {
                Number = NumberOf(place),
                Label = numbers.LabelOf(expected),
                Cells = classes.Select(predicted => Cell(numbers, slice, expected, predicted)),
                Elsewhere = Phrases.Number(confusion.Of(expected) - classes.Sum(predicted => confusion[expected, predicted])),
                Count = Phrases.Number(confusion.Of(expected)),
                IsPart = isPart,
            }),
            Frequent = confusion.MostFrequent(MostListed).Select(one => new
            {
                Expected = numbers.LabelOf(one.Expected),
                Predicted = numbers.LabelOf(one.Predicted),
                Href = Href(numbers, slice, one.Expected, one.Predicted),
                Count = Phrases.Number(one.Count),
                Of = Phrases.Number(confusion.Of(one.Expected)),
                Share = Phrases.Share(new Proportion(one.Count, confusion.Of(one.Expected))),
            }),
        };

        string? NumberOf(int place) => classes.Length > MostSpelled ? Links.Number(place + 1) : null;
    }

    private static object Cell(SliceNumbers numbers, int slice, int expected, int predicted)
    {
        int count = numbers.Confusion[expected, predicted];
        return new
        {
            Class = (expected == predicted ? "right " : "") + "heat-" + Heat((double)count / Math.Max(1, numbers.Confusion.Of(expected))),
            Count = Phrases.Number(count),
            Href = count == 0 ? null : Href(numbers, slice, expected, predicted),
        };
    }

    private static string Href(SliceNumbers numbers, int slice, int expected, int predicted) => Links.Gallery(
        ("slice", Links.Number(slice)), ("expected", numbers.LabelOf(expected)), ("predicted", numbers.LabelOf(predicted)));

    /// <summary>0 of none, up to 5.</summary>
    private static int Heat(double share) => share switch { <= 0 => 0, < 0.02 => 1, < 0.05 => 2, < 0.15 => 3, < 0.4 => 4, _ => 5 };
}
