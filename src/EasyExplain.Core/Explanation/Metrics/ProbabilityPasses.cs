using EasyExplain.Detectors;
using EasyExplain.Models;
using EasyExplain.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Explanation.Metrics;

/// <summary>
/// The probability of what is explained for changed inputs, many at a time: of a class; of what a detector found, that of its class at its
/// candidate; of a segmenter's class, its mean over the places that are explained.
/// </summary>
/// <remarks>
/// Where a detector has other candidates in each picture (<see cref="LikenessTarget.CandidatesMove"/>), it is the one of
/// <see cref="LikenessTarget.Probability"/>.
/// </remarks>
/// <param name="model">The model; it has probabilities.</param>
/// <param name="network">Its network, or one made of it by folding.</param>
/// <param name="target">What is explained; it has a probability (<see cref="Knows"/>).</param>
/// <param name="batch">How many inputs run at a time at most.</param>
/// <param name="cancel">Stops it.</param>
internal sealed class ProbabilityPasses(CamModel model, Network network, Target target, int batch, CancellationToken cancel)
{
    /// <summary>Whether something has a probability: where the side of a box lies has none.</summary>
    public static bool Knows(Target target) => target is not BoxTarget;

    /// <summary>The probability for each of so many inputs.</summary>
    /// <param name="count">How many.</param>
    /// <param name="inputs">Makes some of them, <c>[n, C, H, W]</c>, given the first one's number and n.</param>
    public double[] Of(int count, Func<int, int, Tensor> inputs)
    {
        using IDisposable weights = model.Use();
        using IDisposable untracked = no_grad();
        double[] probabilities = new double[count];
        for (int first = 0; first < count; first += batch)
        {
            cancel.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            int together = Math.Min(batch, count - first);
            Tensor logits = model.Runner.Run(network, inputs(first, together), [], track: false, cancel).Logits;
            ProbabilityOf(logits).to(CPU).to(float64).contiguous().data<double>().ToArray().CopyTo(probabilities, first);
        }
        return Array.TrueForAll(probabilities, double.IsFinite) ? probabilities : throw new InvalidDataException(
            $"The output of {model} for a changed image is not finite, so nothing can be measured on it.");
    }

    private Tensor ProbabilityOf(Tensor output) => target switch
    {
        DetectionTarget { Found: { CandidatesMove: true } thing } => thing.Probability(output.to(CPU)),
        DetectionTarget found => (found with { Candidate = 0 }).Of(
            model.Detector!.WithProbabilities(output.narrow(1, found.Candidate, 1).to(CPU).to(float64))),
        RegionTarget region => region.Of(model.Activation.Of(output)),
        _ => model.Activation.Of(output.to(CPU).to(float64)).select(1, target.Class),
    };

    /// <summary>The probability for one input <c>[1, C, H, W]</c>.</summary>
    public double Of(Tensor input) => Of(1, (_, _) => input.alias())[0];
}
