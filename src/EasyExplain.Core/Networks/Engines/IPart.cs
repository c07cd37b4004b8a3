using static TorchSharp.torch;

namespace EasyExplain.Networks;

/// <summary>Some of a network's operations, compiled: from the outputs of some nodes to those of others. Several threads may run it.</summary>
internal interface IPart : IDisposable
{
    /// <summary>Runs it.</summary>
    /// <param name="given">On the CPU, batch dimension first, in the order in which the nodes were given.</param>
    /// <param name="cancel">Stops it within the run.</param>
    /// <returns>New tensors, in the order of the wanted nodes.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> was signalled.</exception>
    IReadOnlyList<Tensor> Run(IReadOnlyList<Tensor> given, CancellationToken cancel);
}
