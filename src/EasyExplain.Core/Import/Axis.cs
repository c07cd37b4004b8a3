using EasyExplain.Networks;
namespace EasyExplain.Import;

/// <summary>What a dimension of an output stands for.</summary>
internal enum AxisKind
{
    /// <summary>Pictures, channels, heads: no place of the picture.</summary>
    Other,

    /// <summary>The picture's rows.</summary>
    Rows,

    /// <summary>The picture's columns.</summary>
    Columns,

    /// <summary>The picture's cells, row by row, after tokens that stand for none.</summary>
    Places,
}

/// <summary>A dimension of an output, and where the picture is along it.</summary>
/// <param name="Kind">What it stands for.</param>
/// <param name="Leading">Of places, how many tokens come before them.</param>
/// <param name="Height">Of places, the rows that they were.</param>
/// <param name="Width">Of places, the columns.</param>
internal readonly record struct Axis(AxisKind Kind, long Leading = 0, long Height = 0, long Width = 0)
{
    /// <summary>One that does not lie on the picture.</summary>
    public static Axis Other => default;

    /// <summary>Whether so many entries can be what it says.</summary>
    public bool Fits(long size) => Kind != AxisKind.Places || size == Leading + Height * Width;

    /// <summary>How an output lies on the picture whose first dimension is the batch; null where that is not plain.</summary>
    public static Layout? Layout(IReadOnlyList<Axis> axes) => axes switch
    {
        [_, { Kind: AxisKind.Other }, { Kind: AxisKind.Rows }, { Kind: AxisKind.Columns }] => new ChannelsFirst(),
        [_, { Kind: AxisKind.Rows }, { Kind: AxisKind.Columns }, { Kind: AxisKind.Other }] => new ChannelsLast(),
        [_, { Kind: AxisKind.Places } places, { Kind: AxisKind.Other }] => new TokenGrid(places.Leading, places.Height, places.Width),
        _ => null,
    };
}
