using System.Diagnostics;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace EasyExplain.Training;

/// <summary>How a round through the training images went; the accuracy is that on the augmented images while they were learnt.</summary>
internal sealed record EpochResult(int Number, double Loss, double Accuracy, TimeSpan Time);

/// <summary>
/// SGD with Nesterov momentum, a learning rate that rises for a quarter of the way and then falls (one cycle; Smith and Topin 2018), and
/// label smoothing.
/// </summary>
internal static class Trainer
{
    private const double Momentum = 0.9;
    private const double WeightDecay = 5e-4;
    private const double LabelSmoothing = 0.05;
    private const double RisingPart = 0.25;

    /// <summary>Trains epoch by epoch, as the caller goes on.</summary>
    public static IEnumerable<EpochResult> Train(nn.Module<Tensor, Tensor> network, ImageSet images, TrainingOptions options)
    {
        int batch = Math.Min(options.Batch, images.Count);
        int steps = images.Count / batch;
        using SGD optimizer = optim.SGD(
            network.parameters(), options.LearningRate, Momentum, weight_decay: WeightDecay, nesterov: true);
        optim.lr_scheduler.LRScheduler schedule = optim.lr_scheduler.OneCycleLR(
            optimizer, options.LearningRate, total_steps: steps * options.Epochs, pct_start: RisingPart, cycle_momentum: false);

        for (int epoch = 1; epoch <= options.Epochs; epoch++)
        {
            var clock = Stopwatch.StartNew();
            network.train();
            double loss = 0;
            long correct = 0;
            using Tensor order = randperm(images.Count, ScalarType.Int64);
            for (int step = 0; step < steps; step++)
            {
                using DisposeScope scope = NewDisposeScope();
                Tensor chosen = order.narrow(0, (long)step * batch, batch);
                Tensor labels = images.Labels.index_select(0, chosen);
                Tensor logits = network.call(images.ToInput(Augmentation.Pick(images.Pixels, chosen)));
                Tensor error = nn.functional.cross_entropy(logits, labels, label_smoothing: LabelSmoothing);
                optimizer.zero_grad();
                error.backward();
                optimizer.step();
                schedule.step();
                loss += error.item<float>();
                correct += logits.argmax(1).eq(labels).sum().item<long>();
            }
            yield return new EpochResult(epoch, loss / steps, (double)correct / (steps * batch), clock.Elapsed);
        }
    }
}
