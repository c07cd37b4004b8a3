using static TorchSharp.torch;

namespace EasyExplain.Explanation.Methods;

/// <summary>
/// ODAM (Zhao and Chan 2023, arXiv 2304.06354, "ODAM: Gradient-based instance-specific visual explanations for object detection"): each
/// place of each channel weighted by its own gradient, which is first smoothed over neighbouring places, ReLU(Σ Φ(∂y/∂A) ∘ A).
/// </summary>
/// <remarks>
/// The gradient of a single candidate is that of a few places; smoothed, it tells of what is around them, too. Φ is here a Gaussian with a
/// standard deviation of one place of the layer, cut off after two. The code that the authors published for FCOS has no Φ: that is HiResCAM
/// above 0. docs/detection.md has both, measured.
/// </remarks>
internal static class ODAM
{
    private const int Radius = 2;

    public static CamMethod Method { get; } =
        new("ODAM", "Every place weighted by its own gradient, smoothed over its neighbours: made for detectors.", Map);

    private static Tensor Map(LayerEvidence layer)
    {
        Tensor gradients = layer.Gradients;
        Tensor down = Smoothing(gradients.shape[1]).to(gradients.dtype).to(gradients.device);
        Tensor across = Smoothing(gradients.shape[2]).to(gradients.dtype).to(gradients.device);
        return layer.Merge(down.matmul(gradients).matmul(across) * layer.Activations).relu();
    }

    /// <summary>The Gaussian along a side of so many places, <c>[side, side]</c>; beyond the edges there is nothing.</summary>
    private static Tensor Smoothing(long side)
    {
        double whole = Enumerable.Range(-Radius, 2 * Radius + 1).Sum(Weight);
        var weights = new double[side, side];
        for (int row = 0; row < side; row++)
        {
            for (int column = Math.Max(0, row - Radius); column <= Math.Min(side - 1, row + Radius); column++)
            {
                weights[row, column] = Weight(row - column) / whole;
            }
        }
        return tensor(weights);

        static double Weight(int distance) => Math.Exp(-distance * distance / 2.0);
    }
}
