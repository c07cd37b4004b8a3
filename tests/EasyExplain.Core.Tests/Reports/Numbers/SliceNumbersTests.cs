using EasyExplain.Audit;
using EasyExplain.Detectors;
using EasyExplain.Reports.Numbers;
using EasyExplain.Tests.Audit;
using EasyExplain.Tests.Audit.Findings;

namespace EasyExplain.Tests.Reports.Numbers;

/// <summary>What is counted in a report, against counts by hand.</summary>
public class SliceNumbersTests
{
    /// <summary>Of three cats, one is found right and under another label too, one under two others, and one is missed.</summary>
    [Fact]
    public void OfADetector_EachThingCountsOnce()
    {
        DetectionBox first = new(10, 10, 40, 40), second = new(100, 10, 40, 40), third = new(10, 60, 30, 30);
        SliceNumbers numbers = ReportRowsOf.Numbers(
            DetectionRows.Row("1.jpg", 0, 1, 0.9, first).Judged(DetectionVerdict.Mislabelled, truth: 0),
            DetectionRows.Row("1.jpg", 1, 0, 0.8, first).Judged(DetectionVerdict.Right, truth: 0),
            DetectionRows.Row("1.jpg", 2, 1, 0.7, second).Judged(DetectionVerdict.Mislabelled, truth: 0),
            DetectionRows.Row("1.jpg", 3, 2, 0.6, second).Judged(DetectionVerdict.Mislabelled, truth: 0),
            DetectionRows.Missed("1.jpg", 0, third));

        ClassNumbers cat = numbers.Classes.Single(one => one.Label == "cat"), dog = numbers.Classes.Single(one => one.Label == "dog");
        Assert.Equal((1, 3), (cat.Accuracy.Seen, cat.Accuracy.Of));
        Assert.Equal((0, 2), (dog.Precision.Seen, dog.Precision.Of));
        Assert.Equal((1, 1), (numbers.Confusion[0, 0], numbers.Confusion[0, 1]));
    }

    [Fact]
    public void ClassesAndConfusion_AreThoseOfATableByHand()
    {
        //      a  b  c   predicted
        // a   8  2  0
        // b   1  4  0
        // c   0  3  2
        SliceNumbers numbers = ReportRowsOf.Numbers(
            ReportRowsOf.Confused(3, (0, 0, 8), (0, 1, 2), (1, 0, 1), (1, 1, 4), (2, 1, 3), (2, 2, 2)));

        Assert.Equal(new Proportion(14, 20), numbers.Right);
        Assert.Equal(["a", "b", "c"], numbers.Classes.Select(one => one.Label));
        Assert.Equal([new(8, 10), new(4, 5), new(2, 5)], numbers.Classes.Select(one => one.Accuracy));
        Assert.Equal([new(8, 9), new(4, 9), new(2, 2)], numbers.Classes.Select(one => one.Precision));
        Assert.Equal(2, numbers.Confusion[0, 1]);
        Assert.Equal(0, numbers.Confusion[0, 2]);
        Assert.Equal(5, numbers.Confusion.Of(2));
        Assert.Equal([(2, 1, 3), (0, 1, 2)], numbers.Confusion.MostFrequent(2));
        Assert.Equal([0, 1], numbers.Confusion.MostConfused(2)); // b has a part in six mistakes, a and c in three
    }

    [Fact]
    public void OfAModelWithSeveralClassesAnImage_CorrectDecides()
    {
        AuditedModel model = ReportRowsOf.Sigmoid(3);
        CamAuditRow One(int number) => PlantedRows.Row(model, number, 0, 0, 0.9);
        SliceNumbers numbers = ReportRowsOf.Numbers(
            One(0),
            One(1) with { Correct = false }, // another class is there, too, that was not expected
            One(2) with { Expected = "a, b", ExpectedClass = -1, ExpectedProbability = null, Correct = true });

        Assert.Equal(new Proportion(2, 3), numbers.Right);
        Assert.Equal(1, numbers.Several);
        Assert.Equal(new Proportion(1, 2), Assert.Single(numbers.Classes).Accuracy);
        Assert.Equal(2, numbers.Confusion[0, 0]); // of the two that have one expected class
        Assert.Equal(0, numbers.Calibration.Right.Of); // the first class's probability is not the answer's
    }

    [Fact]
    public void WhatIsNotKnown_IsNotCounted()
    {
        CamAuditRow[] rows = ReportRowsOf.Confused(2, (0, 0, 3), (1, 1, 1));
        rows[0] = rows[0] with { Expected = null, ExpectedClass = -1, ExpectedProbability = null, Correct = null };
        rows[1] = rows[1] with { Expected = "unicorn", ExpectedClass = -1, ExpectedProbability = null, Correct = null };
        SliceNumbers numbers = ReportRowsOf.Numbers(rows);

        Assert.Equal(new Proportion(2, 2), numbers.Right);
        Assert.Equal((1, 1, "unicorn"), (numbers.Unlabelled, numbers.Unknown, numbers.FirstUnknown));
        Assert.Equal(new Proportion(1, 1), numbers.Classes[0].Accuracy);
        Assert.Equal(3, numbers.Classes[0].Predicted);
        Assert.Equal(4, numbers.Probabilities.Sum());
    }

    [Fact]
    public void AClassThatIsOnlyPredicted_HasAPrecisionAndNoAccuracy()
    {
        ClassNumbers other = ReportRowsOf.Numbers(ReportRowsOf.Confused(2, (0, 0, 1), (0, 1, 1))).Classes[1];

        Assert.Equal(0, other.Accuracy.Of);
        Assert.Equal(new Proportion(0, 1), other.Precision);
    }
}
