namespace EasyExplain.Benchmarks;

/// <summary>An axis of a plot between two pixels, on which equal ratios have equal lengths.</summary>
/// <param name="From">The value at the first pixel.</param>
/// <param name="To">The value at the last one.</param>
/// <param name="First">A pixel.</param>
/// <param name="Last">A pixel.</param>
internal sealed record LogarithmicAxis(double From, double To, float First, float Last)
{
    /// <summary>The ones, twos and fives of every power of ten on it.</summary>
    public IEnumerable<double> Ticks =>
        Enumerable.Range(-6, 13).SelectMany(power => new[] { 1.0, 2, 5 }.Select(digit => digit * Math.Pow(10, power)))
        .Select(tick => Math.Round(tick, 9)).Where(tick => tick >= From / 1.001 && tick <= To * 1.001);

    /// <summary>Where a value is.</summary>
    public float At(double value) => First + (Last - First) * (float)(Math.Log(value / From) / Math.Log(To / From));
}
