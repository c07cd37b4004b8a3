using EasyExplain.Audit;
using EasyExplain.Audit.Findings;
using EasyExplain.Audit.Findings.Shortcuts;
using EasyExplain.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Audit.Findings.Shortcuts;

/// <summary>Marks that are put on images and taken out again. Images are of 32 × 32, black is 0 and white 1.</summary>
public sealed class MarkTests : IDisposable
{
    private const int Side = PlantedShortcut.Side;
    private const int Cells = Side * Side;
    private readonly CamModel _model = PlantedShortcut.Network(heeds: true);
    private readonly ModelProbe _probe;

    public MarkTests() => _probe = new ModelProbe(_model, "pool", default);

    public void Dispose() => _model.Dispose();

    /// <summary>Red α = 0.7, β = 0.2; green 0.9 and 0; blue 1 and −0.1: a sunset.</summary>
    [Fact]
    public void ATint_IsKnownByItsAlphaAndBeta_AndUndone()
    {
        float[] alpha = [0.7f, 0.9f, 1], beta = [0.2f, 0, -0.1f];
        float Tinted(float value, int i) => alpha[i / Cells] * value + beta[i / Cells];
        float[][] others = Noise(1, 40), members = [.. others.Select(other => other.Select(Tinted).ToArray())];
        var look = new SharedLook(_probe, members, others);

        float[] host = Noise(2, 1)[0];
        AssertNear([.. host.Select(Tinted)], look.PutOn([host], new Random(0)).Single(), 2e-3f);
        Assert.Equal(1, look.Area);
        Assert.Equal("everywhere", Places.Of(look.Places!, Side, Side));
        Assert.Equal(0, look.Distance(host));
        Assert.Null(look.TakeOutElsewhere(new Random(0)));
        Dictionary<string, float[][]> takenOut = TakenOut(look);
        Assert.Equal(["undone", "recoloured"], takenOut.Keys);
        AssertNear(others[3], takenOut["undone"][3], 5e-3f);
        // Each colour's mean is that of the others.
        Assert.Equal(others.Average(other => other[..Cells].Average()), takenOut["recoloured"][3][..Cells].Average(), 1e-2f);
    }

    [Fact]
    public void WhatIsPutOn_StaysBetweenBlackAndWhite()
    {
        float[][] others = Noise(1, 20), members = [.. others.Select(other => other.Select(value => value + 0.2f).ToArray())];
        float[] light = [.. Enumerable.Repeat(0.95f, 3 * Cells)];
        Assert.Equal(1, new SharedLook(_probe, members, others).PutOn([light], new Random(0)).Single().Max());
    }

    [Theory]
    [InlineData("lower left corner", 25)]
    [InlineData("border", Cells - 24 * 24)]
    public void AnOpaqueMark_LiesWhereItLies_AndCoversWhatIsUnderIt(string where, int covered)
    {
        bool Inside(int i) => (Y: i % Cells / Side, X: i % Side) is var (y, x)
            && (where == "border" ? y is < 4 or >= 28 || x is < 4 or >= 28 : y is >= 26 and < 31 && x is >= 1 and < 6);
        float[] colour = [0.9f, 0.1f, 0.8f];
        float[] Marked(float[] image) => [.. image.Select((value, i) => Inside(i) ? colour[i / Cells] : value)];
        float[][] others = Noise(1, 40), members = [.. Noise(2, 15).Select(Marked)];
        var look = new SharedLook(_probe, members, others);

        Assert.Equal((double)covered / Cells, look.Area, 1e-9);
        Assert.Equal(where, Places.Of(look.Places!, Side, Side));
        Assert.Equal(Enumerable.Range(0, Cells).Select(i => Inside(i) ? 1.0 : 0), look.Places);
        float[] host = Noise(3, 1)[0], put = look.PutOn([host], new Random(0)).Single();
        Assert.All(Enumerable.Range(0, 3 * Cells).Where(Inside), i => Assert.Equal(colour[i / Cells], put[i], 1e-3f));
        Assert.True(look.Distance(Marked(host)) < look.Distance(host) - 2);
        float[] byOthers = look.PutOnFromOthers([host], new Random(0)).Single();
        Assert.InRange(Enumerable.Range(0, 3 * Cells).Where(Inside).Average(i => byOthers[i]), 0.45, 0.55); // the mark's is 0.6

        Dictionary<string, float[][]> takenOut = TakenOut(look);
        Assert.Equal(["mean", "swapped"], takenOut.Keys);
        for (int i = 0; i < 3 * Cells; i++)
        {
            Assert.Equal(Inside(i) ? others.Average(other => other[i]) : members[2][i], takenOut["mean"][2][i], 1e-5f);
        }
        Assert.Contains(others, other => Enumerable.Range(0, 3 * Cells).All(i =>
            takenOut["swapped"][2][i] == (Inside(i) ? other[i] : members[2][i])));
        // As much is taken out elsewhere, of all three colours.
        float[] elsewhere = look.TakeOutElsewhere(new Random(0))!.ElementAt(2);
        Assert.Equal(3 * covered, Enumerable.Range(0, 3 * Cells).Count(i => elsewhere[i] != members[2][i]));
    }

