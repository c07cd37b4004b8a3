namespace EasyExplain.Models;

/// <summary>In what numbers a network computes.</summary>
public enum Precision
{
    /// <summary>32 bits: what maps are compared with.</summary>
    Float32,

    /// <summary>
    /// Whole numbers of 8 bits before the first layer that is explained, by scales found with pictures of the kind; float32 from there on.
    /// </summary>
    Int8,
}
