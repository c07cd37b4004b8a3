using static TorchSharp.torch;

namespace EasyExplain.Explanation.Metrics;

/// <summary>
/// The image that shows shapes no longer: the blur by which RISE begins insertion (Petsiuk 2018, arXiv 1806.07421), 11 × 11 pixels with a
/// standard deviation of 5. Beyond the border lies the mean colour.
/// </summary>
/// <remarks>
/// The kernel is what SciPy's gaussian_filter makes of one lit pixel amid 11 × 11, where the edges reflect: it is the Gaussian with its
/// tails folded back, so that it adds up to 1.
/// </remarks>
internal static class Blur
{
    private const int Side = 11;
    private const double Sigma = 5;
    private const int Radius = (int)(4 * Sigma + 0.5); // where SciPy cuts the Gaussian off

    /// <summary>Of an input <c>[1, C, H, W]</c>.</summary>
    public static Tensor Of(Tensor input)
    {
        Tensor line = tensor(Line()).to(input.device);
        Tensor planes = input.transpose(0, 1); // each channel by itself
        Tensor across = nn.functional.conv2d(planes, line.view(1, 1, 1, Side), padding: [0, Side / 2]);
        return nn.functional.conv2d(across, line.view(1, 1, Side, 1), padding: [Side / 2, 0]).transpose(0, 1).contiguous();
    }

    private static float[] Line()
    {
        double[] line = new double[Side];
        for (int place = 0; place < Side; place++)
        {
            for (int offset = -Radius; offset <= Radius; offset++)
            {
                int reflected = Math.Abs(((place + offset) % (2 * Side) + 2 * Side) % (2 * Side));
                reflected = reflected < Side ? reflected : 2 * Side - 1 - reflected;
                line[place] += reflected == Side / 2 ? Math.Exp(-offset * offset / (2 * Sigma * Sigma)) : 0;
            }
        }
        double all = Enumerable.Range(-Radius, 2 * Radius + 1).Sum(offset => Math.Exp(-offset * offset / (2 * Sigma * Sigma)));
        return Array.ConvertAll(line, value => (float)(value / all));
    }
}
