using System.Numerics;
using System.Runtime.InteropServices;

namespace EasyExplain.Audit.Findings;

/// <summary>The features of rows, one after the other, to compare by their cosines.</summary>
/// <remarks>
/// Stored numbers are whole and below 128 (<see cref="Explanation.ChannelVector"/>), so float32 holds every sum of their products exactly,
/// in whatever order they are added: all machines find the same.
/// </remarks>
internal sealed class FeatureTable
{
    private readonly float[] _values;
    private readonly double[] _norms;

    private FeatureTable(int rows, int width) => (Width, _values, _norms) = (width, new float[rows * width], new double[rows]);

    /// <summary>How many numbers a row has.</summary>
    public int Width { get; }

    /// <summary>How many rows there are.</summary>
    public int Count => _norms.Length;

    /// <summary>Those of these rows.</summary>
    public static FeatureTable Of(IReadOnlyList<CamAuditRow> rows) => Of([.. rows.Select(row => row.Channels?.Features.Values)]);

    /// <summary>The features themselves; null of a row that has none.</summary>
    public static FeatureTable Of(IReadOnlyList<sbyte[]?> features)
    {
        int width = features.FirstOrDefault(values => values is not null)?.Length ?? 0;
        width = (width + Vector<float>.Count - 1) / Vector<float>.Count * Vector<float>.Count;
        var table = new FeatureTable(features.Count, width);
        for (int row = 0; row < features.Count; row++)
        {
            if (features[row] is { } values && values.Length <= width)
            {
                Span<float> own = table._values.AsSpan(row * width, width);
                for (int i = 0; i < values.Length; i++)
                {
                    own[i] = values[i];
                }
                table._norms[row] = Math.Sqrt(Dot(own, own));
            }
        }
        return table;
    }

    /// <summary>Whether a row has features that point anywhere.</summary>
    public bool Has(int row) => _norms[row] > 0;

    /// <summary>The length of a row as a vector, in steps of its own.</summary>
    public double Norm(int row) => _norms[row];

    /// <summary>The numbers of a row, in steps of its own.</summary>
    public ReadOnlySpan<float> this[int row] => _values.AsSpan(row * Width, Width);

    /// <summary>The cosine of two rows that have features.</summary>
    public double Cosine(int first, int second) => Dot(this[first], this[second]) / (_norms[first] * _norms[second]);

    /// <summary>The rows that are nearest to a row, the nearest first, of equally near ones the first; not the row itself.</summary>
    /// <param name="row">The row, with features.</param>
    /// <param name="among">Which rows are asked, ascending.</param>
    /// <param name="nearest">Takes as many as there is room for.</param>
    /// <returns>How many there are.</returns>
    public int Nearest(int row, ReadOnlySpan<int> among, Span<Neighbour> nearest)
    {
        int count = 0;
        foreach (int other in among)
        {
            if (other == row || !Has(other))
            {
                continue;
            }
            double cosine = Cosine(row, other);
            if (count == nearest.Length && !(cosine > nearest[count - 1].Cosine))
            {
                continue;
            }
            int at = count < nearest.Length ? count++ : count - 1;
            for (; at > 0 && nearest[at - 1].Cosine < cosine; at--)
            {
                nearest[at] = nearest[at - 1];
            }
            nearest[at] = new Neighbour(other, cosine);
        }
        return count;
    }

    /// <summary>The sum of products of two rows of this width.</summary>
    internal static double Dot(ReadOnlySpan<float> first, ReadOnlySpan<float> second)
    {
        ReadOnlySpan<Vector<float>> a = MemoryMarshal.Cast<float, Vector<float>>(first);
        ReadOnlySpan<Vector<float>> b = MemoryMarshal.Cast<float, Vector<float>>(second);
        Vector<float> sum = Vector<float>.Zero;
        for (int i = 0; i < a.Length; i++)
        {
            sum += a[i] * b[i];
        }
        return Vector.Sum(sum);
    }
}

/// <summary>A row near another.</summary>
/// <param name="Row">Its place.</param>
/// <param name="Cosine">Of both rows' features.</param>
internal readonly record struct Neighbour(int Row, double Cosine);
