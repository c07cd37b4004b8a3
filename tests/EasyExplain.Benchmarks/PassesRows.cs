using EasyExplain.Models;
using EasyExplain.Runtime;

namespace EasyExplain.Benchmarks;

/// <summary>Explanations with a pass a channel against as many plain inferences.</summary>
internal static class PassesRows
{
    private const int Channels = 512; // of ResNet-18's layer4
    private const int Sample = 64;    // so many inferences are timed; they stand for one a channel
    private const int Rounds = 5;
    private const double ScoreReach = 0.6;

    public static IEnumerable<Row> Measure(Func<string, bool> wanted)
    {
        const string Score = "ScoreCAM at layer4 of ResNet-18, 512 maps / 512 plain inferences at their best batch size";
        const string ScoreInBytes = "ScoreCAM at layer4 of ResNet-18 in Int8, 512 maps / 512 plain inferences at their best batch size";
        const string Ablation = "AblationCAM at layer4 of ResNet-18 / 512 plain inferences at their best batch size";
        if (!ByteProducts.AreFast && wanted(ScoreInBytes))
        {
            yield return new Row(ScoreInBytes, ScoreReach, null) { Lacks = "VNNI" };
        }
        if (!wanted(Score) && !wanted(ScoreInBytes) && !wanted(Ablation))
        {
            yield break;
        }
        using Subject resnet = new("resnet18"), bytes = new("resnet18", Precision.Int8);
        Func<IDisposable?> inferences = AtBestBatchSize(resnet);
        Comparison[] comparisons =
        [
            new(Score, ScoreReach, resnet.Explanation("ScoreCAM", "layer4"), inferences) { Yardsticks = Channels / Sample },
            new(ScoreInBytes, ScoreReach, bytes.Explanation("ScoreCAM", "layer4"), inferences) { Yardsticks = Channels / Sample },
            new(Ablation, 0.05, resnet.Explanation("AblationCAM", "layer4"), inferences) { Yardsticks = Channels / Sample },
        ];
        foreach (Row row in Comparison.Measure(Rounds, comparisons
            .Where(comparison => wanted(comparison.What) && (ByteProducts.AreFast || comparison.What != ScoreInBytes))))
        {
            yield return row;
        }
    }

    private static Func<IDisposable?> AtBestBatchSize(Subject subject)
    {
        int[] sizes = [1, 2, 4, 8, 16];
        Func<IDisposable?>[] candidates = [.. sizes.Select(size => subject.Inference(size, Sample / size))];
        double[] medians = SideBySide.Medians(rounds: 3, () => { }, candidates);
        int best = Array.IndexOf(medians, medians.Min());
        Console.Error.WriteLine($"ResNet-18, plain inference: best in batches of {sizes[best]}, {1000 * medians[best] / Sample:f1} ms a " +
            $"picture");
        return candidates[best];
    }
}
