using EasyExplain.Networks;
using EasyExplain.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Explanation;

/// <summary>The targets of one picture again and again, each time with something changed for one channel of a layer.</summary>
/// <param name="run">The picture's way through the network.</param>
/// <param name="tapIndex">Which of its taps is the layer.</param>
/// <param name="targets">What is explained: all of one run.</param>
internal sealed class ChangedPasses(PictureRun run, int tapIndex, IReadOnlyList<Target> targets)
{
    private readonly Node _tap = run.Taps[tapIndex];
    private readonly int _channels = (int)run.Activations[tapIndex].shape[0];

    /// <summary>The targets of the picture under each of the channels' masks, <c>[targets, C]</c>: the mean over several rounds.</summary>
    /// <param name="masks"><c>[C, h, w]</c>; resized to the picture (bilinear), then multiplied with every colour of it.</param>
    /// <param name="rounds">How often.</param>
    /// <param name="change">
    /// What is done to resized masks <c>[n, H, W]</c> in a round, which counts from 0. It is asked for channels in order.
    /// </param>
    public Tensor ScoresUnderMasks(Tensor masks, int rounds, Func<int, Tensor, Tensor> change) =>
        MeanScores(rounds, (round, first, count) =>
    {
        Tensor resized = nn.functional.interpolate(
            masks.narrow(0, first, count).unsqueeze(1), [.. run.Input.shape.Skip(2)], mode: InterpolationMode.Bilinear,
            align_corners: false);
        Tensor masked = change(round, resized.squeeze(1)).unsqueeze(1) * run.Input;
        return run.Runner.Run(run.Network, masked, [], track: false, run.Cancel).Logits;
    });

    /// <summary>
    /// The targets with each channel of the layer set to 0 where it lies on the picture, <c>[targets, C]</c>. What comes before the layer
    /// does not run again, but for a single pass where what follows reads something beside the layer, such as the other branch of a sum.
    /// </summary>
    public Tensor ScoresWithoutChannel()
    {
        var tail = new Tail(run.Runner, run.Network, _tap);
        IReadOnlyList<Tensor> beside = tail.Beside.Count == 0 ? []
            : run.Runner.Run(run.Network, run.Input, tail.Beside, track: false, run.Cancel).Taps;
        Tensor clean = run.Pass.Taps[tapIndex].detach();
        return MeanScores(rounds: 1, (_, first, count) =>
        {
            Tensor changed = clean.repeat([count, .. Enumerable.Repeat(1L, clean.shape.Length - 1)]);
            // Picture n of the batch loses channel first + n: the diagonal of these two dimensions.
            _tap.Layout!.ToMap(changed).narrow(1, first, count).diagonal(offset: 0, dim1: 0, dim2: 1).zero_();
            return tail.Run(changed, beside, run.Cancel);
        });
    }

    private Tensor MeanScores(int rounds, Func<int, int, int, Tensor> logits)
    {
        using IDisposable untracked = no_grad();
        Tensor sums = zeros([targets.Count, _channels], dtype: run.Input.dtype, device: run.Input.device);
        int batch = run.FittingBatch(track: false);
        for (int round = 0; round < rounds; round++)
        {
            for (int first = 0; first < _channels; first += batch)
            {
                run.Cancel.ThrowIfCancellationRequested();
                using DisposeScope scope = NewDisposeScope();
                int count = Math.Min(batch, _channels - first);
                Tensor made = logits(round, first, count);
                sums.narrow(1, first, count).PlusInPlace(stack(targets.Select(target => target.Of(made))));
                run.Progress?.Invoke(round * _channels + first + count, rounds * _channels);
            }
        }
        using Scalar held = rounds;
        return sums.div_(held);
    }
}
