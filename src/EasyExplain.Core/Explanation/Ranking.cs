using EasyExplain.Detectors;
using EasyExplain.Models;
using EasyExplain.Networks;
using EasyExplain.Segmentation;
using static TorchSharp.torch;

namespace EasyExplain.Explanation;

/// <summary>What a network says of one picture.</summary>
/// <param name="All">Every class, the most probable first; empty of a network that has none.</param>
/// <param name="Predicted">
/// Those that are predicted: the first of classes that exclude each other; of classes that are each there or not, all whose probability is
/// at least 0.5, or else the first.
/// </param>
internal sealed record Ranking(IReadOnlyList<Prediction> All, IReadOnlyList<Prediction> Predicted)
{
    private const double Certain = 0.5;

    /// <summary>The probability of each class in their order; null where there are none.</summary>
    public float[]? Probabilities()
    {
        if (All.Count == 0 || double.IsNaN(All[0].Probability))
        {
            return null;
        }
        var probabilities = new float[All.Count];
        foreach (Prediction prediction in All)
        {
            probabilities[prediction.Class] = (float)prediction.Probability;
        }
        return probabilities;
    }

    /// <summary>What a detector found, the most certain first; null of other models.</summary>
    public IReadOnlyList<Detection>? Found { get; init; }

    /// <summary>What a detector found, each as a prediction; every class that was found is predicted.</summary>
    public static Ranking Of(CamModel model, IReadOnlyList<Detection> found)
    {
        Prediction[] all = [.. found.Select(one => new Prediction(one.Class, model.LabelOf(one.Class), one.Probability))];
        return new Ranking(all, [.. all.DistinctBy(prediction => prediction.Class)]) { Found = found };
    }

    /// <summary>What a segmenter sees somewhere, the largest first; all of it is predicted.</summary>
    public static Ranking Of(CamModel model, IEnumerable<SegmentedRegion> seen)
    {
        Prediction[] all = [.. seen.Select(one => new Prediction(one.Class, model.LabelOf(one.Class), one.Probability))];
        return new Ranking(all, all);
    }

    /// <summary>Sees that an output has numbers alone.</summary>
    /// <exception cref="InvalidDataException">It has others.</exception>
    public static void DemandFinite(CamModel model, Tensor output)
    {
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        if (!output.isfinite().all().item<bool>())
        {
            throw NotFinite(model);
        }
    }

    /// <summary>Ranks the logits of a picture.</summary>
    /// <exception cref="InvalidDataException">A logit is not finite.</exception>
    public static Ranking Of(CamModel model, float[] logits)
    {
        if (!logits.All(float.IsFinite))
        {
            throw NotFinite(model);
        }
        if (model.ClassCount == 0)
        {
            return new Ranking([], []);
        }
        double[] probabilities = model.Activation.Of(logits);
        Prediction[] all = [.. Enumerable.Range(0, logits.Length)
            .OrderByDescending(@class => logits[@class]) // which is their order by probability, and tells apart what rounding made 1
            .Select(@class => new Prediction(@class, model.LabelOf(@class), probabilities[@class]))];
        int predicted = model.Activation == Activation.Sigmoid ? Math.Max(1, all.Count(prediction => prediction.Probability >= Certain))
            : 1;
        return new Ranking(all, all[..predicted]);
    }

    private static InvalidDataException NotFinite(CamModel model) => new(
        $"The output of {model} is not finite, so there is nothing to explain: its weights or the input hold NaN or infinity.");
}
