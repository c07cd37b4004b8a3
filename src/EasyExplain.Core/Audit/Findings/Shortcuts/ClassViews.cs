namespace EasyExplain.Audit.Findings.Shortcuts;

/// <summary>The rows of a class as vectors of length 1, one kind of vector a view.</summary>
/// <param name="Rows">The rows, those of a sample where there are many.</param>
/// <param name="Maps">Where the network looked; empty where rows lack maps.</param>
/// <param name="Relevance">What each channel adds to the score, wherever it saw it; empty where rows lack it.</param>
/// <param name="Features">The channels' means; empty where rows lack them.</param>
internal sealed record ClassViews(
    IReadOnlyList<CamAuditRow> Rows, IReadOnlyList<float[]> Maps, IReadOnlyList<float[]> Relevance, IReadOnlyList<float[]> Features)
{
    /// <summary>How many rows are looked at: eigenvectors take time by the cube of it.</summary>
    public const int MostRows = 400;

    /// <summary>The views that are there, by name.</summary>
    public IEnumerable<(string Name, IReadOnlyList<float[]> Vectors)> All => new[]
    {
        ("maps", Maps), ("channel relevance", Relevance), ("features", Features),
    }.Where(view => view.Item2.Count > 0);

    /// <summary>Those of some rows of a slice, of an even sample where there are more than <see cref="MostRows"/>.</summary>
    /// <param name="slice">The slice.</param>
    /// <param name="places">The rows of one class, by their places.</param>
    public static ClassViews Of(AuditSlice slice, IReadOnlyList<int> places)
    {
        int[] sample = Sampling.Of(places, MostRows);
        CamAuditRow[] rows = [.. sample.Select(place => slice.Rows[place])];
        return new ClassViews(
            rows,
            sample.All(slice.Heat.Has) ? [.. sample.Select(place => Unit(slice.Heat[place].ToArray()))] : [],
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
