using EasyExplain.Audit;
using EasyExplain.Audit.Truth;
using EasyExplain.Detectors;

namespace EasyExplain.Tests.Audit.Truth;

/// <summary>What the truth says of detections, in cases that a person can check with a pencil.</summary>
public class TruthMatchingTests
{
    private static readonly DetectionBox Here = new(10, 10, 20, 20), There = new(100, 10, 20, 20);

    [Fact]
    public void TheMoreCertainOfTwo_IsRight_TheOtherADuplicate()
    {
        Assert.Equal([DetectionVerdict.Duplicate, DetectionVerdict.Right], Verdicts(
            [Found(0, 0.6, Here), Found(0, 0.9, Here with { X = 12 })], [Known(0, Here)], out var missed));
        Assert.Empty(missed);
    }

    [Fact]
    public void ADetection_TakesTheThingThatItCoversBest_AndLeavesTheOther()
    {
        // Two things of a class side by side, 20 wide and 5 apart: the less certain detection covers both, but one of them is taken.
        DetectionBox next = Here with { X = 15 };
        (Judgement[] judged, IReadOnlyList<KnownThing> missed) = TruthMatching.Match(
            [Found(0, 0.5, Here with { X = 14 }), Found(0, 0.9, next)], [Known(0, Here), Known(0, next)]);
        Assert.Equal((DetectionVerdict.Right, 1.0), (judged[1].Verdict, judged[1].Overlap!.Value));
        // 16 of 20 pixels of the width are common: 16 / 24.
        Assert.Equal(DetectionVerdict.Right, judged[0].Verdict);
        Assert.Equal(16 / 24.0, judged[0].Overlap!.Value, 12);
        Assert.Empty(missed);
    }

    [Fact]
    public void AnotherClassInTheBox_IsMislabelled_AndItsThingIsNotMissed()
    {
        Assert.Equal([DetectionVerdict.Mislabelled], Verdicts([Found(1, 0.9, Here)], [Known(0, Here)], out var missed));
        Assert.Empty(missed);
    }

    [Fact]
    public void ALabelThatFits_ComesBeforeAnyThatDoesNot()
    {
        // The more certain detection is of another class: the thing still belongs to the one that is right.
        Assert.Equal([DetectionVerdict.Mislabelled, DetectionVerdict.Right],
            Verdicts([Found(1, 0.95, Here), Found(0, 0.4, Here)], [Known(0, Here)], out _));
    }

    [Theory]
    [InlineData(2, DetectionVerdict.Right)] // 18 of 22 pixels
    [InlineData(6.6, DetectionVerdict.Right)] // 13.4 of 26.6: a little over a half
    [InlineData(6.7, DetectionVerdict.Misplaced)] // 13.3 of 26.7: a little under
    [InlineData(16, DetectionVerdict.Misplaced)] // 4 of 36: a ninth
    [InlineData(17, DetectionVerdict.False)] // 3 of 37
    public void HowFarABoxMayBeOff(double by, DetectionVerdict expected)
    {
        Assert.Equal([expected], Verdicts([Found(0, 0.9, Here with { X = 10 + by })], [Known(0, Here)], out var missed));
        Assert.Equal(expected == DetectionVerdict.False ? 1 : 0, missed.Count);
    }

    [Fact]
    public void NothingThere_IsAFalseAlarm_AndWhatIsThere_IsMissed()
    {
        Assert.Equal([DetectionVerdict.False], Verdicts([Found(0, 0.9, Here)], [Known(0, There)], out var missed));
        Assert.Equal(There, Assert.Single(missed).Box);
        Assert.Empty(Verdicts([], [Known(2, Here)], out missed));
        Assert.Single(missed);
    }

    [Fact]
    public void ACrowd_IsNeitherMissed_NorAFalseAlarm()
    {
        KnownThing crowd = Known(0, new DetectionBox(0, 0, 200, 100)) with { IsDoubtful = true };
        Assert.Equal([null, DetectionVerdict.False], Verdicts([Found(0, 0.9, Here), Found(1, 0.8, Here)], [crowd], out var missed));
        Assert.Empty(missed);
    }

    [Fact]
    public void WhatTheModelHasNoClassFor_CannotBeMissed_ButMislabelled()
    {
        Assert.Empty(Verdicts([], [Known(-1, Here)], out var missed));
        Assert.Empty(missed);
        Assert.Equal([DetectionVerdict.Mislabelled], Verdicts([Found(1, 0.9, Here)], [Known(-1, Here)], out _));
    }

    private static DetectionVerdict?[] Verdicts(FoundThing[] found, KnownThing[] truth, out IReadOnlyList<KnownThing> missed)
    {
        (Judgement[] judged, missed) = TruthMatching.Match(found, truth);
        return [.. judged.Select(one => one.Verdict)];
    }

    private static FoundThing Found(int @class, double probability, DetectionBox box) => new(@class, probability, box);

    private static KnownThing Known(int @class, DetectionBox box) => new(@class, $"class {@class}", box, false);
}
