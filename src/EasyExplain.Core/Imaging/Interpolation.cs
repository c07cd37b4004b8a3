namespace EasyExplain.Imaging;

/// <summary>How the pixels of a resized picture are made of its own; both reduce with antialiasing, as Pillow does.</summary>
public enum Interpolation
{
    /// <summary>Linear, Pillow's BILINEAR.</summary>
    Bilinear,

    /// <summary>Cubic (a = -0.5), Pillow's BICUBIC; what overshoots black or white is clamped.</summary>
    Bicubic,
}
