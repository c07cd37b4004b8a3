using System.Diagnostics;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace EasyExplain.Training.Detection;

/// <summary>How training went since the last word of it.</summary>
internal sealed record DetectorProgress(int Step, double Loss, TimeSpan Time);

/// <summary>
/// AdamW (Loshchilov and Hutter 2019) with a learning rate that rises and then falls (one cycle), on canvases that are never twice the same.
/// </summary>
internal static class DetectorTrainer
{
    private const double WeightDecay = 0.02, RisingPart = 0.1;
    private const int Often = 100; // steps between two words

    // More objects than a canvas is tested with: a step learns from more of them.
    private const int Least = 3, Most = 7;

    /// <summary>Trains, as the caller goes on.</summary>
    public static IEnumerable<DetectorProgress> Train(SmallDetector network, ImageSet images, DetectorOptions options)
    {
        using AdamW optimizer = optim.AdamW(network.parameters(), options.LearningRate, weight_decay: WeightDecay);
        optim.lr_scheduler.LRScheduler schedule = optim.lr_scheduler.OneCycleLR(
            optimizer, options.LearningRate, total_steps: options.Steps, pct_start: RisingPart, cycle_momentum: false);
        var clock = Stopwatch.StartNew();
        double loss = 0;
        network.train();
        for (int step = 1; step <= options.Steps; step++)
        {
            using (DisposeScope scope = NewDisposeScope())
            {
                int first = (step - 1) * options.Batch;
                Canvas[] canvases = [.. Enumerable.Range(first, options.Batch).AsParallel().AsOrdered()
                    .Select(number => CanvasMaker.Make(images, options.Seed, number, Least, Most, mirror: true))];
                Tensor error = DetectorLoss.Of(network.call(ToInput(canvases)), canvases);
                optimizer.zero_grad();
                error.backward();
                optimizer.step();
                schedule.step();
                loss += error.item<float>();
            }
            if (step % Often == 0 || step == options.Steps)
            {
                yield return new DetectorProgress(step, loss / ((step - 1) % Often + 1), clock.Elapsed);
                loss = 0;
                network.train(); // the caller may have tested it
            }
        }
    }

    /// <summary>Canvases as the network takes them: float32 [N, 3, 128, 128], 0 to 1.</summary>
    public static Tensor ToInput(IReadOnlyList<Canvas> canvases)
    {
        using DisposeScope scope = NewDisposeScope();
        byte[] all = [.. canvases.SelectMany(canvas => canvas.Rgb)];
        return (tensor(all).view(canvases.Count, Canvas.Side, Canvas.Side, 3).permute(0, 3, 1, 2).to(ScalarType.Float32) / 255)
            .contiguous().MoveToOuterDisposeScope();
    }
}
