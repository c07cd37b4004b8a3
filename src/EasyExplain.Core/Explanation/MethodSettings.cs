using EasyExplain.Explanation.Methods;
using EasyExplain.Networks;

namespace EasyExplain.Explanation;

/// <summary>What a user may set of the methods; each heeds what it knows.</summary>
/// <param name="SampleCount">
/// How many noisy copies, steps or masks a method takes; null for as many as each usually does (<see cref="CamMethod.UsualSamples"/>).
/// </param>
/// <param name="NoiseStd">The standard deviation of the noise on the normalised input, in its units.</param>
/// <param name="Seed">Starts the generator; the same seed draws the same numbers whatever the batch size.</param>
/// <param name="BatchSize">How many passes run at a time at most, memory allowing: results do not change beyond rounding.</param>
public sealed record MethodSettings(int? SampleCount, double NoiseStd, long Seed, int BatchSize)
{
    /// <summary>What Occlusion covers at a time, in pixels of the input; null for an eighth of its sides.</summary>
    public Extent? Window { get; init; }

    /// <summary>From one place of it to the next, in pixels; null for half a window.</summary>
    public Extent? Stride { get; init; }

    /// <summary>What every colour becomes where it covers the picture, in units of the normalised input: 0 is the mean colour.</summary>
    public double Baseline { get; init; }

    /// <summary>How LRP hands on relevance.</summary>
    public LrpSettings Relevance { get; init; } = new();

    /// <summary>How many samples a method takes.</summary>
    public int SamplesOf(CamMethod method) => SampleCount ?? method.UsualSamples;
}
