using System.Text.Json.Serialization;

namespace EasyExplain.Benchmarks;

/// <summary>One promise and what was measured of it.</summary>
/// <param name="What">What is compared with what.</param>
/// <param name="Reach">The ratio that must not be exceeded, or that must be reached where <paramref name="AtLeast"/> says so.</param>
/// <param name="Measured">The ratio as measured; null where the machine lacks what it takes.</param>
/// <param name="Unit">Of both, such as <c>s</c>; null for a ratio.</param>
/// <param name="AtLeast">Whether more is better.</param>
public sealed record Row(
    string What, double Reach, double? Measured, string? Unit = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool AtLeast = false)
{
    /// <summary>What this machine would need, such as <c>VNNI</c>; null where it has all.</summary>
    public string? Lacks { get; init; }

    /// <summary>The machine, see <see cref="Benchmarks.Machine"/>: rows of several may lie together.</summary>
    public string? Machine { get; init; }

    /// <summary>Whether the promise was kept; null where nothing could be measured.</summary>
    public bool? Held => Measured is { } measured ? AtLeast ? measured >= Reach : measured <= Reach : null;
}
