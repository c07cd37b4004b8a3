using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Training;

internal static class Evaluation
{
    private const int Batch = 500;

    /// <summary>The part of <paramref name="images"/> whose class the network names first, 0 to 1.</summary>
    public static double Accuracy(nn.Module<Tensor, Tensor> network, ImageSet images)
    {
        network.eval();
        using IDisposable inference = no_grad();
        long correct = 0;
        for (int start = 0; start < images.Count; start += Batch)
        {
            using DisposeScope scope = NewDisposeScope();
            int count = Math.Min(Batch, images.Count - start);
            Tensor logits = network.call(images.ToInput(images.Pixels.narrow(0, start, count)));
            correct += logits.argmax(1).eq(images.Labels.narrow(0, start, count)).sum().item<long>();
        }
        return (double)correct / images.Count;
    }
}
