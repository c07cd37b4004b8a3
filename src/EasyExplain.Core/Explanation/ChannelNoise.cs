using static TorchSharp.torch;

namespace EasyExplain.Explanation;

/// <summary>Standard normal noise for one channel after the other, the same however many are taken at a time.</summary>
/// <param name="seed">Starts torch's CPU generator.</param>
/// <param name="channels">How many channels a round has.</param>
/// <param name="height">Rows of the noise.</param>
/// <param name="width">Columns of the noise.</param>
public sealed class ChannelNoise(long seed, long channels, long height, long width) : IDisposable
{
    // torch fills a tensor 16 numbers at a time. So whole groups of 16 channels, drawn one after the other, are
    // what a draw of all channels at once gives, which may be more than fits into memory.
    private const long Group = 16;

    private readonly Generator _generator = new((ulong)seed, CPU);
    private Tensor _drawn = empty(0, height, width).DetachFromDisposeScope();
    private long _left; // of this round, not yet drawn

    /// <summary>
    /// The noise of the next <paramref name="count"/> channels, <c>[count, H, W]</c>; a round ends with its last channel.
    /// </summary>
    public Tensor Next(long count)
    {
        while (_drawn.shape[0] < count)
        {
            _left = _left == 0 ? channels : _left;
            long more = Math.Min(Group, _left);
            _left -= more;
            using Tensor before = _drawn, drawn = randn([more, height, width], generator: _generator);
            _drawn = cat([before, drawn], 0).DetachFromDisposeScope();
        }
        using Tensor all = _drawn;
        Tensor next = all.narrow(0, 0, count);
        _drawn = all.narrow(0, count, all.shape[0] - count).DetachFromDisposeScope();
        return next;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _drawn.Dispose();
        _generator.Dispose();
    }
}
