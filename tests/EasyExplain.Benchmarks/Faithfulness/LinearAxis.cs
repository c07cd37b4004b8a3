namespace EasyExplain.Benchmarks.Faithfulness;

/// <summary>An axis of a plot between two pixels, on which equal differences have equal lengths.</summary>
/// <param name="From">The value at the first pixel.</param>
/// <param name="To">The value at the last one.</param>
/// <param name="First">A pixel.</param>
/// <param name="Last">A pixel.</param>
internal sealed record LinearAxis(double From, double To, float First, float Last)
{
    /// <summary>Where a value is; the axis's end for one beyond it.</summary>
    public float At(double value) => First + (Last - First) * (float)((Math.Clamp(value, From, To) - From) / (To - From));

    /// <summary>The multiples of a step on it.</summary>
    public IEnumerable<double> Ticks(double step)
    {
        int first = (int)Math.Ceiling(From / step), last = (int)Math.Floor(To / step);
        return Enumerable.Range(first, last - first + 1).Select(tick => tick * step);
    }
}
