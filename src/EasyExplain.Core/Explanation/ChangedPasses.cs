using System.IO.Hashing;
using EasyExplain.Networks;
using EasyExplain.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Explanation;

/// <summary>The targets of one picture again and again, each time with something changed in it, or in a layer's output.</summary>
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
    /// <param name="ofEach">
    /// Whether it has something of its own for each channel, such as noise. Else channels whose masks are the same, as those of all that
    /// saw nothing are, or that each saw the same single place, have one pass for all of them.
    /// </param>
    public Tensor ScoresUnderMasks(Tensor masks, int rounds, Func<int, Tensor, Tensor> change, bool ofEach)
    {
        int[] sameAs = ofEach ? [.. Enumerable.Range(0, _channels)] : SameMasks(masks);
        int[] distinct = [.. sameAs.Distinct()];
        using Tensor firsts = tensor(distinct, device: masks.device), few = masks.index_select(0, firsts);
        Tensor scores = MeanScores(rounds, distinct.Length, (round, first, count) =>
        {
            Tensor resized = nn.functional.interpolate(
                few.narrow(0, first, count).unsqueeze(1), [.. run.Input.shape.Skip(2)], mode: InterpolationMode.Bilinear,
                align_corners: false);
            Tensor masked = change(round, resized.squeeze(1)).unsqueeze(1) * run.Input;
            return run.Runner.Run(run.Network, masked, [], track: false, run.Cancel).Logits;
        }, ofPictures: true);
        using Tensor each = tensor(Array.ConvertAll(sameAs, channel => Array.IndexOf(distinct, channel)), device: masks.device);
        return distinct.Length == _channels ? scores : scores.index_select(1, each);
    }

    /// <summary>For each of some masks <c>[C, h, w]</c> the first that is the same.</summary>
    private static int[] SameMasks(Tensor masks)
    {
        using Tensor rows = masks.to(CPU).contiguous();
        ReadOnlySpan<byte> bytes = rows.bytes;
        int length = bytes.Length / (int)rows.shape[0];
        var firsts = new Dictionary<UInt128, int>();
        int[] same = new int[rows.shape[0]];
        for (int mask = 0; mask < same.Length; mask++)
        {
            UInt128 hash = XxHash128.HashToUInt128(bytes.Slice(mask * length, length));
            firsts.TryAdd(hash, mask);
            same[mask] = firsts[hash];
        }
        return same;
    }

    /// <summary>
    /// The targets with each channel of the layer set to 0 where it lies on the picture, <c>[targets, C]</c>. What comes before the layer
    /// does not run again, but for a single pass where what follows reads something beside the layer, such as the other branch of a sum.
    /// </summary>
    public Tensor ScoresWithoutChannel()
    {
        var tail = new Tail(run.Runner, run.Network, _tap);
        IReadOnlyList<Tensor> beside = tail.Clean(run.Input, run.Cancel);
        Tensor clean = run.Pass.Taps[tapIndex].detach();
        return MeanScores(rounds: 1, _channels, (_, first, count) =>
        {
            Tensor changed = clean.repeat([count, .. Enumerable.Repeat(1L, clean.shape.Length - 1)]);
            // Picture n of the batch loses channel first + n: the diagonal of these two dimensions.
            _tap.Layout!.ToMap(changed).narrow(1, first, count).diagonal(offset: 0, dim1: 0, dim2: 1).zero_();
            return tail.Run(changed, beside, run.Cancel);
        });
    }

    /// <summary>The targets of pictures made of this one, <c>[targets, count]</c>.</summary>
    /// <param name="count">How many.</param>
    /// <param name="pictures">Makes so many of them from one on, <c>[n, C, H, W]</c>; it is asked for them in order.</param>
    /// <param name="probabilities">Whether of the classes' probabilities, where there are any, or of their logits.</param>
    public Tensor ScoresOf(int count, Func<int, int, Tensor> pictures, bool probabilities) => MeanScores(rounds: 1, count, (_, first, n) =>
        run.Runner.Run(run.Network, pictures(first, n), [], track: false, run.Cancel).Logits, probabilities, ofPictures: true);

    /// <summary>The targets with one window of the picture covered at a time, <c>[targets, windows]</c>.</summary>
    public Tensor ScoresWithoutWindows(WindowGrid windows)
    {
        var passes = new WindowPasses(run, windows);
        return MeanScores(rounds: 1, windows.Count, (_, first, count) => passes.Run(first, count), ofPictures: true);
    }

    /// <summary>
    /// The targets of changed outputs of the layer, <c>[targets, count]</c>: only what follows it runs. Tokens that stand for no place stay
    /// as they are.
    /// </summary>
    /// <param name="count">How many.</param>
    /// <param name="change">
    /// Makes so many of them from one on, <c>[n, C, H, W]</c>, of the clean one, <c>[1, C, H, W]</c>; it is asked for them in order.
    /// </param>
    /// <param name="averages">
    /// Makes the averages of their channels, <c>[n, C, 1, 1]</c>: where the network takes nothing else of the layer, they are enough.
    /// </param>
    /// <param name="probabilities">Whether of the classes' probabilities, where there are any, or of their logits.</param>
    public Tensor ScoresOfOutputs(
        int count, Func<int, int, Tensor, Tensor> change, Func<int, int, Tensor, Tensor> averages, bool probabilities)
    {
        Tensor clean = run.Pass.Taps[tapIndex].detach();
        AfterAverages? after = AfterAverages.Of(run.Network, _tap);
        // One number a channel for each: all of them take less than one picture does.
        return after is not null
            ? MeanScores(1, count, (_, first, n) => after.Run(run.Runner, averages(first, n, clean), run.Cancel), probabilities, count)
            : ScoresOfOutputs([_tap], [clean], count, change, probabilities);
    }

    /// <summary>The same of several nodes whose outputs change alike, wherever they are.</summary>
    public Tensor ScoresOfOutputs(IReadOnlyList<Node> nodes, int count, Func<int, int, Tensor, Tensor> change, bool probabilities) =>
        ScoresOfOutputs(nodes, run.Runner.Run(run.Network, run.Input, nodes, track: false, run.Cancel).Taps, count, change, probabilities);

    private Tensor ScoresOfOutputs(
        IReadOnlyList<Node> nodes, IReadOnlyList<Tensor> clean, int count, Func<int, int, Tensor, Tensor> change, bool probabilities)
    {
        var tail = new Tail(run.Runner, run.Network, nodes);
        IReadOnlyList<Tensor> beside = tail.Clean(run.Input, run.Cancel);
        return MeanScores(rounds: 1, count, (_, first, n) => tail.Run([.. nodes.Zip(clean, (node, output) =>
        {
            Tensor made = change(first, n, node.Layout!.ToMap(output));
            if (node.Layout is ChannelsFirst)
            {
                return made; // there is nothing beside the places
            }
            Tensor changed = output.repeat([n, .. Enumerable.Repeat(1L, output.shape.Length - 1)]);
            node.Layout.ToMap(changed).copy_(made);
            return changed;
        })], beside, run.Cancel), probabilities);
    }

    private Tensor MeanScores(
        int rounds, int each, Func<int, int, int, Tensor> logits, bool probabilities = false, int? atOnce = null, bool ofPictures = false)
    {
        using IDisposable untracked = no_grad();
        probabilities &= run.Activation != Activation.None;
        Tensor sums = zeros([targets.Count, each], dtype: run.Input.dtype, device: run.Input.device);
        int batch = atOnce ?? run.FittingBatch(track: false);
        for (int round = 0; round < rounds; round++)
        {
            for (int first = 0; first < each; first += batch)
            {
                run.Cancel.ThrowIfCancellationRequested();
                using DisposeScope scope = NewDisposeScope();
                int count = Math.Min(batch, each - first);
                Tensor made = logits(round, first, count);
                Tensor scores = probabilities ? run.ProbabilitiesOf(made) : made;
                sums.narrow(1, first, count).PlusInPlace(stack(targets.Select(target =>
                    ofPictures && target.OfChangedPicture is { } changed ? changed.Of(made) : target.Of(scores))));
                run.Progress?.Invoke(round * each + first + count, rounds * each);
            }
        }
        using Scalar held = rounds;
        return sums.div_(held);
    }
}
