using MathNet.Numerics.LinearAlgebra;

namespace EasyExplain.Audit.Findings.Shortcuts;

/// <summary>
/// Fisher's linear discriminant (1936) with a covariance shrunk towards its diagonal, since there may be more numbers than examples (Ledoit
/// and Wolf 2004).
/// </summary>
internal static class Discriminant
{
    private const int Folds = 10;

    /// <summary>How far each vector lies on the side of the first examples: 0 half way between the two kinds' means.</summary>
    /// <param name="positive">Examples, two at least.</param>
    /// <param name="negative">Examples of the other kind, two at least.</param>
    /// <param name="vectors">What is judged.</param>
    /// <param name="shrinkage">0 to 1: how much less the numbers are taken to go together than they do in the examples.</param>
    public static double[] Of(
        IReadOnlyList<double[]> positive, IReadOnlyList<double[]> negative, IReadOnlyList<double[]> vectors, double shrinkage)
    {
        int width = positive[0].Length;
        double[] own = Mean(positive), other = Mean(negative);
        var covariance = Matrix<double>.Build.Dense(width, width);
        Add(covariance, positive, own);
        Add(covariance, negative, other);
        int freedom = Math.Max(1, positive.Count + negative.Count - 2);
        for (int i = 0; i < width; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                double value = covariance[i, j] / freedom;
                covariance[i, j] = covariance[j, i] = i == j ? value + 1e-6 : value * (1 - shrinkage);
            }
        }
        Vector<double> direction = covariance.Cholesky().Solve(Vector<double>.Build.Dense(width, i => own[i] - other[i]));
        double middle = Enumerable.Range(0, width).Sum(i => direction[i] * (own[i] + other[i]) / 2);
        return [.. vectors.Select(vector => Enumerable.Range(0, width).Sum(i => direction[i] * vector[i]) - middle)];
    }

    /// <summary>The same for examples that judge each other: none has a say about itself, so that a wrong label does not stay.</summary>
    public static double[] Crossed(IReadOnlyList<double[]> vectors, bool[] members, double shrinkage)
    {
        var judged = new double[vectors.Count];
        for (int fold = 0; fold < Folds; fold++)
        {
            int[] left = [.. Enumerable.Range(0, vectors.Count).Where(i => i % Folds == fold)];
            int[] used = [.. Enumerable.Range(0, vectors.Count).Where(i => i % Folds != fold)];
            double[][] positive = [.. used.Where(i => members[i]).Select(i => vectors[i])];
            double[][] negative = [.. used.Where(i => !members[i]).Select(i => vectors[i])];
            if (positive.Length < 2 || negative.Length < 2)
            {
                continue;
            }
            double[] values = Of(positive, negative, [.. left.Select(i => vectors[i])], shrinkage);
            for (int i = 0; i < left.Length; i++)
            {
                judged[left[i]] = values[i];
            }
        }
        return judged;
    }

    /// <summary>Each number with mean 0 and standard deviation 1 over some vectors.</summary>
    public static double[][] Standardised(IReadOnlyList<double[]> vectors, IReadOnlyList<double[]> by)
    {
        double[] mean = Mean(by);
        double[] deviation = [.. mean.Select((centre, i) =>
            Math.Sqrt(by.Sum(vector => (vector[i] - centre) * (vector[i] - centre)) / by.Count) + 1e-9)];
        return [.. vectors.Select(vector => vector.Select((value, i) => (value - mean[i]) / deviation[i]).ToArray())];
    }

    private static double[] Mean(IReadOnlyList<double[]> vectors)
    {
        var mean = new double[vectors[0].Length];
        foreach (double[] vector in vectors)
        {
            for (int i = 0; i < mean.Length; i++)
            {
                mean[i] += vector[i] / vectors.Count;
            }
        }
        return mean;
    }

    private static void Add(Matrix<double> covariance, IReadOnlyList<double[]> vectors, double[] mean)
    {
        var centred = new double[mean.Length];
        foreach (double[] vector in vectors)
        {
            for (int i = 0; i < mean.Length; i++)
            {
                centred[i] = vector[i] - mean[i];
            }
            for (int i = 0; i < mean.Length; i++)
            {
                for (int j = 0; j <= i; j++)
                {
                    covariance[i, j] += centred[i] * centred[j];
                }
            }
        }
    }
}
