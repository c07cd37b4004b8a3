namespace EasyExplain.Imaging;

/// <summary>One axis of the way from a photo to an input: the photo is resized, and the input shows the middle of that.</summary>
/// <param name="Photo">The photo's pixels.</param>
/// <param name="Resized">The resized photo's pixels, at least 1.</param>
/// <param name="Input">The input's pixels; those that the resized photo does not have are borders.</param>
/// <param name="AtStart">Whether there is no border before the photo.</param>
internal readonly record struct InputAxis(int Photo, long Resized, int Input, bool AtStart = false)
{
    /// <summary>Pixels of the photo for each of the resized one.</summary>
    public double Scale => (double)Photo / Resized;

    /// <summary>
    /// The first pixel of the resized photo that the input shows, below 0 where a border stands before it. Where torchvision cuts it rounds
    /// halves to even, and where it pads, the first border is the smaller one.
    /// </summary>
    public long Offset => Resized >= Input ? (long)Math.Round((Resized - Input) / 2.0)
        : AtStart ? 0 : -((Input - Resized) / 2);

    /// <summary>The first of the input's pixels that shows the photo.</summary>
    public int First => (int)Math.Max(0, -Offset);

    /// <summary>How many of the input's pixels show the photo.</summary>
    public int Count => (int)Math.Min(Input, Resized);
}
