namespace EasyExplain.Imaging;

/// <summary>An interpolation kernel: how much a sample weighs at a distance, measured in samples.</summary>
/// <param name="Support">The distance from which on the weight is 0.</param>
/// <param name="Weight">The weight at a distance, which may be negative.</param>
internal sealed record ResampleKernel(double Support, Func<double, double> Weight)
{
    /// <summary>Linear interpolation.</summary>
    internal static readonly ResampleKernel Bilinear = new(1, x => Math.Max(0, 1 - Math.Abs(x)));

    /// <summary>
    /// Keys' cubic convolution with a = -0.5, the one of Pillow's BICUBIC (Keys 1981, "Cubic convolution interpolation").
    /// </summary>
    internal static readonly ResampleKernel Bicubic = new(2, x => Cubic(Math.Abs(x), a: -0.5));

    private static double Cubic(double x, double a) => x switch
    {
        < 1 => ((a + 2) * x - (a + 3)) * x * x + 1,
        < 2 => (((x - 5) * x + 8) * x - 4) * a,
        _ => 0,
    };
}
