using EasyExplain.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Explanation;

/// <summary>The class score of one picture again and again, each time with something changed for one channel of a layer.</summary>
/// <param name="network">The network.</param>
/// <param name="input">The picture, <c>[1, 3, H, W]</c>.</param>
/// <param name="tap">The layer.</param>
/// <param name="clean">Its output for the picture, as its operator makes it.</param>
/// <param name="class">Whose score.</param>
/// <param name="batchSize">How many passes run at a time, memory allowing.</param>
/// <param name="progress">Is told after each batch how many passes are done, of how many.</param>
/// <param name="cancel">Stops it before the next node.</param>
internal sealed class ChangedPasses(
    Network network, Tensor input, Node tap, Tensor clean, long @class, int batchSize, Action<int, int>? progress, CancellationToken cancel)
{
    // What a run may take beside the model: little enough for a small machine, and far more than a CPU needs to be busy.
    private const long MemoryBudget = 1L << 30;

    // Operators have inner tensors too (the attention of all pairs of tokens, a convolution's workspace): about as much as their outputs.
    private const long WithInnerTensors = 2;

    private readonly int _channels = (int)tap.Layout!.ToMap(clean).shape[1];

    /// <summary>The score of the picture under each of the channels' masks, <c>[C]</c>: the mean over several rounds.</summary>
    /// <param name="masks"><c>[C, h, w]</c>; resized to the picture (bilinear), then multiplied with every colour of it.</param>
    /// <param name="rounds">How often.</param>
    /// <param name="change">What is done to resized masks <c>[n, H, W]</c> in a round, which counts from 0. It is asked for channels in order.</param>
    public Tensor ScoresUnderMasks(Tensor masks, int rounds, Func<int, Tensor, Tensor> change) => MeanScores(rounds, (round, first, count) =>
    {
        Tensor resized = nn.functional.interpolate(
            masks.narrow(0, first, count).unsqueeze(1), [.. input.shape.Skip(2)], mode: InterpolationMode.Bilinear, align_corners: false);
        Tensor masked = change(round, resized.squeeze(1)).unsqueeze(1) * input;
        return Executor.Run(network, masked, [], track: false, cancel).Logits;
    });

    /// <summary>
    /// The score with each channel of the layer set to 0 where it lies on the picture, <c>[C]</c>. What comes before the layer does not
    /// run again, but for a single pass where what follows reads something beside the layer, such as the other branch of a sum.
    /// </summary>
    public Tensor ScoresWithoutChannel()
    {
        var tail = new Tail(network, tap);
        IReadOnlyList<Tensor> beside = tail.Beside.Count == 0 ? [] : Executor.Run(network, input, tail.Beside, track: false, cancel).Taps;
        return MeanScores(rounds: 1, (_, first, count) =>
        {
            Tensor changed = clean.repeat([count, .. Enumerable.Repeat(1L, clean.shape.Length - 1)]);
            // Picture n of the batch loses channel first + n: the diagonal of these two dimensions.
            tap.Layout!.ToMap(changed).narrow(1, first, count).diagonal(offset: 0, dim1: 0, dim2: 1).zero_();
            return tail.Run(changed, beside, cancel);
        });
    }

    private Tensor MeanScores(int rounds, Func<int, int, int, Tensor> logits)
    {
        using IDisposable untracked = no_grad();
        Tensor sums = zeros([_channels], device: input.device);
        int batch = FittingBatch();
        for (int round = 0; round < rounds; round++)
        {
            for (int first = 0; first < _channels; first += batch)
            {
                cancel.ThrowIfCancellationRequested();
                using DisposeScope scope = NewDisposeScope();
                int count = Math.Min(batch, _channels - first);
                sums.narrow(0, first, count).add_(logits(round, first, count).select(1, @class));
                progress?.Invoke(round * _channels + first + count, rounds * _channels);
            }
        }
        return sums.div_(rounds);
    }

    private int FittingBatch()
    {
        long bytesEach = WithInnerTensors * sizeof(float) * Executor.MostNumbersAlive(network, network.Shapes([.. input.shape.Skip(1)]));
        return (int)Math.Clamp(MemoryBudget / bytesEach, 1, batchSize);
    }
}
