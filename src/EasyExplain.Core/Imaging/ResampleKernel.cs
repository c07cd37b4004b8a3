namespace EasyExplain.Imaging;

/// <summary>An interpolation kernel: how much a sample weighs at a distance, measured in samples.</summary>
/// <param name="Support">The distance from which on the weight is 0.</param>
/// <param name="Weight">The weight at a distance, which may be negative.</param>
internal sealed record ResampleKernel(double Support, Func<double, double> Weight)
{
    /// <summary>Whether it is stretched where samples are reduced, so that all of them count (antialiasing).</summary>
    internal bool IsStretched { get; init; } = true;

    /// <summary>Linear interpolation.</summary>
    internal static readonly ResampleKernel Bilinear = new(1, x => Math.Max(0, 1 - Math.Abs(x)));

    /// <summary>Linear interpolation of the nearest samples only.</summary>
    internal static readonly ResampleKernel Linear = Bilinear with { IsStretched = false };

    /// <summary>
    /// Keys' cubic convolution with a = -0.5, the one of Pillow's BICUBIC (Keys 1981, "Cubic convolution interpolation").
    /// </summary>
    internal static readonly ResampleKernel Bicubic = new(2, x => Cubic(Math.Abs(x), a: -0.5));

    /// <summary>The sinc of three lobes, Pillow's LANCZOS (Duchon 1979, "Lanczos filtering in one and two dimensions").</summary>
    internal static readonly ResampleKernel Lanczos = new(3, x => Math.Abs(x) < 3 ? Sinc(x) * Sinc(x / 3) : 0);

    /// <summary>Has no extent: the one sample in which the centre lies.</summary>
    internal static readonly ResampleKernel Nearest = new(0, _ => 1);

    /// <summary>The kernel of an interpolation.</summary>
    internal static ResampleKernel Of(Interpolation interpolation) => interpolation switch
    {
        Interpolation.Bicubic => Bicubic,
        Interpolation.Lanczos => Lanczos,
        Interpolation.Nearest => Nearest,
        Interpolation.Linear => Linear,
        _ => Bilinear,
    };

    private static double Sinc(double x) => x == 0 ? 1 : Math.Sin(Math.PI * x) / (Math.PI * x);

    private static double Cubic(double x, double a) => x switch
    {
        < 1 => ((a + 2) * x - (a + 3)) * x * x + 1,
        < 2 => (((x - 5) * x + 8) * x - 4) * a,
        _ => 0,
    };
}
