namespace EasyExplain.Audit.Findings;

/// <summary>
/// Takes some of many, always the same ones, so that comparing all with them grows with the number of rows, not its square.
/// </summary>
internal static class Sampling
{
    /// <summary>All, or as many as asked, drawn evenly; in their own order.</summary>
    /// <param name="from">Rows' places.</param>
    /// <param name="most">How many at most.</param>
    public static int[] Of(IReadOnlyList<int> from, int most)
    {
        if (from.Count <= most)
        {
            return [.. from];
        }
        int[] mixed = [.. from];
        var random = new Random(most);
        for (int i = 0; i < most; i++)
        {
            int other = random.Next(i, mixed.Length);
            (mixed[i], mixed[other]) = (mixed[other], mixed[i]);
        }
        Array.Resize(ref mixed, most);
        Array.Sort(mixed);
        return mixed;
    }
}
