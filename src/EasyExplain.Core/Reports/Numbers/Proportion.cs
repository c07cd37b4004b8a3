using EasyExplain.Audit.Findings;

namespace EasyExplain.Reports.Numbers;

/// <summary>So many of so many, and where the share lies with 95 % confidence (Wilson 1927).</summary>
/// <param name="Seen">How many, at most <paramref name="Of"/>.</param>
/// <param name="Of">Of how many.</param>
internal readonly record struct Proportion(int Seen, int Of)
{
    /// <summary>The share, 0 to 1; not a number of none.</summary>
    public double Value => Of == 0 ? double.NaN : (double)Seen / Of;

    /// <summary>The interval's lower end; 0 of none.</summary>
    public double Low => Statistics.Wilson(Seen, Of).Low;

    /// <summary>The interval's upper end; 1 of none.</summary>
    public double High => Statistics.Wilson(Seen, Of).High;

    /// <summary>The same with one more, which is one of those counted or not.</summary>
    public Proportion With(bool seen) => new(Seen + (seen ? 1 : 0), Of + 1);
}
