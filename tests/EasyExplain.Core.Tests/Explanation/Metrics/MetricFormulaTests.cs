using EasyExplain.Explanation.Metrics;
using EasyExplain.Imaging;
using EasyExplain.Models;

namespace EasyExplain.Tests.Explanation.Metrics;

/// <summary>The parts of figures that ask no network, against what can be worked out on paper or with NumPy and SciPy.</summary>
public class MetricFormulaTests
{
    [Fact]
    public void PixelsWithoutTies_AreInOrder()
    {
        float[] map = [0.3f, 0.9f, -0.2f, 0.5f];
        Assert.Equal([1, 3, 0, 2], PixelOrder.ByChance(map, seed: 5));
        Assert.Equal([1, 3, 0, 2], PixelOrder.ByPlace(map));
    }

    [Fact]
    public void Ties_AreTakenEvenlyFromEverywhere_TheSameOnesEveryTime()
    {
        float[] even = new float[64 * 64];
        int[] order = PixelOrder.ByChance(even, seed: 1);
        Assert.Equal(Enumerable.Range(0, even.Length), order.Order());
        Assert.Equal(order, PixelOrder.ByChance(even, seed: 1));
        Assert.NotEqual(order, PixelOrder.ByChance(even, seed: 2));
        int fromUpperHalf = order.Take(2048).Count(place => place < 2048), fromLeft = order.Take(2048).Count(place => place % 64 < 32);
        Assert.InRange(fromUpperHalf, 924, 1124); // 1024 ± 4.4 standard deviations
        Assert.InRange(fromLeft, 924, 1124);
    }

    [Fact]
    public void AmongTies_OnlyTheLotDecides_NotWhatElseIsInTheMap()
    {
        float[] map = new float[100], other = new float[100];
        (map[17], other[80]) = (1, 1);
        Assert.Equal(17, PixelOrder.ByChance(map, seed: 3)[0]);
        Assert.Equal(PixelOrder.ByChance(map, seed: 3).Where(place => place is not (17 or 80)),
            PixelOrder.ByChance(other, seed: 3).Where(place => place is not (17 or 80)));
    }

    /// <summary>pytorch-grad-cam's rule removes every tied pixel; ours as many as were asked for.</summary>
    [Fact]
    public void RoadOfAMapWithTies_RemovesWhatItIsToldTo()
    {
        float[] map = new float[200];
        map[3] = 1;
        int[] order = PixelOrder.ByChance(map, seed: 0);
        Assert.All(Road.Parts, part => Assert.Equal(2 * part, Road.First(order, part).Count(removed => removed)));
        Assert.True(Road.First(order, 10)[3]);
        Assert.Equal(200, Road.FromPercentile([.. map.Select(value => (double)value)], 20).Count(removed => removed));
    }

    /// <summary>A ramp is the mean of its neighbours everywhere: a hole in it is filled with what was there.</summary>
    [Theory]
    [InlineData(12, 17)]
    [InlineData(40, 33)]
    public void AHoleInARamp_IsFilledWithTheRamp(int height, int width)
    {
        float[] ramp = [.. Enumerable.Range(0, 3).SelectMany(color => Enumerable.Range(0, height * width)
            .Select(place => 0.5f * color + 0.03f * (place / width) - 0.02f * (color + 1) * (place % width)))];
        bool[] missing = [.. Enumerable.Range(0, height * width).Select(place => (Row: place / width, Column: place % width))
            .Select(pixel => pixel.Row > 1 && pixel.Row < height - 2 && pixel.Column > 2 && pixel.Column < width - 1)];
        float[] holed = [.. ramp.Select((value, i) => missing[i % missing.Length] ? 99 : value)];
        float[] filled = new NeighbourFill(missing, height, width).Fill(holed);
        Assert.All(ramp.Zip(filled), pair => Assert.Equal(pair.First, pair.Second, tolerance: 2e-6f));
    }

    [Fact]
    public void WhereNoPixelIsLeft_TheMeanColourIs() => Assert.All(
        new NeighbourFill([.. Enumerable.Repeat(true, 6)], 2, 3).Fill([.. Enumerable.Repeat(7f, 18)]), value => Assert.Equal(0, value));

    [Fact]
    public void Percentiles_AreNumPys()
    {
        double[] values = [7, 1, 3, 10]; // np.percentile([7, 1, 3, 10], [0, 10, 50, 97.5, 100])
        Assert.Equal([1, 1.6, 5, 9.775, 10], new[] { 0, 10, 50, 97.5, 100 }.Select(percent => Percentile.Of(values, percent)),
            (a, b) => Math.Abs(a - b) < 1e-12);
    }

    [Fact]
    public void Spearman_SharesRanksAmongTies() // scipy.stats.spearmanr([1, 2, 2, 3], [1, 3, 2, 4])
        => Assert.Equal(0.9486832980505138, Correlation.Spearman(new double[] { 1, 2, 2, 3 }, [1, 3, 2, 4]), tolerance: 1e-12);

    [Fact]
    public void WhatDoesNotMove_CorrelatesWithNothing() => Assert.Equal(0, Correlation.Spearman(new double[] { 1, 1, 1 }, [1, 2, 3]));

    [Fact]
    public void AnEmptyMap_HasFigures()
    {
        float[] empty = new float[16];
        bool[] isObject = [.. Enumerable.Range(0, 16).Select(place => place < 4)];
        Assert.Equal(0, Evenness.Gini(empty), tolerance: 1e-9);
        Assert.Equal(0, Evenness.Entropy(empty));
        Assert.Equal(0, Localisation.Energy(empty, isObject));
        Assert.Equal(1, Localisation.PointingGame(empty, isObject)); // the highest value is everywhere
        Assert.Equal(0.5, Localisation.AreaUnderRoc(empty, isObject));
        Assert.Equal(0.5, Adcc.Coherency(empty, empty));
    }