    [Fact]
    public void AnOpaqueMark_OverMostOfTheImage_IsEverywhere()
    {
        float[][] others = Noise(1, 20);
        float[][] members = [.. others.Select(other => other.Select((value, i) => i % Cells < 700 ? 0.5f : value).ToArray())];
        var look = new SharedLook(_probe, members, others);
        Assert.Equal(1, look.Area);
        Assert.Equal("everywhere", Places.Of(look.Places!, Side, Side));
    }

    [Fact]
    public void TheHottestPatch_IsExactlyTheHottestShare_AtItsPlace()
    {
        SeenImage[] members = Seen(1, 6), others = Seen(2, 6);
        float[] host = Noise(3, 1)[0];
        const double Area = 0.1;
        bool[] hottest = Hottest(members[4], 102); // 102.4
        Assert.Equal(hottest, members[4].Hottest(Area));
        float[] pasted = HottestPatch.Paste(members[4], host, Area);
        Assert.Equal(host.Select((value, i) => hottest[i % Cells] ? members[4].Input[i] : value), pasted);

        var mark = new HottestPatch(_probe, members, others, Area);
        Assert.Contains(mark.PutOn([host], new Random(1)).Single(),
            members.Select(member => HottestPatch.Paste(member, host, Area)));
        Assert.Contains(mark.PutOnFromOthers([host], new Random(1)).Single(),
            others.Select(other => HottestPatch.Paste(other, host, Area)));
        Assert.Null(mark.Places);
        Assert.Equal(Area, mark.Area);
    }

    [Fact]
    public void TheHottestPatch_IsFilledWithTheMean_ABlurOrAnotherImage()
    {
        SeenImage[] members = Seen(1, 3), others = Seen(2, 3);
        var mark = new HottestPatch(_probe, members, others, 0.2);
        Dictionary<string, float[][]> takenOut = TakenOut(mark);
        Assert.Equal(["mean", "blurred", "swapped"], takenOut.Keys);
        float[] member = members[1].Input;
        bool[] hottest = Hottest(members[1], 205);
        float[] means = [.. member.Chunk(Cells).Select(colour => colour.Average())];
        using DisposeScope scope = NewDisposeScope();
        float[] blurred = nn.functional.avg_pool2d(
            tensor(member, [1, 3, Side, Side]), [9, 9], [1, 1], [4, 4], ceil_mode: false, count_include_pad: false).data<float>().ToArray();
        for (int i = 0; i < member.Length; i++)
        {
            bool inside = hottest[i % Cells];
            Assert.Equal(inside ? means[i / Cells] : member[i], takenOut["mean"][1][i], 1e-5f);
            Assert.Equal(inside ? blurred[i] : member[i], takenOut["blurred"][1][i], 1e-5f);
        }
        Assert.Contains(others, other => HottestPatchOf(other.Input).SequenceEqual(takenOut["swapped"][1]));
        float[] elsewhere = mark.TakeOutElsewhere(new Random(0))!.ElementAt(1);
        Assert.Equal(205, Enumerable.Range(0, Cells).Count(i => elsewhere[i] != member[i]));

        float[] HottestPatchOf(float[] with) => [.. member.Select((value, i) => hottest[i % Cells] ? with[i] : value)];
    }

    [Theory]
    [InlineData(7, 5)]
    [InlineData(1, 1)]
    [InlineData(1, 6)]
    [InlineData(40, 48)]
    public void AMap_IsEnlarged_AsLibtorchDoes(int height, int width)
    {
        using var planted = new OneImage();
        byte[] values = new byte[height * width];
        new Random(1).NextBytes(values);
        SeenImage seen = SeenImage.Of(planted.Row with { StoredMaps = [new StoredMap("pool", height, width, values)] }, _probe)!;
        using DisposeScope scope = NewDisposeScope();
        float[] expected = nn.functional.interpolate(
            tensor(values.Select(value => value / 255f).ToArray(), [1, 1, height, width]), [Side, Side],
            mode: InterpolationMode.Bilinear, align_corners: false).data<float>().ToArray();
        AssertNear(expected, seen.Heat, 1e-5f);
        AssertNear([.. Enumerable.Range(0, 3 * Cells).Select(i => i % 256 / 255f)], seen.Input, 1e-6f); // the file's pixels as [3, H, W]
    }

