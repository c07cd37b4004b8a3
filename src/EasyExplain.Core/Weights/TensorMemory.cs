using static TorchSharp.torch;

namespace EasyExplain.Weights;

/// <summary>The memory of a tensor as bytes.</summary>
internal static class TensorMemory
{
    // A span counts with int; a tensor may be larger. Elements, so at most 1 GB.
    private const long ChunkSize = 1 << 27;

    public delegate void ChunkAction(Span<byte> bytes);

    /// <summary>
    /// Hands out the memory of <paramref name="tensor"/> (any type and shape, contiguous, on the CPU) piece by piece, in order.
    /// </summary>
    public static void ForEachChunk(Tensor tensor, ChunkAction action)
    {
        long count = tensor.NumberOfElements;
        if (count <= ChunkSize)
        {
            action(tensor.bytes);
            return;
        }
        using Tensor flat = tensor.view(count);
        for (long start = 0; start < count; start += ChunkSize)
        {
            using Tensor chunk = flat.narrow(0, start, Math.Min(ChunkSize, count - start));
            action(chunk.bytes);
        }
    }
}
