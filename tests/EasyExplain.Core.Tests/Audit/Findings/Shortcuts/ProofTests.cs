using EasyExplain.Audit.Findings;
using EasyExplain.Audit.Findings.Shortcuts;
using EasyExplain.Models;

namespace EasyExplain.Tests.Audit.Findings.Shortcuts;

/// <summary>Shares of images that a mark turns, by a mark of which it is known how many.</summary>
public sealed class ProofTests : IDisposable
{
    private const int Cells = PlantedShortcut.Side * PlantedShortcut.Side;
    private readonly CamModel _model = PlantedShortcut.Network(heeds: true);
    private readonly ModelProbe _probe;

    public ProofTests() => _probe = new ModelProbe(_model, "pool", default);

    public void Dispose() => _model.Dispose();

    [Fact]
    public void Shares_AreThoseOfTheImages_AndComeOutTheSameTwice()
    {
        Proof proof = Try(turned: 70, byOthers: 8, of: 100);
        Assert.Equal((0.7, 0.08, 100), (proof.Turned.Value, proof.TurnedByOthers.Value, proof.Turned.Of));
        Assert.Equal(0.62, proof.Effect.Value, 1e-12);
        Assert.Equal(["first", "second"], proof.TakenOut.Select(one => one.Way));
        Assert.Equal([0.25, 0.75], proof.TakenOut.Select(one => one.Share.Value)); // no longer red
        Assert.Equal((0.125, 8), (proof.TakenOutElsewhere!.Value, proof.TakenOutElsewhere.Of));

        Proof again = Try(turned: 70, byOthers: 8, of: 100);
        Assert.Equal((proof.Turned, proof.TurnedByOthers, proof.Effect, proof.Certainty),
            (again.Turned, again.TurnedByOthers, again.Effect, again.Certainty));
    }

    /// <summary>Drawn again with replacement, k of n are binomially distributed; its percentiles are known.</summary>
    [Theory]
    [InlineData(30, 100)]
    [InlineData(95, 100)]
    [InlineData(12, 60)]
    public void TheInterval_IsThatOfTheBinomialDistribution(int turned, int of)
    {
        ProvedShare share = Try(turned, 0, of).Turned;
        Assert.Equal(Percentile(0.025), share.Low, 2.0 / 100);
        Assert.Equal(Percentile(0.975), share.High, 2.0 / 100);

        double Percentile(double level)
        {
            double p = (double)turned / of, chance = Math.Pow(1 - p, of), sum = chance;
            int k = 0;
            for (; sum < level; k++)
            {
                chance *= (of - k) / (k + 1.0) * p / (1 - p);
                sum += chance;
            }
            return (double)k / of;
        }
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(50, 1)]
    public void WhereAllOrNoneTurn_TheIntervalIsAPoint(int turned, double share)
    {
        Proof proof = Try(turned, 0, 50);
        Assert.Equal(new ProvedShare(share, share, share, 50), proof.Turned);
        Assert.Equal((share, share), (proof.Effect.Low, proof.Certainty));
        Assert.Equal(FormattableString.Invariant($"{100 * share} % ({100 * share} to {100 * share}, n = 50)"), $"{proof.Turned}");
    }

    [Theory]
    [InlineData(90, 0, true)]
    [InlineData(90, 50, false)] // 0.4 more, but as little as 0.3 is likely
    [InlineData(90, 80, false)]
    [InlineData(45, 0, false)] // fewer than half
    public void AProofHolds_WhereEnoughTurn_AndSurelyMoreThanByOthers(int turned, int byOthers, bool holds)
    {
        Proof proof = Try(turned, byOthers, 100);
        Assert.Equal(holds, proof.Holds(new IssueThresholds()));
        Assert.InRange(proof.Certainty, turned - byOthers > 40 ? 0.9 : 0, turned - byOthers < 20 ? 0.01 : 1);
        Assert.InRange(proof.Effect.Low, 0, proof.Effect.Value);
    }

    private Proof Try(int turned, int byOthers, int of) => Proof.Of(new Known(turned, byOthers), _probe, @class: 0,
        [.. Enumerable.Repeat(Even(red: false), of)], seed: 3, new IssueThresholds());

    private static float[] Even(bool red) => [.. Enumerable.Range(0, 3 * Cells).Select(i => i / Cells == (red ? 0 : 1) ? 0.8f : 0.1f)];

    /// <summary>Makes as many of its hosts red as it is told, and of eight members some not red.</summary>
    private sealed class Known(int turned, int byOthers) : Mark
    {
        public override string Name => "known";

        public override double Area => 1;

        public override double[]? Places => null;

        public override IEnumerable<float[]> PutOn(IReadOnlyList<float[]> hosts, Random random) => Some(turned, hosts.Count);

        public override IEnumerable<float[]> PutOnFromOthers(IReadOnlyList<float[]> hosts, Random random) => Some(byOthers, hosts.Count);

        public override IEnumerable<(string Way, IEnumerable<float[]> Images)> TakeOut(Random random) =>
            [("first", Some(6, 8)), ("second", Some(2, 8))];

        public override IEnumerable<float[]>? TakeOutElsewhere(Random random) => Some(7, 8);

        private static IEnumerable<float[]> Some(int red, int of) => Enumerable.Range(0, of).Select(i => Even(red: i < red));
    }
}
