using System.Globalization;
using EasyExplain.Reports.Numbers;

namespace EasyExplain.Reports.Views;

/// <summary>Whether the model is right as often as it claims: a drawing and its table.</summary>
internal static class ReliabilityView
{
    private const double Side = 240, Left = 40, Top = 10; // the drawing's field and where it begins

    /// <summary>What the template needs; null where nobody knows.</summary>
    public static object? Of(SliceNumbers numbers, int slice)
    {
        Calibration calibration = numbers.Calibration;
        return calibration.Right.Of == 0 ? null : new
        {
            Error = Phrases.Percent(calibration.Error),
            Claimed = Phrases.Percent(calibration.Probability),
            Right = Phrases.Percent(calibration.Right.Value),
            Bins = calibration.Bins.Select(bin => new
            {
                Range = RangeOf(bin),
                Count = Phrases.Number(bin.Right.Of),
                Probability = Phrases.Cell(bin.Probability),
                Share = Phrases.Cell(bin.Right.Value),
                Interval = bin.Right.Of == 0 ? "–" : Phrases.Cell(bin.Right.Low, bin.Right.High),
                Href = bin.Right.Of == 0 ? null
                    : Links.Gallery(("slice", Links.Number(slice)), ("least", Plain(bin.From)), ("most", Plain(bin.To))),
            }),
            Bars = calibration.Bins.Where(bin => bin.Right.Of > 0).Select(bin => new
            {
                X = BarView.Drawn(X(bin.From) + 2),
                Y = BarView.Drawn(Y(bin.Right.Value)),
                Width = BarView.Drawn(X(bin.To) - X(bin.From) - 4),
                Height = BarView.Drawn(Y(0) - Y(bin.Right.Value)),
                Middle = BarView.Drawn(X(bin.Probability)),
                Low = BarView.Drawn(Y(bin.Right.Low)),
                High = BarView.Drawn(Y(bin.Right.High)),
                Class = bin.Right.High < bin.Probability ? "bar bad" : "bar", // surely fewer right than claimed
            }),
            Ticks = new[] { 0, 0.5, 1 }.Select(share => new
            {
                X = BarView.Drawn(X(share)),
                Y = BarView.Drawn(Y(share)),
                Label = Phrases.Percent(share),
            }),
        };
    }

    /// <summary>Such as "80 % to 90 %".</summary>
    public static string RangeOf(CalibrationBin bin) => Phrases.Range(bin.From, bin.To).Replace("0 % to", "0 to", StringComparison.Ordinal);

    private static string Plain(double number) => number.ToString("0.#", CultureInfo.InvariantCulture);

    private static double X(double share) => Left + Side * share;

    private static double Y(double share) => Top + Side * (1 - share);
}
