using System.Collections;
using System.Management.Automation;

namespace EasyExplain.PowerShell.Tests;

/// <summary>Detections as a user asks for them.</summary>
public class DetectionTests(ModuleSession session) : IClassFixture<ModuleSession>
{
    private static readonly string Cat = Repository.Photo("cat.jpg");
    private static readonly string Small = Repository.Data("detection", "small.onnx");

    /// <summary>What is asked for, and what that is of all that is found.</summary>
    public static TheoryData<string, Func<IReadOnlyList<Thing>, IEnumerable<Thing>>> Asked { get; } = new()
    {
        { "", all => all },
        { "-Top 2", all => all.Take(2) },
        { "-Detection 2, 0", all => [all[2], all[0]] },
        { "-Class cat", all => all.Where(one => one.Label == "cat") },
        { "-Class c*, bird", all => all.Where(one => one.Label is "cat" or "bird") },
        { "-MinProbability 0.6", all => all.Where(one => one.Probability >= 0.6) },
        { "-Class cat -MinProbability 0.6", all => all.Where(one => one.Label == "cat" && one.Probability >= 0.6) },
    };

    [Theory]
    [MemberData(nameof(Asked), DisableDiscoveryEnumeration = true)]
    public void WhatIsAskedFor_IsExplained(string options, Func<IReadOnlyList<Thing>, IEnumerable<Thing>> ofAll)
    {
        Thing[] all = Things(Explain("-Method EigenCAM").OrThrow());
        Assert.All(["cat", "dog", "bird"], label => Assert.Contains(all, one => one.Label == label));
        Assert.Equal(Enumerable.Range(0, all.Length), all.Select(one => one.Number));
        Assert.Equal(all.OrderByDescending(one => one.Probability), all);

        ModuleSession.Result result = Explain(options);
        Assert.Equal(ofAll(all), Things(result.OrThrow()));
        Assert.All(result.Output, one => Assert.Equal(true, one.Properties["Found"].Value));
        Assert.All(result.Output, one => Assert.Equal(["fine", "coarse"], (IEnumerable<string>)one.Properties["Layers"].Value));
        Assert.Empty(result.Warnings);
    }

    [Theory]
    [InlineData("-MinProbability 0.9999", "small (ONNX) found nothing of at least 0.9999 probability.")]
    [InlineData("-Detection 5000", "small (ONNX) found no detection 5000 of at least 0.25 probability.")]
    [InlineData("-Class cat -MinProbability 0.9", "small (ONNX) found nothing of class cat of at least 0.9 probability.")]
    public void NothingFound_IsARowThatSaysSo_AndIsPassedOver(string options, string said)
    {
        ModuleSession.Result result = Explain($"{options} -Method LayerCAM, EigenCAM -Verbose");
        Assert.Equal(2, result.OrThrow().Count);
        Assert.All(result.Output, one => Assert.Equal((false, "", 0), ((bool)one.Properties["Found"].Value,
            (string)one.Properties["Label"].Value, ((ICollection)one.Properties["Maps"].Value).Count)));
        Assert.Contains(result.Verbose, line => line.EndsWith(said, StringComparison.Ordinal));

        Assert.Equal(["cat_LayerCAM_nothing_overlay.png"], session.Run($$"""
            $none = Invoke-CamExplanation -LiteralPath $args[0] -Model (Import-CamModel $args[1]) {{options}}
            ($none | Export-CamOverlay ./out -PassThru).Name
            $none | Measure-CamExplanation
            """, Cat, Small).OrThrow().Select(name => $"{name}"));
    }

    [Fact]
    public void BoxesThatMayOverlapMore_AreMore()
    {
        string most = "-Method EigenCAM -MinProbability 0.6";
        Assert.True(Explain($"{most} -OverlapThreshold 0.99").OrThrow().Count > Explain(most).OrThrow().Count);
    }

    private static Thing[] Things(IEnumerable<PSObject> explanations) => [.. explanations.Select(one => new Thing(
        (int)one.Properties["Detection"].Value, (string)one.Properties["Label"].Value, (double)one.Properties["Probability"].Value))];

