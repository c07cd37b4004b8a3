using EasyExplain.Audit.Findings.Shortcuts;

namespace EasyExplain.Tests.Audit.Findings.Shortcuts;

/// <summary>What parts two kinds: by examples, and by numbers alone.</summary>
public class DiscriminantTests
{
    // Around a mean of 0: the sum of their products is ((2.5, 1.5), (1.5, 2.5)).
    private static readonly double[][] Cross = [[1, 1], [-1, -1], [0.5, -0.5], [-0.5, 0.5]];

    /// <summary>
    /// Means (4, 0) and (0, 0), a covariance of ((5, 3), (3, 5)) / 6: with shrinkage s the direction is its inverse, off the diagonal
    /// times 1 − s, times (4, 0), and the middle lies at (2, 0).
    /// </summary>
    [Theory]
    [InlineData(0)]
    [InlineData(0.5)]
    [InlineData(1)]
    public void InTwoDimensions_ItIsTheClosedForm(double shrinkage)
    {
        double[][] positive = [.. Cross.Select(point => new[] { point[0] + 4, point[1] })];
        double diagonal = 5 / 6.0, off = (1 - shrinkage) * 3 / 6.0, determinant = diagonal * diagonal - off * off;
        (double X, double Y) direction = (4 * diagonal / determinant, -4 * off / determinant);
        double[][] judged = [[4, 0], [0, 0], [2, 0], [1, -3], [2, 7]];
        double[] values = Discriminant.Of(positive, Cross, judged, shrinkage);
        Assert.All(judged.Zip(values), pair =>
            Assert.Equal(direction.X * (pair.First[0] - 2) + direction.Y * pair.First[1], pair.Second, 1e-3));
    }

    /// <summary>
    /// 40 points in 60 dimensions, so that a plane parts them however they are labelled. Judged by the others, the wrong one is found.
    /// </summary>
    [Fact]
    public void Crossed_AWronglyLabelledOne_ChangesSides()
    {
        const int Wrong = 7;
        var random = new Random(2);
        double[][] points =
        [
            .. Enumerable.Range(0, 40).Select(i => Enumerable.Range(0, 60)
                .Select(d => (d < 6 ? (i < 20 ? 4 : -4) : 0) + Normal(random)).ToArray()),
        ];
        bool[] labels = [.. Enumerable.Range(0, 40).Select(i => i < 20 != (i == Wrong))];
        double[] own = Discriminant.Of(
            [.. points.Where((_, i) => labels[i])], [.. points.Where((_, i) => !labels[i])], points, 0.01);
        Assert.True(own[Wrong] < 0, "With a say about itself it stays where it was put.");
        Assert.Equal(Enumerable.Range(0, 20), Higher(Discriminant.Crossed(points, labels, 0.01)));

        static IEnumerable<int> Higher(double[] values) => Enumerable.Range(0, values.Length).Where(i => values[i] > 0);
    }

    [Fact]
    public void Standardised_NumbersHaveMean0AndDeviation1()
    {
        double[][] numbers = Discriminant.Standardised([[5, 1], [9, 1]], [[1, 3], [5, 3]]);
        Assert.Equal(1, numbers[0][0], 1e-6);
        Assert.Equal(3, numbers[1][0], 1e-6);
    }

    [Fact]
    public void TwoKinds_PartsAMixture_ThoughATenthOfTheFirstGuessIsWrong()
    {
        var random = new Random(4);
        bool[] truth = [.. Enumerable.Range(0, 200).Select(i => i % 4 == 0)];
        double[] values = [.. truth.Select(higher => (higher ? 7 : 0) + Normal(random))];
        bool[] guess = [.. truth.Select((higher, i) => higher != (i % 10 == 4))];
        Assert.NotEqual(truth, guess);
        Assert.Equal(truth, TwoKinds.Higher(values, guess));
    }

    /// <summary>
    /// Deviations of 0.5 around 6 and of 1.5 around 0, each variance half of its own and half of both: 0.75 and 1.75. Where the two normal
    /// densities are equal, 0.381 x² − 8 x + 23.576 is 0: at 3.55.
    /// </summary>
    [Fact]
    public void TwoKinds_PartsWhereBothAreAsLikely_NotHalfWay()
    {
        var random = new Random(5);
        bool[] truth = [.. Enumerable.Range(0, 2000).Select(i => i < 1000)];
        double[] values = [.. truth.Select(higher => higher ? 6 + 0.5 * Normal(random) : 1.5 * Normal(random))];
        bool[] found = TwoKinds.Higher(values, truth);
        Assert.InRange(values.Where((_, i) => found[i]).Min(), 3.4, 3.8);
        Assert.InRange(values.Where((_, i) => !found[i]).Max(), 3.2, 3.7);
    }

    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
