namespace EasyExplain.Audit.Findings.Shortcuts;

/// <summary>The rows of a class as vectors of length 1, one kind of vector a view.</summary>
/// <param name="Rows">The rows.</param>
/// <param name="Maps">Where the network looked; empty where rows lack maps.</param>
/// <param name="Relevance">What each channel adds to the score, wherever it saw it; empty where rows lack it.</param>
/// <param name="Features">The channels' means; empty where rows lack them.</param>
internal sealed record ClassViews(
    IReadOnlyList<CamAuditRow> Rows, IReadOnlyList<float[]> Maps, IReadOnlyList<float[]> Relevance, IReadOnlyList<float[]> Features)
{
    /// <summary>The views that are there, by name.</summary>
    public IEnumerable<(string Name, IReadOnlyList<float[]> Vectors)> All => new[]
    {
        ("maps", Maps), ("channel relevance", Relevance), ("features", Features),
    }.Where(view => view.Item2.Count > 0);

    /// <summary>The same of some of the rows, by their places.</summary>
    public ClassViews Only(int[] places)
    {
        return new ClassViews([.. places.Select(i => Rows[i])], Some(Maps), Some(Relevance), Some(Features));

        IReadOnlyList<float[]> Some(IReadOnlyList<float[]> vectors) => vectors.Count == 0 ? [] : [.. places.Select(i => vectors[i])];
    }

    /// <summary>The rows that have what any of them has, so that all can be compared: those with empty maps are left out.</summary>
    public static int[] Comparable(AuditSlice slice, IReadOnlyCollection<int> places)
    {
        bool Maps(int place) => slice.Heat.Has(place);
        bool Channels(int place) => slice.Rows[place].Channels is not null;
        bool Relevance(int place) => slice.Rows[place].Channels?.Relevance is not null;
        Func<int, bool>[] there = [.. new Func<int, bool>[] { Maps, Channels, Relevance }.Where(has => places.Any(has))];
        return [.. places.Where(place => Array.TrueForAll(there, has => has(place)))];
    }

    /// <summary>Those of some rows of a slice.</summary>
    /// <param name="slice">The slice.</param>
    /// <param name="places">The rows of one class, by their places.</param>
    public static ClassViews Of(AuditSlice slice, int[] places)
    {
        CamAuditRow[] rows = [.. places.Select(place => slice.Rows[place])];
        return new ClassViews(
            rows,
            Array.TrueForAll(places, slice.Heat.Has) ? [.. places.Select(place => Unit(slice.Heat[place].ToArray()))] : [],
            Array.TrueForAll(rows, row => row.Channels?.Relevance is not null)
                ? [.. rows.Select(row => Unit(row.Channels!.Relevance!.ToArray()))] : [],
            Array.TrueForAll(rows, row => row.Channels is not null) ? [.. rows.Select(row => Unit(row.Channels!.Features.ToArray()))] : []);
    }

    private static float[] Unit(float[] vector)
    {
        double length = Math.Sqrt(vector.Sum(value => (double)value * value)) + 1e-9;
        return [.. vector.Select(value => (float)(value / length))];
    }
}
