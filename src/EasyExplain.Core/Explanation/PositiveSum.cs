using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Explanation;

/// <summary>
/// The sum over channels of ReLU(w) · A, in one way through memory: an early layer has millions of numbers, and what libtorch makes on the
/// way takes four times as long as reading them.
/// </summary>
internal static class PositiveSum
{
    private const int Block = 2048; // places whose sums stay in the nearest cache

    /// <summary>The sum, <c>[H, W]</c>; not a number where an activation under a positive weight is none.</summary>
    /// <param name="weights">w, <c>[C, H, W]</c>.</param>
    /// <param name="activations">A, of the same shape.</param>
    public static Tensor Of(Tensor weights, Tensor activations)
    {
        if (weights.device_type != DeviceType.CPU || weights.dtype != float32 || activations.dtype != float32)
        {
            return weights.relu().mul_(activations).sum(dim: 0);
        }
        using Tensor w = weights.contiguous(), a = activations.contiguous();
        int channels = (int)w.shape[0], places = (int)(w.shape[1] * w.shape[2]);
        Tensor sum = zeros([w.shape[1], w.shape[2]], dtype: float32);
        Parallel.For(0, (places + Block - 1) / Block, new ParallelOptions { MaxDegreeOfParallelism = get_num_threads() },
            block => Add(w, a, sum, channels, block * Block, Math.Min(Block, places - block * Block)));
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add(Tensor weights, Tensor activations, Tensor sum, int channels, int first, int count)
    {
        ReadOnlySpan<float> w = MemoryMarshal.Cast<byte, float>(weights.bytes), a = MemoryMarshal.Cast<byte, float>(activations.bytes);
        Span<float> all = MemoryMarshal.Cast<byte, float>(sum.bytes), sums = all.Slice(first, count);
        Span<Vector<float>> wide = MemoryMarshal.Cast<float, Vector<float>>(sums);
        for (int channel = 0, at = first; channel < channels; channel++, at += all.Length)
        {
            ReadOnlySpan<float> some = w.Slice(at, count), shown = a.Slice(at, count);
            ReadOnlySpan<Vector<float>> someWide = MemoryMarshal.Cast<float, Vector<float>>(some),
                shownWide = MemoryMarshal.Cast<float, Vector<float>>(shown);
            for (int i = 0; i < wide.Length; i++)
            {
                wide[i] += Vector.Max(someWide[i], Vector<float>.Zero) * shownWide[i];
            }
            for (int i = wide.Length * Vector<float>.Count; i < count; i++)
            {
                sums[i] += Math.Max(some[i], 0) * shown[i];
            }
        }
    }
}
