namespace EasyExplain.Detectors;

/// <summary>Non-maximum suppression: of boxes that overlap, the most certain one of each class counts.</summary>
internal static class Suppression
{
    /// <summary>Those that no more certain one of their class covers.</summary>
    /// <param name="ordered">The most certain first.</param>
    /// <param name="threshold">The overlap from which on two are of the same thing.</param>
    public static IEnumerable<Detection> Of(IEnumerable<Detection> ordered, double threshold)
    {
        var kept = new List<Detection>();
        foreach (Detection one in ordered)
        {
            if (!kept.Any(better => better.Class == one.Class && better.Box.Overlap(one.Box) > threshold))
            {
                kept.Add(one);
                yield return one;
            }
        }
    }
}
