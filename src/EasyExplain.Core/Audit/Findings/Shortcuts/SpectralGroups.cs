using MathNet.Numerics;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Factorization;

namespace EasyExplain.Audit.Findings.Shortcuts;

/// <summary>
/// Groups of vectors that lie together, as SpRAy finds them (Lapuschkin et al. 2019, "Unmasking Clever Hans predictors", Nature
/// Communications 10): the graph of nearest neighbours, its normalised Laplacian, and k-means on the rows of its first eigenvectors (Ng,
/// Jordan, Weiss 2001). How many groups there are, the eigengap says; since a small group may hide in a larger one, those of other numbers
/// are given too.
/// </summary>
internal static class SpectralGroups
{
    private const int Neighbours = 10;
    private const int MostGroups = 6;
    private const int Restarts = 3;
    private const int Rounds = 50;

    /// <summary>Some groups.</summary>
    /// <param name="Groups">The places of each group's vectors, ascending.</param>
    /// <param name="Conductances">For each group which share of its links to near vectors leads out of it, 0 to 1.</param>
    /// <param name="IsNatural">Whether the largest gap between the eigenvalues says that there are so many.</param>
    public sealed record Partition(IReadOnlyList<int[]> Groups, IReadOnlyList<double> Conductances, bool IsNatural);

    /// <summary>The vectors in two groups, in three, and so on up to six; nothing of fewer vectors than a group could be made of.</summary>
    /// <param name="vectors">Vectors of one length.</param>
    public static IReadOnlyList<Partition> Of(IReadOnlyList<float[]> vectors)
    {
        if (vectors.Count <= Neighbours)
        {
            return [];
        }
        Control.UseManaged(); // other providers round in other ways, and a machine may have one
        bool[,] near = Near(vectors);
        Evd<double> eigen = Laplacian(near).Evd(Symmetricity.Symmetric);
        double[] values = [.. eigen.EigenValues.Take(MostGroups + 1).Select(value => value.Real)];
        int natural = Enumerable.Range(2, MostGroups - 1).MaxBy(k => values[k] - values[k - 1]);
        return [.. Enumerable.Range(2, MostGroups - 1).Select(k => Part(KMeans(Rows(eigen.EigenVectors, k), k), k == natural))];

        Partition Part(int[][] groups, bool isNatural) => new(groups, [.. groups.Select(group => Conductance(near, group))], isNatural);
    }

