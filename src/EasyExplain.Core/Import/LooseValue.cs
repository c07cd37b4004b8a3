namespace EasyExplain.Import;

/// <summary>
/// Something of which only the picture says how many entries it has, or in which order: what is above a threshold, the highest ones, what
/// non-maximum suppression leaves. It stands for what it would be if nothing were left out and the order stayed, so that what a detector
/// computes of the boxes it keeps is followed for all of its candidates.
/// </summary>
internal sealed class LooseValue : ModelValue
{
    /// <summary>What is not known even so.</summary>
    public static LooseValue Unknown { get; } = new();

    /// <summary>What it would be; null where that is not known.</summary>
    public ModelValue? Whole { get; init; }

    /// <summary>Of numbers that say which entries are taken, which those are; else null.</summary>
    public Chosen? Chosen { get; init; }
}

/// <summary>Which entries are taken of a table.</summary>
/// <param name="Kind">What the numbers are.</param>
/// <param name="Shape">
/// The sizes that the numbers would have if all were taken; of <see cref="ChosenKind.Places"/> those of the table. −1 for one that is not
/// known.
/// </param>
/// <param name="Per">How many numbers there are for each entry of the table: they were divided by so many.</param>
internal sealed record Chosen(ChosenKind Kind, long[] Shape, long Per = 1)
{
    /// <summary>What says which are taken, where that is a table of 0 and 1.</summary>
    public ModelValue? Mask { get; init; }

    /// <summary>The scores that are highest in the rows that further layers read, and how many those are; null of other choices.</summary>
    public (ModelValue Scores, long Most)? Highest { get; init; }

    /// <summary>What non-maximum suppression went by; null where none has chosen.</summary>
    public Survival? Survival { get; init; }
}

/// <summary>How non-maximum suppression chose.</summary>
/// <param name="Scores">The boxes' scores; null where they are not known.</param>
/// <param name="Overlap">The overlap above which a box was left out; null where it is not known.</param>
/// <param name="Most">How many were taken of what was left; null for all.</param>
internal sealed record Survival(ModelValue? Scores, double? Overlap, long? Most = null);

/// <summary>What numbers that choose are.</summary>
internal enum ChosenKind
{
    /// <summary>One for each dimension of the table, for each entry that is taken.</summary>
    Places,

    /// <summary>The picture, the class and the box of what non-maximum suppression leaves.</summary>
    Survivors,

    /// <summary>The number of an entry.</summary>
    Rows,

    /// <summary>The number of a class.</summary>
    Classes,
}
