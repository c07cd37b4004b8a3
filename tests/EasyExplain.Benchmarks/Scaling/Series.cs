namespace EasyExplain.Benchmarks.Scaling;

/// <summary>How time grows with one quantity.</summary>
/// <param name="Quantity">What grows, such as <c>layers</c>.</param>
/// <param name="Work">What is timed.</param>
/// <param name="Part">What of it is timed alone, to tell why.</param>
/// <param name="Linear">How much work a value stands for: time is linear where it grows as this does.</param>
/// <param name="Points">The smallest value first.</param>
internal sealed record Series(string Quantity, string Work, string Part, Func<double, double> Linear, IReadOnlyList<Point> Points)
{
    /// <summary>
    /// The time for as much work as the smallest value stands for, as a multiple of its time: 1 everywhere would be linear.
    /// </summary>
    public double Relative(Point point) => point.Seconds / Linear(point.Value) / (Points[0].Seconds / Linear(Points[0].Value));
}

/// <summary>One measurement.</summary>
/// <param name="Value">The quantity's value.</param>
/// <param name="Seconds">The time of the work.</param>
/// <param name="PartSeconds">The time of the part.</param>
internal sealed record Point(double Value, double Seconds, double PartSeconds);
