using EasyExplain.Explanation.Metrics;

namespace EasyExplain.Tests.Explanation.Metrics;

/// <summary>What many figures say of methods, against rows made up so that the answer is known.</summary>
public class MethodSummariesTests
{
    [Fact]
    public void AMethodThatIsOverItsControlOnEveryImage_IsBetterThanChance_BySoMuch()
    {
        CamMethodSummary good = Summary([.. Enumerable.Range(0, 20).Select(i => Row("Good", i, gain: 0.1 + i % 3 * 0.01, blur: 0.2))]);
        Assert.Equal(0.1095, good.OverChance!.Mean, tolerance: 1e-9);
        Assert.InRange(good.OverChance.Low, 0.105, 0.1095);
        Assert.Equal(0.2, good.OverChanceBlur!.Low, tolerance: 1e-9);
        Assert.True(good.IsBetterThanChance);
        Assert.Equal("Better than chance.", good.Verdict);
        Assert.Equal(20, good.Images);
    }

    /// <summary>On average 0.05 over its control, but by −0.5 or 0.6: the interval of 20 images holds 0.</summary>
    [Fact]
    public void AMethodWhoseIntervalHoldsChance_IsNoBetter()
    {
        CamMethodSummary vague = Summary([.. Enumerable.Range(0, 20).Select(i => Row("Vague", i, gain: i % 2 == 0 ? -0.5 : 0.6, blur: 0))]);
        Assert.False(vague.IsBetterThanChance);
        Assert.Equal("No better than chance on this model.", vague.Verdict);
    }

    [Fact]
    public void AMethodThatIsBetterWithOneReplacementOnly_IsNotToBeReliedUpon()
    {
        CamMethodSummary mixed = Summary([.. Enumerable.Range(0, 20).Select(i => Row("Mixed", i, gain: 0.2, blur: -0.1))]);
        Assert.False(mixed.IsBetterThanChance);
        Assert.Equal("Better than chance, but not where removed pixels become a blur: do not rely on it.", mixed.Verdict);
    }

    [Fact]
    public void TheBetterControl_IsTheOneToBeat()
    {
        CamMeasure row = Row("Method", 0, gain: 0.3, blur: 0.3);
        CamMeasure centre = row.Controls[0] with { Method = "CenterGaussian", Insertion = 0.9 };
        row = row with { Controls = [.. row.Controls, centre] };
        CamMethodSummary summary = Summary([.. Enumerable.Range(0, 12).Select(i => row with { Path = $"{i}.jpg" })]);
        Assert.Equal(row.Insertion!.Value - 0.9, summary.OverChance!.Mean, tolerance: 1e-9);
    }

    [Fact]
    public void WithoutDeletionOrRoad_MethodsGoByTheFirstFigure_AndAreNotJudged()
    {
        static CamMeasure Dropped(string method, double drop) => Row(method, 0, gain: 0, blur: 0) with
        {
            Deletion = null,
            Insertion = null,
            DeletionBlur = null,
            InsertionBlur = null,
            AverageDrop = drop,
            Sparseness = drop,
        };
        IReadOnlyList<CamMethodSummary> summaries =
            MethodSummaries.Of([Dropped("A", 0.5), Dropped("B", 0.2), Dropped("C", 0.7)], seed: 0);
        Assert.Equal(["B", "A", "C"], summaries.Select(summary => summary.Method)); // a drop is better where it is less
        Assert.All(summaries, summary => Assert.Equal("Not judged: that takes Deletion, Insertion or ROAD.", summary.Verdict));
    }

    [Fact]
    public void FewImages_AreNotJudged()
    {
        CamMethodSummary few = Summary([.. Enumerable.Range(0, 9).Select(i => Row("Good", i, gain: 0.1, blur: 0.2))]);
        Assert.Null(few.IsBetterThanChance);
        Assert.Equal("Not judged: 9 images are too few, take 10 or more.", few.Verdict);
    }

    [Fact]
    public void ClassesOfOneImage_CountAsOne()
    {
        CamMeasure[] rows = [.. Enumerable.Range(0, 10).SelectMany(i =>
            new[] { Row("Two", i, gain: 0.1, blur: 0) with { Class = 0 }, Row("Two", i, gain: 0.3, blur: 0) with { Class = 1 } })];
        CamMethodSummary two = Summary(rows);
        Assert.Equal(10, two.Images);
        Assert.Equal(new CamInterval(0.2, 0.2, 0.2).ToString(), two.OverChance!.ToString());
    }

    [Fact]
    public void ReplacementsThatRankMethodsDifferently_AreNamed()
    {
        IReadOnlyList<CamMethodSummary> summaries = MethodSummaries.Of([
            .. Enumerable.Range(0, 12).Select(i => Row("A", i, gain: 0.3, blur: 0.1)),
            .. Enumerable.Range(0, 12).Select(i => Row("B", i, gain: 0.1, blur: 0.2))], seed: 0);
        Assert.Equal("The mean colour and a blur rank 1 of 1 pairs of methods the other way round; A is first by the one, B by the " +
            "other. Believe no order that only one of them shows.", MethodSummaries.Disagreement(summaries));
        Assert.Equal(["A", "B"], summaries.Select(summary => summary.Method)); // 0.2 and 0.15 over chance on average
        Assert.Null(MethodSummaries.Disagreement([.. summaries.Take(1)]));
    }

    private static CamMethodSummary Summary(IReadOnlyList<CamMeasure> rows) => Assert.Single(MethodSummaries.Of(rows, seed: 0));

    /// <summary>A row whose insertion is over its control's by a gain, deletion being the same.</summary>
    private static CamMeasure Row(string method, int image, double gain, double blur)
    {
        var row = new CamMeasure
        {
            Path = $"{image}.jpg",
            Method = method,
            Layers = ["layer"],
            Class = 0,
            Label = "cat",
            Probability = 0.9,
            IsControl = false,
            Deletion = 0.3,
            Insertion = 0.4 + image * 0.01 + gain,
            DeletionBlur = 0.5,
            InsertionBlur = 0.6 + blur,
            Seconds = 0,
            ModelName = "model",
            Seed = 0,
        };
        CamMeasure control = row with { Method = "RandomCAM", IsControl = true, Insertion = 0.4 + image * 0.01, InsertionBlur = 0.6 };
        return row with { Controls = [control] };
    }
}
