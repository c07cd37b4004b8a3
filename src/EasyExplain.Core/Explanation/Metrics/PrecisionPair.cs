using EasyExplain.Explanation.Methods;
using EasyExplain.Models;
using static TorchSharp.torch;

namespace EasyExplain.Explanation.Metrics;

/// <summary>An explanation of a model in 8 bits, and that of the same in float32: made one after the other, so that they compare.</summary>
/// <param name="InBytes">In 8 bits.</param>
/// <param name="InFull">In float32.</param>
internal sealed record PrecisionPair(CamExplanation InBytes, CamExplanation InFull)
{
    /// <summary>Makes both.</summary>
    /// <param name="explanation">The explanation that is made again, of a model that computes in 8 bits.</param>
    /// <param name="method">Its method.</param>
    /// <param name="layers">Its layers.</param>
    /// <param name="settings">What the method heeds.</param>
    /// <param name="target">What is explained.</param>
    /// <param name="input"><c>[1, C, H, W]</c>.</param>
    /// <param name="cancel">Stops it.</param>
    public static PrecisionPair Of(CamExplanation explanation, CamMethod method, IReadOnlyList<CamLayer> layers, MethodSettings settings,
        Target target, Tensor input, CancellationToken cancel)
    {
        return new PrecisionPair(Made(explanation.Model), Made(explanation.Model.InFloat32()));

        CamExplanation Made(CamModel model)
        {
            var explainer = new Explainer(model, layers, [method], ClassChoice.Again(target), settings, explanation.Smoothing);
            explainer.Compile();
            return explainer.Explain(input, cancel)[0].OfPhoto(explanation);
        }
    }

    /// <summary>Pearson's r of their maps; 1 where both are the same all over.</summary>
    public double Correlation
    {
        get
        {
            float[] one = [.. InBytes.Map.ToArray().Cast<float>()], other = [.. InFull.Map.ToArray().Cast<float>()];
            return one.SequenceEqual(other) ? 1 : Metrics.Correlation.Pearson(one, other);
        }
    }

    /// <summary>1 where the same is predicted, else 0; null of what is no classifier: it is asked about a place.</summary>
    public double? Agreement => InBytes.Model.Task != CamTask.Classify ? null
        : InBytes.PredictedClasses.ToHashSet().SetEquals(InFull.PredictedClasses) ? 1 : 0;
}
