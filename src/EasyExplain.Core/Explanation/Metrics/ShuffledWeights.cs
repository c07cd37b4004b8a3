using EasyExplain.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Explanation.Metrics;

/// <summary>
/// A network that has forgotten what it learnt: the values of each of its weights in another order, by chance. Their spread stays what it
/// was, so that numbers neither vanish nor grow beyond measure, whatever kind of layer they are of.
/// </summary>
internal sealed class ShuffledWeights : IDisposable
{
    private readonly Parameter[] _parameters; // in the order the network runs
    private readonly Tensor[] _shuffled;

    /// <param name="network">The network; it stays as it is.</param>
    /// <param name="seed">Draws the orders.</param>
    public ShuffledWeights(Network network, long seed)
    {
        using IDisposable untracked = no_grad();
        using var generator = new Generator((ulong)seed, CPU);
        _parameters = [.. network.Parameters.Where(parameter => !parameter.IsBuffer && parameter.Count > 1)];
        _shuffled = [.. _parameters.Select(parameter =>
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor value = parameter.Value, order = randperm(value.numel(), generator: generator).to(value.device);
            return value.flatten().index_select(0, order).view(value.shape).DetachFromDisposeScope();
        })];
    }

    /// <summary>
    /// Lets this thread see the shuffled weights of the first layers, up to a part of all, in place of the learnt ones; until the result is
    /// disposed.
    /// </summary>
    /// <param name="part">0 to 1: of the tensors.</param>
    public IDisposable Up(double part)
    {
        int count = (int)Math.Ceiling(part * _parameters.Length);
        return Parameter.Exchanged(_parameters.Zip(_shuffled).Take(count).ToDictionary(pair => pair.First, pair => pair.Second));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Tensor shuffled in _shuffled)
        {
            shuffled.Dispose();
        }
    }
}
