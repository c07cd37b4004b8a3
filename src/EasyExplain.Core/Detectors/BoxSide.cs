namespace EasyExplain.Detectors;

/// <summary>A side of a box: one of its corners' coordinates, in the order in which a detector's output has them.</summary>
public enum BoxSide
{
    /// <summary>x of the left edge.</summary>
    Left,

    /// <summary>y of the upper edge.</summary>
    Top,

    /// <summary>x of the right edge.</summary>
    Right,

    /// <summary>y of the lower edge.</summary>
    Bottom,
}
