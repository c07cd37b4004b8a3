namespace EasyExplain.Audit;

/// <summary>What the ground truth says of something that a detector found, or did not.</summary>
public enum DetectionVerdict
{
    /// <summary>There is such a thing, and the box covers it: their overlap is at least 0.5.</summary>
    Right,

    /// <summary>There is a thing, but of another class.</summary>
    Mislabelled,

    /// <summary>There is such a thing near it: their overlap is at least 0.1, and below 0.5.</summary>
    Misplaced,

    /// <summary>There is nothing: a false alarm.</summary>
    False,

    /// <summary>Another detection has found the same thing: a box of the same class whose overlap with it is at least 0.1.</summary>
    Duplicate,

    /// <summary>Something is there that was not found.</summary>
    Missed,
}
