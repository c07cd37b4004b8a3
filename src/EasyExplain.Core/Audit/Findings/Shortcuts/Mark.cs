namespace EasyExplain.Audit.Findings.Shortcuts;

/// <summary>
/// What a group of images may have in common, as something that can be put on other images and taken out of its own. Images are inputs of
/// the model, <c>[3, H, W]</c> in one array.
/// </summary>
internal abstract class Mark
{
    /// <summary>Its name, for the evidence.</summary>
    public abstract string Name { get; }

    /// <summary>The share of the image that it covers, 0 to 1.</summary>
    public abstract double Area { get; }

    /// <summary>How much of it lies at each place of the image, row by row; null where it has no place of its own.</summary>
    public abstract double[]? Places { get; }

    /// <summary>Images with the mark.</summary>
    /// <param name="hosts">Images.</param>
    /// <param name="random">Draws which member gives its mark, where that matters.</param>
    public abstract IEnumerable<float[]> PutOn(IReadOnlyList<float[]> hosts, Random random);

    /// <summary>The same with what the class's other images have in the mark's place: what any image of the class does.</summary>
    public abstract IEnumerable<float[]> PutOnFromOthers(IReadOnlyList<float[]> hosts, Random random);

    /// <summary>The ways of taking it out of the members, by name: at least two, since each leaves something else in its place.</summary>
    /// <param name="random">Draws which other image stands in.</param>
    public abstract IEnumerable<(string Way, IEnumerable<float[]> Images)> TakeOut(Random random);

    /// <summary>The members with as much taken out elsewhere; null where there is no elsewhere.</summary>
    public abstract IEnumerable<float[]>? TakeOutElsewhere(Random random);
}
