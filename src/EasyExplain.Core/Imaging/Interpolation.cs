namespace EasyExplain.Imaging;

/// <summary>
/// How the pixels of a resized picture are made of its own; all but Nearest and Linear reduce with antialiasing, as Pillow does.
/// </summary>
public enum Interpolation
{
    /// <summary>Linear, Pillow's BILINEAR.</summary>
    Bilinear,

    /// <summary>Cubic (a = -0.5), Pillow's BICUBIC; what overshoots black or white is clamped.</summary>
    Bicubic,

    /// <summary>The nearest pixel, Pillow's NEAREST.</summary>
    Nearest,

    /// <summary>A sinc of three lobes, Pillow's LANCZOS; what overshoots black or white is clamped.</summary>
    Lanczos,

    /// <summary>
    /// Linear between the four nearest pixels, also of a picture that is reduced: OpenCV's INTER_LINEAR, by which detectors are mostly
    /// trained.
    /// </summary>
    Linear,
}
