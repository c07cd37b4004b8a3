namespace EasyExplain.Models;

/// <summary>What a model tells of a picture.</summary>
public enum CamTask
{
    /// <summary>Of which class it is.</summary>
    Classify,

    /// <summary>Where in it there is something, in boxes, and of which class.</summary>
    Detect,

    /// <summary>Of which class each of its places is.</summary>
    Segment,
}
