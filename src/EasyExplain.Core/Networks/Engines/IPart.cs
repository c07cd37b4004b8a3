using static TorchSharp.torch;

namespace EasyExplain.Networks.Engines;

/// <summary>
/// Some of a network's operations, compiled: from the outputs of some nodes to those of others. Several threads may run it.
/// </summary>
internal interface IPart : IDisposable
{
    /// <summary>How many of its operations are in 8 bits.</summary>
    int InBytes { get; }

    /// <summary>Runs it.</summary>
    /// <param name="given">On the CPU, batch dimension first, in the order in which the nodes were given.</param>
    /// <param name="cancel">Stops it within the run.</param>
    /// <returns>New tensors, in the order of the wanted nodes; in what the engine computes in, see <see cref="Parts.Full"/>.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> was signalled.</exception>
    /// <exception cref="EngineException">The engine failed.</exception>
    IReadOnlyList<Tensor> Run(IReadOnlyList<Tensor> given, CancellationToken cancel);
}

/// <summary>What parts hand on, and what they are called.</summary>
internal static class Parts
{
    /// <summary>An engine, with what it computes in where that is not all float32.</summary>
    public static string Said(IEngine engine, int inBytes) => inBytes > 0 ? $"{engine.Name} in 8 bits" : engine.Name;

    /// <summary>In float32, as it stands where it is already.</summary>
    public static Tensor Full(this Tensor tensor) => tensor.dtype == float32 ? tensor : tensor.to(float32).contiguous();
}
