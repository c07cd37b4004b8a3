using EasyExplain.Audit;
using EasyExplain.Audit.Findings;
using EasyExplain.Reports;
using EasyExplain.Reports.Numbers;
using EasyExplain.Tests.Audit;

namespace EasyExplain.Tests.Reports.Numbers;

/// <summary>What a report says, read as a person would.</summary>
public class SentencesTests
{
    [Fact]
    public void OfNoImages_ItSaysSo()
    {
        Assert.Equal(["The audit has no images."], Sentences.LookedAt(ReportRowsOf.Audit()));
        Assert.Equal(["The audit has one image, and it could not be explained."],
            Sentences.LookedAt(ReportRowsOf.Audit(HandMadeRows.Failed)));
    }

    [Fact]
    public void OfOneImage_ItSaysLittle()
    {
        ReportRows rows = ReportRowsOf.Audit([.. ReportRowsOf.Confused(2, (0, 0, 1)), HandMadeRows.Failed]);

        Assert.Equal(
            ["1 image was given to the model synthetic and explained by LayerCAM at layer1.",
                "1 image could not be explained, and is in no number below."],
            Plain(Sentences.LookedAt(rows)));
        Assert.Equal(["One image has an expected label, and the model is right about it; that says little."],
            Plain(Sentences.HowGood(SliceNumbers.Of(rows, 0))));
    }

    [Fact]
    public void OfMany_ItSaysHowGoodTheModelIs()
    {
        SliceNumbers numbers = ReportRowsOf.Numbers(
            ReportRowsOf.Confused(3, (0, 0, 900), (0, 1, 100), (1, 1, 600), (1, 2, 400), (2, 2, 1000)));

        // Wilson's interval of 2,500 of 3,000, by hand: 0.8196 to 0.8462. All predictions are 90 % probable.
        Assert.Equal(
            ["The model is right about 2,500 of 3,000 images: 83 %, with 95 % confidence 82 % to 85 %.",
                "It is worst at b (60 % of 1,000) and best at c (100 % of 1,000).",
                "It is overconfident by 6.7 points: its predictions are 90 % probable on average, and 83 % of them are right. The " +
                    "expected calibration error is 6.7 %."],
            Plain(Sentences.HowGood(numbers)));
    }

    [Theory]
    [InlineData(9, "Its confidence fits on average")]
    [InlineData(4, "It is overconfident by 50 points")]
    public void Confidence_IsJudgedOnlyWhereItIsClearlyOff(int right, string expected) => Assert.StartsWith(expected,
        Plain(Sentences.HowGood(ReportRowsOf.Numbers(ReportRowsOf.Confused(2, (0, 0, right), (0, 1, 10 - right)))))[^1]);

    [Fact]
    public void WithFewImages_TheBestClassMayBeChance() => Assert.Contains(
        "It is worst at a (50 % of 2) and best at b (100 % of 3); with so few images, that may be chance.",
        Plain(Sentences.HowGood(ReportRowsOf.Numbers(ReportRowsOf.Confused(2, (0, 0, 1), (0, 1, 1), (1, 1, 3))))));

    [Fact]
    public void WithoutExpectedLabels_NoAccuracyIsClaimed()
    {
        CamAuditRow[] rows = [.. ReportRowsOf.Confused(2, (0, 0, 3), (1, 1, 1))
            .Select(row => row with { Expected = null, ExpectedClass = -1, ExpectedProbability = null, Correct = null })];

        Assert.Equal(
            ["No image has an expected label, so nobody can say how often the model is right.",
                "Of 4 images, it names 2 classes; most often a, 3 times."],
            Plain(Sentences.HowGood(ReportRowsOf.Numbers(rows))));
    }

    [Fact]
    public void WhatTheModelDoesNotKnow_IsNamed()
    {
        CamAuditRow[] rows = ReportRowsOf.Confused(2, (0, 0, 2), (1, 1, 1));
        rows[0] = rows[0] with { Expected = "unicorn", ExpectedClass = -1, ExpectedProbability = null, Correct = null };

        Assert.Contains(
            "Of 1 image something is expected that the model does not know, such as unicorn: it counts neither as right nor as wrong.",
            Plain(Sentences.HowGood(ReportRowsOf.Numbers(rows))));
    }

    [Fact]
    public void Findings_AreCountedByKind()
    {
        CamIssue shortcut = Issues.Of(IssueKind.Shortcut, "Horses have a tag."), wrong = Issues.Of(IssueKind.LabelError, "x is y.");

        Assert.Equal(["Nothing was found that is worth a look."], Sentences.Found([]));
        Assert.Equal(["There is one finding, a label error: x is y."], Plain(Sentences.Found([wrong])));
        Assert.Equal(["There are 3 findings: 1 shortcut and 2 label errors. The first one: Horses have a tag."],
            Plain(Sentences.Found([shortcut, wrong, wrong])));
    }

    [Fact]
    public void AFileWithAPart_SaysWhatItLeavesOut()
    {
        Assert.Null(Sentences.Kept(10, 10));
        Assert.StartsWith("This file holds 412 of 10,000 images: ", Sentences.Kept(412, 10_000));
    }

    [Fact]
    public void AName_CannotEndItsIsolation() => Assert.Equal("\u2068ab\u202E\u2069", Isolated.Of("a\u2069b\u202E\u2067"));

    private static string[] Plain(IEnumerable<string> sentences) =>
        [.. sentences.Select(sentence => sentence.Replace("\u2068", "").Replace("\u2069", ""))];
}
