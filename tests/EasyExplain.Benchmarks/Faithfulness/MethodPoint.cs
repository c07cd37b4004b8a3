using EasyExplain.Explanation.Metrics;

namespace EasyExplain.Benchmarks.Faithfulness;

/// <summary>What a method costs, and how faithful its maps are, in one precision.</summary>
/// <param name="Method">Its name.</param>
/// <param name="Cost">The time of an explanation, as a multiple of that of a prediction in float32.</param>
/// <param name="OverChance">See <see cref="FaithfulnessFigures"/>.</param>
internal sealed record MethodPoint(string Method, double Cost, CamInterval OverChance)
{
    /// <summary>Whether the whole interval lies above 0.</summary>
    public bool IsBetterThanChance => OverChance.Low > 0;
}