    /// <summary>What is looked at of a detection.</summary>
    public sealed record Thing(int Number, string Label, double Probability);

    [Theory]
    [InlineData("-Detection 0",
        "-Detection is for detectors (the task Detect), and resnet20-cifar10 (resnet20) is none: its task is Classify")]
    [InlineData("-MinProbability 0.5", "-MinProbability is for detectors")]
    [InlineData("-OverlapThreshold 0.5", "-OverlapThreshold is for detectors")]
    [InlineData("-BoxSide Left", "-BoxSide is for detectors")]
    [InlineData("-Region 0, 0, 9, 9", "-Region is for segmenters (the task Segment)")]
    public void AnOptionOfAnotherTask_StopsAtOnce_AndNamesModelAndTask(string option, string says)
    {
        ModuleSession.Result result = session.Run($"Invoke-CamExplanation -LiteralPath $args[0] -Model (Import-CamModel) {option}", Cat);
        Assert.StartsWith("NotForTask", result.Terminated!.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains(says, result.Terminated.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-Detection 0 -Top 3", "DetectionAndOther")]
    [InlineData("-Detection 0 -Class cat", "DetectionAndOther")]
    [InlineData("-Detection -1", "ParameterArgumentValidationError")]
    [InlineData("-MinProbability 25", "ParameterArgumentValidationError")]
    [InlineData("-BoxSide Middle", "ParameterBindingArgumentTransformationException|CannotConvertArgument")]
    [InlineData("-Class taxi", "ClassNotFound")]
    [InlineData("-Method CAM", "MethodNotPossible")]
    [InlineData("-BoxSide Left -Method LRP", "MethodNotPossible")]
    [InlineData("-Region 0, 0, 9, 9", "NotForTask")]
    public void AWrongOption_StopsAtOnce(string options, string id)
    {
        ErrorRecord? error = Explain(options).Terminated;
        Assert.Contains(id.Split('|'), one => error!.FullyQualifiedErrorId.StartsWith(one, StringComparison.Ordinal));
    }

    /// <summary>A row for each thing and its controls; its own box is where the object is, and what is not found is passed over.</summary>
    [Fact]
    public void FiguresOfDetections_AreOfEach_InItsOwnBox()
    {
        Assert.Equal(["0:LayerCAM", "0:RandomCAM", "0:CenterGaussian", "1:LayerCAM", "1:RandomCAM", "1:CenterGaussian"], session.Run("""
            $m = Import-CamModel $args[1]
            $found = Invoke-CamExplanation -LiteralPath $args[0] -Model $m -Top 2
            $rows = $found | Measure-CamExplanation -Metric Energy, Deletion
            $rows | ForEach-Object { if ($_.Energy -gt 0 -and $_.Deletion -gt 0) { "$($_.Detection):$($_.Method)" } }
            """, Cat, Small).OrThrow().Select(row => $"{row}"));
        Assert.Equal(["False", "True"], session.Run("""
            $m = Import-CamModel $args[1]
            Invoke-CamExplanation -LiteralPath $args[0] -Model $m -Top 1 -MinProbability 0.9999 |
                Measure-CamExplanation -Metric Energy -PassThru | ForEach-Object { $_.Found }
            Measure-CamExplanation -LiteralPath $args[0] -Model $m -Class bird -Metric Energy -PassThru |
                Select-Object -First 1 | ForEach-Object { $_.Measure.Energy -ge 0 }
            """, Cat, Small).OrThrow().Select(row => $"{row}"));
    }

    [Fact]
    public void Sides_AreCompleted()
    {
        ModuleSession.Result result = session.Run("""
            $line = 'Invoke-CamExplanation x.jpg -BoxSide '
            (TabExpansion2 $line $line.Length).CompletionMatches.ForEach({ $_.ListItemText })
            """);
        Assert.Equal(["Left", "Top", "Right", "Bottom"], result.OrThrow().Select(one => $"{one}"));
    }

    private ModuleSession.Result Explain(string options) =>
        session.Run($"Invoke-CamExplanation -LiteralPath $args[0] -Model $args[1] {options}", Cat, Small);
}
