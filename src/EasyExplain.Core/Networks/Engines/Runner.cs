using EasyExplain.Networks.Engines.Modules;
using EasyExplain.Networks.Engines.OnnxRuntime;
using static TorchSharp.torch;

namespace EasyExplain.Networks.Engines;

/// <summary>How the networks of one model are run. Several threads may use it.</summary>
internal abstract class Runner : IDisposable
{
    /// <summary>Runs everything in libtorch.</summary>
    public static Runner Libtorch { get; } = new LibtorchRunner();

    /// <summary>The fastest way for a network and all that is made of it by folding.</summary>
    /// <param name="network">The network.</param>
    /// <param name="device">Where it computes.</param>
    public static Runner For(Network network, Device device) =>
        network.NamesLayersOnly ? new ModuleRunner(network)
        : device.type != TorchSharp.DeviceType.CPU ? Libtorch
        : new CompilingRunner(new OnnxRuntimeEngine());

    /// <summary>Why what was to be faster is left to libtorch, once that is known: a sentence without its full stop; else null.</summary>
    public virtual string? Failure => null;

    /// <summary>
    /// Runs <paramref name="network"/> on <paramref name="input"/> <c>[N, C, H, W]</c> and keeps the outputs of <paramref name="taps"/>.
    /// With <paramref name="track"/>, gradients of the logits with respect to the taps can be taken.
    /// </summary>
    /// <param name="network">The network.</param>
    /// <param name="input">The pictures.</param>
    /// <param name="taps">The nodes whose outputs are kept.</param>
    /// <param name="track">Whether gradients will be asked for.</param>
    /// <param name="cancel">Stops it.</param>
    /// <param name="curved">Whether the gradients will be differentiated in their turn: autograd alone can do that.</param>
    /// <remarks>Call it within a dispose scope, which owns what is returned and, if the run is stopped, what it had made.</remarks>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> was signalled.</exception>
    public abstract Pass Run(
        Network network, Tensor input, IReadOnlyList<Node> taps, bool track, CancellationToken cancel = default, bool curved = false);

    /// <summary>
    /// Runs some of a network's nodes, in their order, up to the logits; outputs that are <paramref name="given"/> are not computed, and
    /// stay the caller's.
    /// </summary>
    public virtual Tensor RunPart(
        Network network, IReadOnlyList<Node> nodes, IReadOnlyDictionary<Node, Tensor> given, CancellationToken cancel) =>
        Executor.Run(network, nodes, given, [], track: false, cancel).Logits;

    /// <summary>Runs nodes that go on from what a network made, such as a way back by other rules than the gradient's.</summary>
    /// <param name="nodes">The nodes in their order.</param>
    /// <param name="results">Those of them, or of what is given, that are wanted.</param>
    /// <param name="given">What they go on from, which stays the caller's.</param>
    /// <param name="shapes">The output shapes of the network's nodes, and of whatever else is given.</param>
    /// <param name="cancel">Stops it.</param>
    /// <remarks>Call it within a dispose scope, which owns what is returned.</remarks>
    public virtual IReadOnlyList<Tensor> Follow(IReadOnlyList<Node> nodes, IReadOnlyList<Node> results,
        IReadOnlyDictionary<Node, Tensor> given, IReadOnlyDictionary<Node, long[]> shapes, CancellationToken cancel)
    {
        using FollowedNodes followed = FollowedNodes.Plain(nodes, results);
        return followed.Run(given, cancel);
    }

    /// <summary>Which engine runs what of such a run, as the end of a sentence; what can be compiled for it is.</summary>
    /// <param name="network">The network.</param>
    /// <param name="taps">The nodes whose outputs are kept.</param>
    /// <param name="track">Whether gradients will be asked for.</param>
    /// <param name="inputShape"><c>[C, H, W]</c>.</param>
    public virtual string Summary(Network network, IReadOnlyList<Node> taps, bool track, long[] inputShape) => "libtorch";

    /// <summary>The same of nodes to <see cref="Follow"/>.</summary>
    /// <param name="nodes">The nodes in their order.</param>
    /// <param name="results">Those of them, or of what is given, that are wanted.</param>
    /// <param name="given">What they go on from.</param>
    /// <param name="shapes">The output shapes of the network's nodes, and of whatever else is given.</param>
    public virtual string Summary(IReadOnlyList<Node> nodes, IReadOnlyList<Node> results, IReadOnlyList<Node> given,
        IReadOnlyDictionary<Node, long[]> shapes) => "libtorch";

    /// <summary>Gives back what is no longer kept; nothing may be running.</summary>
    public virtual void FreeRetired()
    {
    }

    /// <inheritdoc/>
    public virtual void Dispose()
    {
    }

    private sealed class LibtorchRunner : Runner
    {
        public override Pass Run(
            Network network, Tensor input, IReadOnlyList<Node> taps, bool track, CancellationToken cancel = default, bool curved = false) =>
            Executor.Run(network, input, taps, track, cancel);
    }
}
