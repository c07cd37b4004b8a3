namespace EasyExplain.Audit.Findings;

/// <summary>How bad findings are, on one scale for all kinds.</summary>
/// <remarks>
/// The square root of the share of a class's results that cannot be trusted: 1 % is 0.1, a quarter 0.5, all 1. What may be right for a
/// wrong reason counts half of what is wrong, what is only odd a quarter. A finding about a single image has a severity of its own, so that
/// those of small classes are not ahead of those of large ones.
/// </remarks>
internal static class Severities
{
    /// <summary>A wrong label.</summary>
    public const double OneWrong = 0.2;

    /// <summary>Results of a class that are wrong.</summary>
    public static double Wrong(double share) => Math.Sqrt(Math.Clamp(share, 0, 1));

    /// <summary>Results of a class that may be right for a wrong reason.</summary>
    public static double WrongReason(double share) => Wrong(share) / 2;

    /// <summary>Images of a class that are only odd.</summary>
    public static double Odd(double share) => Wrong(share) / 4;
}
