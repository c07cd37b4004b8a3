namespace EasyExplain.Explanation;

/// <summary>Where between 0 and 1 to look at a function, and how much each look counts, to find its integral.</summary>
internal static class Quadrature
{
    /// <summary>The middles of equal parts.</summary>
    public static IReadOnlyList<(double At, double Weight)> Middles(int count) =>
        [.. Enumerable.Range(0, count).Select(index => ((index + 0.5) / count, 1.0 / count))];

    /// <summary>
    /// The zeros of the Legendre polynomial of degree <paramref name="count"/>, moved from [−1, 1]: exact for polynomials of twice the
    /// degree less one (Abramowitz and Stegun 1964, 25.4.29).
    /// </summary>
    public static IReadOnlyList<(double At, double Weight)> GaussLegendre(int count)
    {
        var points = new (double, double)[count];
        for (int i = 0; i < count; i++)
        {
            double x = -Math.Cos(Math.PI * (i + 0.75) / (count + 0.5)), slope = 0;
            for (double step = 1; Math.Abs(step) > 1e-15;) // Newton's; from so near it takes a few
            {
                (double value, slope) = Legendre(count, x);
                step = value / slope;
                x -= step;
            }
            points[i] = ((1 + x) / 2, 1 / ((1 - x * x) * slope * slope));
        }
        return points;
    }

    /// <summary>The polynomial of this degree and its derivative.</summary>
    private static (double Value, double Slope) Legendre(int degree, double x)
    {
        (double before, double value) = (0, 1);
        for (int n = 1; n <= degree; n++)
        {
            (before, value) = (value, ((2 * n - 1) * x * value - (n - 1) * before) / n);
        }
        return (value, degree * (x * value - before) / (x * x - 1));
    }
}