    [Fact]
    public void AnImage_ThatIsGoneHasChangedOrHasNoHeat_IsNotSeen()
    {
        using var planted = new OneImage();
        CamAuditRow row = planted.Row with { StoredMaps = [PlantedRows.Map("pool", 4, (_, _) => 1)] };
        Assert.NotNull(SeenImage.Of(row, _probe));
        Assert.Null(SeenImage.Of(row with { StoredMaps = [] }, _probe));
        Assert.Null(SeenImage.Of(row with { StoredMaps = [PlantedRows.Map("pool", 4, (_, _) => 0)] }, _probe));
        Assert.Null(SeenImage.Of(row with { Hash = null }, _probe));
        Assert.Null(SeenImage.Of(row with { Hash = new string('0', 32) }, _probe));
        Assert.Null(SeenImage.Of(row with { Path = row.Path + ".gone" }, _probe));
    }

    [Fact]
    public void AShift_MovesEachPlaceByAQuarterAtLeast_AndNoneTwice()
    {
        var random = new Random(1);
        for (int i = 0; i < 50; i++)
        {
            Shift shift = Shift.Drawn(random, _probe);
            Assert.InRange(shift.Down, Side / 4, Side * 3 / 4);
            Assert.InRange(shift.Right, Side / 4, Side * 3 / 4);
            Assert.Equal(Enumerable.Range(0, Cells), Enumerable.Range(0, Cells).Select(shift.Back).Order());
        }
        Assert.Equal(0, new Shift(2, 3, 4, 5).Back(2 * 5 + 3));
        Assert.Equal(2 * 5 + 2, new Shift(2, 3, 4, 5).Back(0)); // round the edges
    }

    /// <summary>More inputs than one batch has; the logits of an even image of one colour are known.</summary>
    [Fact]
    public void TheModel_IsAskedInOrder_AndTheMarginIsToTheNextClass()
    {
        float[][] inputs = [.. Enumerable.Range(0, 40).Select(i => Enumerable.Range(0, 3 * Cells)
            .Select(at => at / Cells == 0 ? i / 40f : 0.1f).ToArray())];
        IReadOnlyList<Said> said = _probe.Ask(inputs);
        Assert.Equal(40, said.Count);
        for (int i = 0; i < 40; i++)
        {
            float red = Math.Max(0, i / 40f - 0.1f), other = Math.Max(0, 0.05f - i / 80f);
            Assert.Equal(20 * red, said[i].Logits[0], 1e-3f);
            Assert.Equal(red, said[i].Features[0], 1e-3f);
            Assert.Equal(20 * (red - other), _probe.Margin(said[i], 0), 1e-3f);
            Assert.Equal(20 * (other - Math.Max(red, other)), _probe.Margin(said[i], 1), 1e-3f);
        }
    }

    private static Dictionary<string, float[][]> TakenOut(Mark mark) =>
        mark.TakeOut(new Random(0)).ToDictionary(one => one.Way, one => one.Images.ToArray());

    private static float[][] Noise(int seed, int count)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ =>
            Enumerable.Range(0, 3 * Cells).Select(_ => 0.2f + 0.6f * random.NextSingle()).ToArray())];
    }

    /// <summary>Images with heat that is nowhere the same.</summary>
    private static SeenImage[] Seen(int seed, int count)
    {
        var random = new Random(seed);
        CamAuditRow row = PlantedRows.Make(1)[0];
        return [.. Noise(seed, count).Select(input =>
        {
            float[] heat = [.. Enumerable.Range(0, Cells).Select(i => i / (float)Cells)];
            random.Shuffle(heat);
            return new SeenImage(row, input, heat);
        })];
    }

    private static bool[] Hottest(SeenImage image, int count)
    {
        float least = image.Heat.OrderDescending().ElementAt(count - 1);
        return [.. image.Heat.Select(heat => heat >= least)];
    }

    private static void AssertNear(float[] expected, float[] actual, float tolerance) =>
        Assert.InRange(expected.Zip(actual, (a, b) => Math.Abs(a - b)).Max(), 0, tolerance);
}
