using System.IO.Compression;
using EasyExplain.Audit;
using EasyExplain.Audit.Findings;
using EasyExplain.Explanation;

namespace EasyExplain.Tests.Audit.Findings;

/// <summary>Wrong labels, found again.</summary>
public class LabelErrorsTests
{
    /// <summary>
    /// Numbers of the bundled model on 2,000 of CIFAR-10's test images (tests/data/findings), of which it gets 13 in 100 wrong itself:
    /// 5 % of the labels are flipped at random.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void FlippedLabels_AreRankedFirst(int seed)
    {
        var random = new Random(seed);
        CamAuditRow[] rows = Cifar();
        HashSet<int> flipped = [.. Enumerable.Range(0, rows.Length).Where(_ => random.NextDouble() < 0.05)];
        foreach (int row in flipped)
        {
            rows[row] = Labelled(rows[row], (rows[row].ExpectedClass + random.Next(1, 10)) % 10);
        }
        AuditSlice slice = Assert.Single(AuditSlices.Of(rows, []));
        IReadOnlyList<LabelScore> scores = LabelErrors.Scores(slice, new IssueThresholds().Neighbours);

        Assert.Equal(rows.Length, scores.Count);
        Assert.InRange(AreaUnderRoc(scores, score => flipped.Contains(score.Row)), 0.975, 1);
        CamIssue[] claimed = [.. LabelErrors.Find(slice, new IssueThresholds(), default)];
        int right = claimed.Count(issue => flipped.Contains((int)issue.Members[0].Id - 1));
        Assert.InRange((double)right / claimed.Length, 0.6, 1);
        Assert.InRange((double)right / flipped.Count, 0.6, 1);
    }

    [Fact]
    public void AWrongLabel_IsAFindingOfItsOwn_WithItsWitnesses()
    {
        CamAuditRow[] rows = PlantedRows.Make(200, wrong: 0);
        rows[40] = Labelled(rows[40], 3); // it is of class a
        CamIssue issue = Assert.Single(LabelErrors.Find(Slice(rows), new IssueThresholds { LabelError = 0.5 }, default));
        Assert.Equal(("d", rows[40].File), (issue.Class, issue.Members[0].File));
        Assert.Equal(25, issue.Evidence["Neighbours"]); // half of what a class has
        Assert.Equal(25, issue.Evidence["NeighboursAsPredicted"]);
        Assert.Matches(@"^a/000040.jpg is labelled d but looks like a \(\S+ % against \S+ %; 25 of 25 neighbours are labelled a, 0 d\)\.$",
            issue.Summary);
    }

    [Fact]
    public void TheScore_IsOneLessTheGeometricMeanOfModelAndNeighbours()
    {
        CamAuditRow[] rows = PlantedRows.Make(200, wrong: 0);
        rows[40] = Labelled(rows[40], 3) with { ExpectedProbability = 0.009 };
        LabelScore score = LabelErrors.Scores(Slice(rows), 30)[40];
        Assert.Equal(1 - Math.Sqrt(0.010 / 1.001 / 26), score.Score, 1e-9); // none of 25 has its label
    }

    [Fact]
    public void WithoutFeatures_TheModelAloneIsAsked()
    {
        CamAuditRow[] rows = [.. PlantedRows.Make(80, wrong: 0).Select(row => row with { Channels = null })];
        rows[40] = Labelled(rows[40], 3);
        IReadOnlyList<LabelScore> scores = LabelErrors.Scores(Slice(rows), 30);
        Assert.Equal(0, scores[40].Neighbours);
        Assert.Equal(40, scores.MaxBy(score => score.Score)!.Row);
    }

    private static AuditSlice Slice(CamAuditRow[] rows) => new(rows[0].Model, rows[0].Method, rows[0].Layers, rows);

    private static CamAuditRow Labelled(CamAuditRow row, int @class) => row with
    {
        Expected = row.Model.Labels[@class],
        ExpectedClass = @class,
        ExpectedProbability = row.Predictions.FirstOrDefault(known => known.Class == @class)?.Probability ?? 0,
        Correct = @class == row.PredictedClass,
    };

    /// <summary>
    /// The probability that a positive has a higher score than another (Mann and Whitney), of scores that are all different.
    /// </summary>
    private static double AreaUnderRoc(IEnumerable<LabelScore> scores, Func<LabelScore, bool> isPositive)
    {
        LabelScore[] sorted = [.. scores.OrderBy(score => score.Score)];
        double positives = sorted.Count(isPositive);
        double ranks = sorted.Select((score, rank) => isPositive(score) ? rank + 1.0 : 0).Sum();
        return (ranks - positives * (positives + 1) / 2) / (positives * (sorted.Length - positives));
    }

    private static CamAuditRow[] Cifar()
    {
        using var file = new BinaryReader(new GZipStream(File.OpenRead(Repository.Data("findings", "cifar10.bin.gz")),
            CompressionMode.Decompress));
        AuditedModel model = PlantedRows.Model(10);
        return [.. Enumerable.Range(0, 2000).Select(i =>
        {
            int expected = file.ReadByte();
            double[] probabilities = [.. Enumerable.Range(0, 10).Select(_ => file.ReadUInt16() / 65535.0)];
            sbyte[] features = [.. Enumerable.Range(0, 64).Select(_ => file.ReadSByte())];
            int[] ranked = [.. Enumerable.Range(0, 10).OrderByDescending(@class => probabilities[@class])];
            return PlantedRows.Row(model, i, expected, ranked[0], probabilities[ranked[0]]) with
            {
                // All ten, so that any label's probability is known; a file has five and that of the label.
                Predictions = [.. ranked.Select(@class => new Prediction(@class, model.Labels[@class], probabilities[@class]))],
                ExpectedProbability = probabilities[expected],
                Channels = new ChannelEvidence(new ChannelVector(1, features), null),
            };
        })];
    }
}
