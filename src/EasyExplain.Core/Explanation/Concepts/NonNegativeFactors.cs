using System.Runtime.InteropServices;
using EasyExplain.Runtime;
using TorchSharp;
using static EasyExplain.Runtime.HeldNumbers;
using static TorchSharp.torch;

namespace EasyExplain.Explanation.Concepts;

/// <summary>Non-negative matrix factorisation: A ≈ W·H with W and H ≥ 0, in float64.</summary>
/// <remarks>
/// It starts from the singular vectors (NNDSVD, Boutsidis and Gallopoulos 2008), so nothing is drawn at random, and goes on with
/// hierarchical alternating least squares (HALS, Cichocki and Phan 2009): each column in turn takes its best non-negative value.
/// </remarks>
internal static class NonNegativeFactors
{
    private const int MostRounds = 500;
    private const double LeastGain = 1e-5;      // a round that takes a smaller share off the error is the last
    private const double Exact = 1e-14;         // of the matrix's own sum of squares: nothing is left to find
    private const double LeastEigenvalue = 1e-12; // of the largest one: what is smaller is rounding

    /// <summary>The factors <c>W [m, k]</c> and <c>H [k, n]</c> of a matrix <c>[m, n]</c> without negative values.</summary>
    /// <param name="matrix">The matrix, float64.</param>
    /// <param name="count">
    /// How many factors, k, are wanted; there are as many as the matrix's rank at most, hence none for a matrix of zeros.
    /// </param>
    /// <param name="cancel">Stops it before the next round.</param>
    public static (Tensor W, Tensor H) Of(Tensor matrix, int count, CancellationToken cancel = default)
    {
        using IDisposable untracked = no_grad();
        using DisposeScope scope = NewDisposeScope();
        (Tensor w, Tensor ht) = Start(matrix, count);
        Tensor transposed = matrix.T.contiguous();
        double total = SumOfSquares(matrix), error = total;
        for (int round = 0; round < MostRounds; round++)
        {
            cancel.ThrowIfCancellationRequested();
            using DisposeScope ofRound = NewDisposeScope();
            Improve(w, matrix.mm(ht), ht.T.mm(ht));
            (Tensor target, Tensor gram) = (transposed.mm(w), w.T.mm(w));
            Improve(ht, target, gram);
            // ‖A − WH‖² without making WH.
            double left = total - 2 * (ht * target).sum().item<double>() + (gram * ht.T.mm(ht)).sum().item<double>();
            if (left <= Exact * total || error - left <= LeastGain * error)
            {
                break;
            }
            error = left;
        }
        return (w.MoveToOuterDisposeScope(), ht.T.contiguous().MoveToOuterDisposeScope());
    }

    /// <summary>The sum of the squares of all values.</summary>
    public static double SumOfSquares(Tensor values) => values.pow(Two).sum().item<double>();

    /// <summary>
    /// W and Hᵀ from the leading singular triplets σ·u·vᵀ: of the positive and the negative parts of u and v, the pair that weighs more.
    /// </summary>
    private static (Tensor W, Tensor Ht) Start(Tensor matrix, int count)
    {
        bool wide = matrix.shape[0] <= matrix.shape[1];
        Tensor sides = wide ? matrix : matrix.T; // its rows are the fewer: their products are the smaller problem
        (Tensor eigenvalues, Tensor eigenvectors) = linalg.eigh(sides.mm(sides.T));
        Tensor descending = eigenvalues.flip(0).contiguous();
        double[] values = descending.data<double>().ToArray();
        int found = values.Take(count).TakeWhile(value => value > 0 && value > LeastEigenvalue * values[0]).Count();
        Tensor sigma = descending.narrow(0, 0, found).sqrt();
        Tensor near = eigenvectors.flip(1).narrow(1, 0, found);
        Tensor far = sides.T.mm(near) / sigma;
        (Tensor u, Tensor v) = wide ? (near, far) : (far, near);

        static Tensor Norms(Tensor columns) => columns.pow(Two).sum(dim: 0).sqrt();
        (Tensor uPositive, Tensor vPositive, Tensor uNegative, Tensor vNegative) = (u.relu(), v.relu(), (-u).relu(), (-v).relu());
        Tensor positive = Norms(uPositive) * Norms(vPositive), negative = Norms(uNegative) * Norms(vNegative);
        Tensor takePositive = positive >= negative;
        Tensor scale = (sigma * maximum(positive, negative)).sqrt();
        Tensor Column(Tensor plus, Tensor minus)
        {
            Tensor taken = where(takePositive, plus, minus);
            return (taken / Norms(taken).Within(double.Epsilon, null) * scale).contiguous();
        }
        return (Column(uPositive, uNegative), Column(vPositive, vNegative));
    }

    /// <summary>
    /// Gives each column of one factor, in turn, the value that leaves least of the matrix unexplained while all else stays.
    /// </summary>
    /// <param name="factor">It, <c>[m, k]</c>, contiguous as all three are; changed in place.</param>
    /// <param name="target">The matrix times the other factor, <c>[m, k]</c>.</param>
    /// <param name="gram">The products of the other factor's columns, <c>[k, k]</c>.</param>
    private static void Improve(Tensor factor, Tensor target, Tensor gram)
    {
        // Rows do not see each other, and a loop over them is far cheaper than a tensor operation for each column.
        int k = (int)factor.shape[1];
        Span<double> values = MemoryMarshal.Cast<byte, double>(factor.bytes);
        ReadOnlySpan<double> wanted = MemoryMarshal.Cast<byte, double>(target.bytes);
        ReadOnlySpan<double> products = MemoryMarshal.Cast<byte, double>(gram.bytes);
        for (int row = 0; row < values.Length; row += k)
        {
            for (int column = 0; column < k; column++)
            {
                double missing = wanted[row + column], weight = products[column * k + column];
                for (int other = 0; other < k; other++)
                {
                    missing -= values[row + other] * products[other * k + column];
                }
                if (weight > 0)
                {
                    values[row + column] = Math.Max(0, values[row + column] + missing / weight);
                }
            }
        }
    }
}
