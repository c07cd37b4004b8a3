namespace EasyExplain.Audit.Findings.Shortcuts;

/// <summary>
/// Parts numbers into two kinds: a mixture of two normal distributions, fitted by expectation and maximisation (Dempster 1977).
/// </summary>
internal static class TwoKinds
{
    private const int Rounds = 50;
    private const double First = 0.9; // how far the first guess is believed

    /// <summary>Which of the numbers are more likely of the higher kind.</summary>
    /// <param name="values">The numbers.</param>
    /// <param name="guess">A first guess.</param>
    public static bool[] Higher(double[] values, bool[] guess)
    {
        double[] likely = [.. guess.Select(member => member ? First : 1 - First)];
        double lower = 0;
        for (int round = 0; round < Rounds; round++)
        {
            double own = likely.Sum(), other = values.Length - own;
            double mean = values.Zip(likely, (value, p) => p * value).Sum() / own;
            lower = values.Zip(likely, (value, p) => (1 - p) * value).Sum() / other;
            double low = lower;
            double spread = values.Zip(likely, (value, p) => p * (value - mean) * (value - mean)).Sum();
            double otherSpread = values.Zip(likely, (value, p) => (1 - p) * (value - low) * (value - low)).Sum();
            // Half of either variance is that of both together: a few members alone know little of theirs.
            double pooled = (spread + otherSpread) / values.Length;
            double variance = (spread / own + pooled) / 2 + 1e-12, otherVariance = (otherSpread / other + pooled) / 2 + 1e-12;
            for (int i = 0; i < values.Length; i++)
            {
                double odds = Math.Log(own / other) - Math.Log(variance / otherVariance) / 2
                    - (values[i] - mean) * (values[i] - mean) / (2 * variance)
                    + (values[i] - low) * (values[i] - low) / (2 * otherVariance);
                likely[i] = 1 / (1 + Math.Exp(-Math.Clamp(odds, -50, 50)));
            }
        }
        return [.. values.Select((value, i) => likely[i] > 0.5 && value > lower)];
    }
}
