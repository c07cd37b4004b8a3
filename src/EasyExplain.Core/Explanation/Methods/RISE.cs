using EasyExplain.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Explanation.Methods;

/// <summary>
/// RISE (Petsiuk et al. 2018, arXiv 1806.07421): the mean of random masks, weighted by the class's probability of the image seen through
/// them.
/// </summary>
/// <remarks>
/// As the authors have it, a mask has 7 × 7 cells, each open with probability ½, is enlarged (bilinear) by one cell more than the image,
/// and shifted at random by less than a cell. The factor 1/(N·½) falls out where maps are scaled.
/// Of a thing that a detector found, the masks' weights are how much what is found in the masked image is like it: that is D-RISE (Petsiuk
/// et al. 2021, arXiv 2006.03204; see <see cref="Detectors.LikenessTarget"/>).
/// </remarks>
internal static class RISE
{
    private const int Cells = 7;
    private static readonly Scalar Open = 0.5;

    public static CamMethod Method { get; } =
        new("RISE", "Random masks weighted by the probability of the image seen through them: no gradients, a pass a mask.", Map)
        {
            UsesGradients = false,
            AtInput = true,
            DrawsNoise = true,
            TakesSamples = true,
            UsualSamples = 1000,
            RunsAgain = true,
            MergesChannels = false,
        };

    private static Tensor Map(LayerEvidence input)
    {
        int count = input.SampleCount;
        (long height, long width) = (input.Activations.shape[1], input.Activations.shape[2]);
        using Generator generator = input.Noise();
        // Small, and drawn at once: so they are the same whatever the size of a batch.
        Tensor cells = rand([count, 1, Cells, Cells], generator: generator).lt(Open)
            .to(input.Activations.dtype).to(input.Activations.device);
        float[] shifts = rand([count, 2], generator: generator).data<float>().ToArray();
        Tensor picture = input.Activations.unsqueeze(0);
        Tensor probabilities = input.ScoresOf(count, (first, some) => Masks(first, some) * picture, probabilities: true);

        Tensor map = zeros([height, width], dtype: picture.dtype, device: picture.device);
        const int AtATime = 16;
        for (int first = 0; first < count; first += AtATime)
        {
            using DisposeScope scope = NewDisposeScope();
            int some = Math.Min(AtATime, count - first);
            map.PlusInPlace((probabilities.narrow(0, first, some).view(-1, 1, 1) * Masks(first, some).squeeze(1)).sum(dim: 0));
        }
        return map;

        Tensor Masks(int first, int some)
        {
            (long cellHeight, long cellWidth) = ((height + Cells - 1) / Cells, (width + Cells - 1) / Cells);
            Tensor large = nn.functional.interpolate(cells.narrow(0, first, some), [(Cells + 1) * cellHeight, (Cells + 1) * cellWidth],
                mode: InterpolationMode.Bilinear, align_corners: false);
            return stack([.. Enumerable.Range(0, some).Select(index => large[index]
                .narrow(1, (long)(shifts[2 * (first + index)] * cellHeight), height)
                .narrow(2, (long)(shifts[2 * (first + index) + 1] * cellWidth), width))], 0);
        }
    }
}