    [Fact]
    public void Gini_OfOnePixelThatHasItAll() => Assert.Equal(0.75, Evenness.Gini([0, 0, 0, 1]), tolerance: 1e-6);

    [Fact]
    public void Adcc_IsAHarmonicMean_And0WhereOnePartIs()
    {
        Assert.Equal(3 / (1 / 0.9 + 1 / 0.8 + 1 / 0.5), Adcc.Of(coherency: 0.9, complexity: 0.2, drop: 0.5), tolerance: 1e-12);
        Assert.Equal(0, Adcc.Of(coherency: 0.9, complexity: 0.2, drop: 1));
    }

    [Fact]
    public void Drop_OfNothing_IsNothing()
    {
        Assert.Equal(0, Drop.Of(before: 0, after: 0));
        Assert.Equal(0.75, Drop.Of(before: 0.8, after: 0.2), tolerance: 1e-12);
    }

    /// <summary>A mean of 400 coins: ±1.96 · 0.5 / 20 by the normal distribution.</summary>
    [Fact]
    public void TheInterval_IsTheNormalOneOfManyImages()
    {
        CamInterval interval = Bootstrap.Of([.. Enumerable.Range(0, 400).Select(i => i % 2.0)], seed: 7)!;
        Assert.Equal(0.5, interval.Mean);
        Assert.Equal(0.5 - 0.049, interval.Low, tolerance: 0.004);
        Assert.Equal(0.5 + 0.049, interval.High, tolerance: 0.004);
        Assert.Equal(interval, Bootstrap.Of([.. Enumerable.Range(0, 400).Select(i => i % 2.0)], seed: 7));
    }

    /// <summary>Of two images a mean is 0 in a quarter of the draws, and 1 in as many: both ends are beyond 2.5 %.</summary>
    [Fact]
    public void TheInterval_OfTwoImages_HoldsBoth() => Assert.Equal(new CamInterval(0.5, 0, 1), Bootstrap.Of([0, 1], seed: 0));

    [Fact]
    public void TheCentre_IsHighest_AndAllSidesAreAlike()
    {
        float[,] map = CenterGaussian.Map(6, 10);
        Assert.Equal(Math.Exp(-(1 / 12.0 * (1 / 12.0) + 1 / 20.0 * (1 / 20.0)) / 0.125), map[2, 4], tolerance: 1e-6);
        Assert.Equal(map[0, 0], map[5, 9]);
        Assert.Equal(map[0, 9], map[5, 0]);
        Assert.Equal(map.Cast<float>().Max(), map[3, 5]);
    }

    /// <summary>A photo of 40 × 20, of which the model sees the middle 20 × 20: a box at the left is not in view.</summary>
    [Fact]
    public void ABox_LiesWhereTheModelSeesIt()
    {
        var preprocessing = new Preprocessing(10, 10, [0.5, 0.5, 0.5], [0.5, 0.5, 0.5], ResizeMode.CenterCrop) { ResizeSize = 10 };
        Assert.DoesNotContain(true, ObjectPixels.InBoxes([new PixelRegion(0, 0, 10, 20)], preprocessing, [20, 40]));
        bool[] seen = ObjectPixels.InBoxes([new PixelRegion(10, 0, 4, 2)], preprocessing, [20, 40]);
        Assert.Equal([0, 1], Enumerable.Range(0, 100).Where(place => seen[place]));
        byte[] rgb = new byte[8 * 4 * 3]; // a mask at a fifth of the photo's size
        rgb[3 * 2] = 1;                   // its third column: 10 to 15
        bool[] masked = ObjectPixels.OfMask(new Photo(8, 4, rgb), preprocessing, [20, 40]);
        Assert.Equal([0, 1, 10, 11], Enumerable.Range(0, 100).Where(place => masked[place]));
    }

    [Fact]
    public void AMask_IsFoundByAsMuchOfThePathAsThereIs()
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            Directory.CreateDirectory(Path.Combine(folder, "b"));
            foreach (string name in new[] { "cat.png", "b/cat.bmp" })
            {
                File.WriteAllText(Path.Combine(folder, name), "");
            }
            var masks = new MaskFiles(folder);
            Assert.Equal(Path.Combine(folder, "cat.png"), masks.Find("/photos/a/cat.jpg"));
            Assert.Equal(Path.Combine(folder, "b", "cat.bmp"), masks.Find("/photos/b/cat.jpg"));
            Assert.Null(masks.Find("/photos/b/dog.jpg"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Metrics_AreFoundByNameAndWildcard_AndAWrongNameNamesNearOnes()
    {
        static Func<string, bool>? Wildcard(string name) =>
            name.EndsWith('*') ? other => other.StartsWith(name[..^1], StringComparison.Ordinal) : null;
        Assert.Equal(["Deletion", "DeletionBlur", "ROAD"], CamMetric.Select(["road", "Deletion*"], Wildcard).Select(metric => metric.Name));
        SelectionException wrong = Assert.Throws<SelectionException>(() => CamMetric.Select(["Delesion"], Wildcard));
        Assert.Equal(SelectionFault.MetricNotFound, wrong.Fault);
        Assert.Contains("Deletion", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void EveryMetric_IsAPropertyOfRowsAndSummaries()
    {
        Assert.All(CamMetric.All, metric =>
        {
            Assert.NotNull(typeof(CamMeasure).GetProperty(metric.Name));
            Assert.NotNull(typeof(CamMethodSummary).GetProperty(metric.Name));
        });
    }
}
