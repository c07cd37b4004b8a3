using EasyExplain.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Explanation.Metrics;

/// <summary>
/// What a map must change with, and what it must not: a map that stays the same when the network forgets all, or for another class, tells
/// nothing of the decision (Adebayo et al. 2018, arXiv 1810.03292); one that jumps under noise which nobody sees is not to be relied upon.
/// </summary>
internal static class Sanity
{
    private const int Stages = 4;  // of forgetting: each map is made again that often
    private const int Samples = 8; // of noise
    private const double Radius = 0.1; // of the noise, in units of the normalised input: about 6 of 255

    /// <summary>
    /// How alike the map stays on average while weights are shuffled, a quarter of them after the other, from the first layers on.
    /// </summary>
    /// <param name="map">The map, row by row.</param>
    /// <param name="weights">The shuffled weights.</param>
    /// <param name="again">Makes the map again, with whatever weights there are; null where there is none.</param>
    public static double ParameterRandomization(float[] map, ShuffledWeights weights, Func<float[]?> again) =>
        Enumerable.Range(1, Stages).Average(stage =>
        {
            using IDisposable shuffled = weights.Up((double)stage / Stages);
            return again() is { } other ? Likeness(map, other) : 0; // nothing may be left of it
        });

    /// <summary>How alike two maps are: Spearman's rank correlation, 1 of equal ones.</summary>
    public static double Likeness(float[] map, float[] other) => map.SequenceEqual(other) ? 1 : Correlation.Spearman(map, other);

    /// <summary>
    /// The largest change of the map among some noisy copies of the input, relative to the map itself, by their Euclidean norms (Yeh et al.
    /// 2019, arXiv 1901.09392, definition 2).
    /// </summary>
    /// <param name="map">The map, row by row.</param>
    /// <param name="input"><c>[1, 3, H, W]</c>.</param>
    /// <param name="seed">Draws the noise, which is even between −0.1 and 0.1.</param>
    /// <param name="of">Makes the map of an input; null where there is none, and then there is no figure.</param>
    public static double? Stability(float[] map, Tensor input, long seed, Func<Tensor, float[]?> of)
    {
        using var generator = new Generator((ulong)seed, CPU);
        double size = Norm(map), worst = 0;
        for (int sample = 0; sample < Samples; sample++)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor noise = rand(input.shape, generator: generator).Times(2 * Radius).Plus(-Radius).to(input.device);
            if (of(input.Plus(noise)) is not { } other)
            {
                return null;
            }
            double change = Norm([.. map.Zip(other, (a, b) => b - a)]);
            // An empty map that does not stay empty has changed altogether.
            worst = Math.Max(worst, size > 0 ? change / size : change > 0 ? 1 : 0);
        }
        return worst;
    }

    private static double Norm(float[] values) => Math.Sqrt(values.Sum(value => (double)value * value));
}
