namespace EasyExplain.Benchmarks;

/// <summary>One promise and what was measured of it.</summary>
/// <param name="What">What is compared with what.</param>
/// <param name="Reach">The ratio that must not be exceeded.</param>
/// <param name="Measured">The ratio as measured.</param>
/// <param name="Unit">Of both, such as <c>s</c>; null for a ratio.</param>
public sealed record Row(string What, double Reach, double Measured, string? Unit = null)
{
    /// <summary>Whether the promise was kept.</summary>
    public bool Held => Measured <= Reach;
}
