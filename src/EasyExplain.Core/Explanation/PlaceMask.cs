using EasyExplain.Networks;
using EasyExplain.Runtime;
using static TorchSharp.torch;

namespace EasyExplain.Explanation;

/// <summary>What of a layer's output is kept around one place, where all else becomes 0.</summary>
internal abstract record PlaceMask
{
    /// <summary>The place itself.</summary>
    public static PlaceMask Single { get; } = new One();

    /// <summary>The 3 × 3 places around it, each times the binomial kernel [1 2 1; 2 4 2; 1 2 1] / 16.</summary>
    public static PlaceMask Window { get; } = new Around();

    /// <summary>The place's own channels, spread over the 3 × 3 places around it by the same kernel.</summary>
    public static PlaceMask Spread { get; } = new Over();

    /// <summary>The score of each place of a layer, <c>[H, W]</c>.</summary>
    public Tensor ScoresOf(LayerEvidence layer, bool probabilities)
    {
        (long height, long width) = (layer.Activations.shape[1], layer.Activations.shape[2]);
        return layer.ScoresOfOutputs((int)(height * width), (first, count, clean) => Kept(clean, first, count),
            (first, count, clean) => Averages(clean, first, count), probabilities).view(height, width);
    }

    /// <summary>The same with the mask at other nodes, which lie on the picture as the layer does.</summary>
    public Tensor ScoresAt(LayerEvidence layer, IReadOnlyList<Node> nodes, bool probabilities)
    {
        (long height, long width) = (layer.Activations.shape[1], layer.Activations.shape[2]);
        return layer.ScoresOfOutputs(nodes, (int)(height * width), (first, count, clean) => Kept(clean, first, count), probabilities)
            .view(height, width);
    }

    /// <summary>The kept outputs of so many places from one on, <c>[count, C, H, W]</c>, of <c>[1, C, H, W]</c>.</summary>
    public abstract Tensor Kept(Tensor clean, int first, int count);

    /// <summary>
    /// The averages over all places of what <see cref="Kept"/> makes, <c>[count, C, 1, 1]</c>: no output is made for them.
    /// </summary>
    public abstract Tensor Averages(Tensor clean, int first, int count);

    /// <summary>A mask for each of the places, <c>[count, 1, H, W]</c>: a kernel of 3 × 3 around it, cut at the border.</summary>
    private static Tensor Masks(Tensor clean, int first, int count, ReadOnlySpan<float> kernel)
    {
        (long height, long width) = (clean.shape[2], clean.shape[3]);
        var masks = new float[count, height, width];
        for (int i = 0; i < count; i++)
        {
            (long row, long column) = ((first + i) / width, (first + i) % width);
            for (int near = 0; near < kernel.Length; near++)
            {
                (long y, long x) = (row + near / 3 - 1, column + near % 3 - 1);
                if (y >= 0 && y < height && x >= 0 && x < width)
                {
                    masks[i, y, x] = kernel[near];
                }
            }
        }
        return tensor(masks).unsqueeze(1).to(clean.dtype).to(clean.device);
    }

    /// <summary>The averages of an output under masks: all that is in a mask is a weight of a place.</summary>
    private static Tensor Averages(Tensor clean, Tensor masks) =>
        masks.flatten(1).matmul(clean[0].flatten(1).t()).Over(clean.shape[2] * clean.shape[3]).unsqueeze(-1).unsqueeze(-1);

    private static readonly float[] Alone = [0, 0, 0, 0, 1, 0, 0, 0, 0];
    private static readonly float[] Binomial = [1 / 16f, 2 / 16f, 1 / 16f, 2 / 16f, 4 / 16f, 2 / 16f, 1 / 16f, 2 / 16f, 1 / 16f];

    private sealed record One : PlaceMask
    {
        public override Tensor Kept(Tensor clean, int first, int count) => clean * Masks(clean, first, count, Alone);

        public override Tensor Averages(Tensor clean, int first, int count) => Averages(clean, Masks(clean, first, count, Alone));
    }

    private sealed record Around : PlaceMask
    {
        public override Tensor Kept(Tensor clean, int first, int count) => clean * Masks(clean, first, count, Binomial);

        public override Tensor Averages(Tensor clean, int first, int count) => Averages(clean, Masks(clean, first, count, Binomial));
    }

    private sealed record Over : PlaceMask
    {
        public override Tensor Kept(Tensor clean, int first, int count)
        {
            return Vectors(clean, first, count) * Masks(clean, first, count, Binomial);
        }

        public override Tensor Averages(Tensor clean, int first, int count) =>
            Vectors(clean, first, count) * Masks(clean, first, count, Binomial).mean([-2, -1], keepdim: true);

        /// <summary>Each place's channels, <c>[count, C, 1, 1]</c>.</summary>
        private static Tensor Vectors(Tensor clean, int first, int count) =>
            clean[0].flatten(1).narrow(1, first, count).t().unsqueeze(-1).unsqueeze(-1);
    }
}