    /// <summary>Whether one of two vectors is among the nearest of the other.</summary>
    private static bool[,] Near(IReadOnlyList<float[]> vectors)
    {
        int n = vectors.Count;
        var near = new bool[n, n];
        var distances = new double[n];
        var order = new int[n];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n; j++)
            {
                distances[j] = j == i ? -1 : Distance(vectors[i], vectors[j]);
                order[j] = j;
            }
            double[] keys = [.. distances];
            int[] nearest = [.. order.OrderBy(j => keys[j]).ThenBy(j => j).Skip(1).Take(Neighbours)];
            foreach (int j in nearest)
            {
                near[i, j] = near[j, i] = true;
            }
        }
        return near;
    }

    /// <summary>I − D^(−½) A D^(−½), A being 1 for near ones.</summary>
    private static Matrix<double> Laplacian(bool[,] near)
    {
        int n = near.GetLength(0);
        double[] degrees = [.. Enumerable.Range(0, n).Select(i => Enumerable.Range(0, n).Count(j => near[i, j]))];
        return Matrix<double>.Build.Dense(n, n, (i, j) => i == j ? 1 : near[i, j] ? -1 / Math.Sqrt(degrees[i] * degrees[j]) : 0);
    }

    private static double Conductance(bool[,] near, int[] group)
    {
        var inside = group.ToHashSet();
        int all = 0, outside = 0;
        foreach (int member in group)
        {
            for (int other = 0; other < near.GetLength(0); other++)
            {
                if (near[member, other])
                {
                    all++;
                    outside += inside.Contains(other) ? 0 : 1;
                }
            }
        }
        return all == 0 ? 0 : (double)outside / all;
    }

    private static double[][] Rows(Matrix<double> eigenvectors, int count) =>
    [
        .. Enumerable.Range(0, eigenvectors.RowCount).Select(row =>
        {
            double[] values = [.. Enumerable.Range(0, count).Select(column => eigenvectors[row, column])];
            double length = Math.Sqrt(values.Sum(value => value * value)) + 1e-9;
            return values.Select(value => value / length).ToArray();
        }),
    ];

    /// <summary>k-means (Lloyd 1982) from seeds far apart (k-means++, Arthur and Vassilvitskii 2007), the best of some attempts.</summary>
    private static int[][] KMeans(double[][] points, int k)
    {
        int[] best = [];
        double least = double.PositiveInfinity;
        for (int attempt = 0; attempt < Restarts; attempt++)
        {
            double[][] centres = Seeds(points, k, new Random(attempt));
            var own = new int[points.Length];
            double spread = 0;
            for (int round = 0; round < Rounds; round++)
            {
                bool moved = false;
                spread = 0;
                for (int i = 0; i < points.Length; i++)
                {
                    int nearest = Nearest(points[i], centres, out double distance);
                    spread += distance;
                    moved |= round == 0 || nearest != own[i];
                    own[i] = nearest;
                }
                if (!moved)
                {
                    break;
                }
                centres = [.. centres.Select((centre, group) => Mean(points, own, group) ?? centre)];
            }
            if (spread < least - 1e-12)
            {
                (best, least) = (own, spread);
            }
        }
        return [.. Enumerable.Range(0, k).Select(group => Enumerable.Range(0, best.Length).Where(i => best[i] == group).ToArray())];
    }

    private static double[][] Seeds(double[][] points, int k, Random random)
    {
        var seeds = new List<double[]> { points[random.Next(points.Length)] };
        while (seeds.Count < k)
        {
            double[][] chosen = [.. seeds];
            double[] distances = [.. points.Select(point => { Nearest(point, chosen, out double distance); return distance; })];
            double aim = random.NextDouble() * distances.Sum();
            int at = 0;
            for (; at < points.Length - 1 && aim >= distances[at]; at++)
            {
                aim -= distances[at];
            }
            seeds.Add(points[at]);
        }
        return [.. seeds];
    }

    private static int Nearest(double[] point, double[][] centres, out double distance)
    {
        (int nearest, distance) = (0, double.PositiveInfinity);
        for (int i = 0; i < centres.Length; i++)
        {
            double squares = 0;
            for (int d = 0; d < point.Length; d++)
            {
                squares += (point[d] - centres[i][d]) * (point[d] - centres[i][d]);
            }
            if (squares < distance)
            {
                (nearest, distance) = (i, squares);
            }
        }
        return nearest;
    }

    private static double[]? Mean(double[][] points, int[] own, int group)
    {
        var mean = new double[points[0].Length];
        int count = 0;
        for (int i = 0; i < points.Length; i++)
        {
            if (own[i] == group)
            {
                count++;
                for (int d = 0; d < mean.Length; d++)
                {
                    mean[d] += points[i][d];
                }
            }
        }
        return count == 0 ? null : [.. mean.Select(sum => sum / count)];
    }

    private static double Distance(float[] a, float[] b)
    {
        double squares = 0;
        for (int i = 0; i < a.Length; i++)
        {
            double difference = a[i] - b[i];
            squares += difference * difference;
        }
        return squares;
    }

    /// <summary>
    /// How much nearer the members of a group are to each other than to the rest, −1 to 1: the mean silhouette (Rousseeuw 1987) of the
    /// members, with the rest as the only other group.
    /// </summary>
    public static double Silhouette(IReadOnlyList<float[]> vectors, int[] group)
    {
        var inside = new bool[vectors.Count];
        foreach (int member in group)
        {
            inside[member] = true;
        }
        double sum = 0;
        foreach (int member in group)
        {
            double own = 0, other = 0;
            for (int i = 0; i < vectors.Count; i++)
            {
                double distance = Math.Sqrt(Distance(vectors[member], vectors[i]));
                (own, other) = inside[i] ? (own + distance, other) : (own, other + distance);
            }
            (own, other) = (own / Math.Max(1, group.Length - 1), other / Math.Max(1, vectors.Count - group.Length));
            sum += Math.Max(own, other) is > 0 and var larger ? (other - own) / larger : 0;
        }
        return sum / group.Length;
    }
}
