namespace EasyExplain.Networks;

/// <summary>Height and width in pixels: of a kernel, of the zeros around a picture. A single number stands for both.</summary>
/// <param name="Height">Pixels from top to bottom.</param>
/// <param name="Width">Pixels from left to right.</param>
public readonly record struct Extent(long Height, long Width)
{
    /// <summary>A square.</summary>
    public static implicit operator Extent(long side) => new(side, side);

    /// <summary>Height, width.</summary>
    public static implicit operator Extent((long Height, long Width) sides) => new(sides.Height, sides.Width);
}
