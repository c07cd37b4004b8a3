using System.Globalization;
using EasyExplain.Audit.Findings;

namespace EasyExplain.Reports.Numbers;

/// <summary>Numbers in words, the same in every culture.</summary>
internal static class Phrases
{
    /// <summary>Such as "3,000".</summary>
    public static string Number(int number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>Such as "1 image" and "3,000 images".</summary>
    public static string Count(int count, (string One, string Several) noun) =>
        $"{Number(count)} {(count == 1 ? noun.One : noun.Several)}";

    /// <summary>Such as "87 %"; a dash where there is none to count.</summary>
    public static string Percent(double share) => double.IsNaN(share) ? "–" : Wording.Percent(share);

    /// <summary>The same for a table's column, in which all have as many digits.</summary>
    public static string Cell(double share) =>
        double.IsNaN(share) ? "–" : (100 * share).ToString("0.0", CultureInfo.InvariantCulture) + " %";

    /// <summary>An interval for a table's column.</summary>
    public static string Cell(double low, double high) => $"{Cell(low)} to {Cell(high)}";

    /// <summary>Such as "86 % to 88 %".</summary>
    public static string Range(double low, double high) => $"{Wording.Percent(low)} to {Wording.Percent(high)}";

    /// <summary>Such as "87 % (86 % to 88 %)".</summary>
    public static string Share(Proportion share) => $"{Percent(share.Value)} ({Range(share.Low, share.High)})";

    /// <summary>Such as "a", "a and b" and "a, b and c".</summary>
    public static string List(IReadOnlyList<string> items) =>
        items.Count < 2 ? string.Concat(items) : $"{string.Join(", ", items.SkipLast(1))} and {items[^1]}";
}
