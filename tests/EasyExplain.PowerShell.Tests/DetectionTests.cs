using System.Collections;
using System.Management.Automation;

namespace EasyExplain.PowerShell.Tests;

/// <summary>Detections as a user asks for them.</summary>
public class DetectionTests(ModuleSession session) : IClassFixture<ModuleSession>
{
    private static readonly string Cat = Repository.Photo("cat.jpg");
    private static readonly string Small = Repository.Data("detection", "small.onnx");

    [Theory]
    [InlineData("-Top 2", "0 dog, 1 dog")]
    [InlineData("-Detection 2, 0", "2 cat, 0 dog")]
    [InlineData("-Class cat -MinProbability 0.62", "2 cat, 6 cat")]
    [InlineData("-Class c*, bird -MinProbability 0.62", "2 cat, 4 bird, 6 cat, 7 bird")]
    [InlineData("-MinProbability 0.69", "0 dog, 1 dog")]
    [InlineData("-MinProbability 0.69 -OverlapThreshold 0.99", "0 dog, 1 dog, 2 dog, 3 dog")]
    public void WhatIsAskedFor_IsExplained(string options, string expected)
    {
        ModuleSession.Result result = Explain(options);
        Assert.Equal(expected, string.Join(", ", result.OrThrow().Select(one =>
            $"{one.Properties["Detection"].Value} {one.Properties["Label"].Value}")));
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

        Assert.Empty(session.Run($$"""
            $none = Invoke-CamExplanation -LiteralPath $args[0] -Model (Import-CamModel $args[1]) {{options}}
            $none | Export-CamOverlay ./out -PassThru
            $none | Show-CamOverlay
            $none | Measure-CamExplanation
            """, Cat, Small).OrThrow());
    }

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

    [Fact]
    public void FiguresOfDetections_AreRefused_WithTheTask() =>
        Assert.Contains("its task is Detect", session.Run("""
            $m = Import-CamModel $args[1]
            Invoke-CamExplanation -LiteralPath $args[0] -Model $m -Top 1 | Measure-CamExplanation
            """, Cat, Small).Terminated!.ToString(), StringComparison.Ordinal);

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
