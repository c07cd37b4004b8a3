using EasyExplain.Explanation.Concepts;
using EasyExplain.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Explanation.Concepts;

public sealed class NonNegativeFactorsTests
{
    public NonNegativeFactorsTests() => NativeLibraries.LoadTorch();

    /// <summary>Each factor is alone in some row and in some column, so that no other factors give this matrix.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void AMatrixThatIsAProduct_GivesItsFactorsBack(bool tall)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor w = tensor(new double[,] { { 3, 0, 0 }, { 0, 2, 0 }, { 0, 0, 1 }, { 1, 1, 0 }, { 0.5, 0, 2 }, { 1, 1, 1 } });
        Tensor h = tensor(new double[,] { { 1, 0, 0, 2, 1, 0, 0.3, 1 }, { 0, 1, 0, 1, 0, 3, 0.5, 1 }, { 0, 0, 1, 0, 2, 1, 0.7, 1 } });
        Tensor product = w.matmul(h);
        (Tensor foundW, Tensor foundH) = NonNegativeFactors.Of(tall ? product.T.contiguous() : product, 3);
        (foundW, foundH) = tall ? (foundH.T, foundW.T) : (foundW, foundH);

        Assert.True((foundW.matmul(foundH) - product).abs().max().item<double>() < 1e-3);
        Assert.True(foundW.min().item<double>() >= 0 && foundH.min().item<double>() >= 0);
        Tensor cosines = Normal(w).T.matmul(Normal(foundW)); // one 1 in each row: the same columns in some order
        Assert.All(cosines.amax([1]).data<double>().ToArray(), cosine => Assert.True(cosine > 0.9999, $"{cosine}"));
        Assert.All(cosines.amax([0]).data<double>().ToArray(), cosine => Assert.True(cosine > 0.9999, $"{cosine}"));
    }

    /// <summary>The best of 40 random starts with 4000 rounds of Lee and Seung's multiplicative updates, in numpy.</summary>
    [Theory]
    [InlineData(2, 0.402537)]
    [InlineData(4, 0.328596)]
    public void WhatIsLeft_IsNearTheLeastThatNumpyFinds(int count, double least)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor matrix = Numbers(12, 20);
        (Tensor w, Tensor h) = NonNegativeFactors.Of(matrix, count);
        double left = (matrix - w.matmul(h)).norm().item<double>() / matrix.norm().item<double>();
        Assert.InRange(left, least * 0.9999, least * 1.02);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(100)]
    public void ThereAreNoMoreFactors_ThanRowsOrColumns(int count)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor w, Tensor h) = NonNegativeFactors.Of(Numbers(5, 9), count);
        Assert.Equal((5, Math.Min(count, 5), Math.Min(count, 5), 9), (w.shape[0], w.shape[1], h.shape[0], h.shape[1]));
    }

    [Fact]
    public void ZerosHaveNoFactors()
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor w, Tensor h) = NonNegativeFactors.Of(zeros(4, 6, float64), 3);
        Assert.Equal((0, 0), (w.shape[1], h.shape[0]));
    }

    [Fact]
    public void ItStops_WhenAsked()
    {
        using DisposeScope scope = NewDisposeScope();
        Assert.Throws<OperationCanceledException>(() => NonNegativeFactors.Of(Numbers(5, 9), 2, new CancellationToken(canceled: true)));
    }

    private static Tensor Normal(Tensor columns) => columns / columns.square().sum(dim: 0).sqrt();

    private static Tensor Numbers(int rows, int columns)
    {
        var values = new double[rows, columns];
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
            {
                values[i, j] = (i * 7 + j * 13 + i * j * 3) % 17 / 17.0;
            }
        }
        return tensor(values);
    }
}
