using EasyExplain.Models;
using EasyExplain.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Explanation.Metrics;

/// <summary>One class's probability for changed inputs, many at a time.</summary>
/// <param name="model">The model; it has probabilities.</param>
/// <param name="network">Its network, or one made of it by folding.</param>
/// <param name="class">The class.</param>
/// <param name="batch">How many inputs run at a time at most.</param>
/// <param name="cancel">Stops it.</param>
internal sealed class ClassPasses(CamModel model, Network network, int @class, int batch, CancellationToken cancel)
{
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
            double[] some = model.Activation.Of(logits.to(CPU).to(float64)).select(1, @class).contiguous().data<double>().ToArray();
            some.CopyTo(probabilities, first);
        }
        return Array.TrueForAll(probabilities, double.IsFinite) ? probabilities : throw new InvalidDataException(
            $"The output of {model} for a changed image is not finite, so nothing can be measured on it.");
    }

    /// <summary>The probability for one input <c>[1, C, H, W]</c>.</summary>
    public double Of(Tensor input) => Of(1, (_, _) => input.alias())[0];
}
