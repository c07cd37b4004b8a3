namespace EasyExplain.PowerShell.Tests;

public class MeasureCamExplanationTests(ModuleSession session) : IClassFixture<ModuleSession>
{
    private static readonly string Cat = Repository.Photo("cat.jpg");

    /// <summary>Every way to bring images, explanations, a model and layers together: photo:method:layers of what is no control.</summary>
    [Theory]
    [InlineData("Measure-CamExplanation cat.jpg $m", "cat.jpg:LayerCAM:layer3")]
    [InlineData("Measure-CamExplanation -LiteralPath 'a [1].jpg' $m -Method hirescam, gradcam",
        "a [1].jpg:HiResCAM:layer3 a [1].jpg:GradCAM:layer3")]
    [InlineData("$m | Get-CamLayer layer2, layer3 | Measure-CamExplanation cat.jpg", "cat.jpg:LayerCAM:layer2,layer3")]
    [InlineData("Measure-CamExplanation cat.jpg $m -Method RandomCAM, GradCAM", "cat.jpg:GradCAM:layer3")]
    [InlineData("Invoke-CamExplanation cat.jpg, 'a [1].jpg' $m -Layer layer2 | Measure-CamExplanation",
        "cat.jpg:LayerCAM:layer2 a [1].jpg:LayerCAM:layer2")]
    [InlineData("Invoke-CamExplanation cat.jpg $m -Method FullGrad | Measure-CamExplanation", "cat.jpg:FullGrad:input")]
    [InlineData("Invoke-CamExplanation cat.jpg $m | Measure-CamExplanation -Layer layer1", "cat.jpg:LayerCAM:layer1")]
    [InlineData("[TorchSharp.torch]::ones([long[]] (3, 32, 32)) | Measure-CamExplanation -Model $m", ":LayerCAM:layer3")]
    public void ImagesAndExplanations_AreMeasured(string script, string expected)
    {
        CopyPhotos();
        ModuleSession.Result result = session.Run($"$m = Import-CamModel; {script} -Metric Sparseness");
        Assert.Equal(expected, string.Join(' ', result.OrThrow().Where(row => !(bool)row.Properties["IsControl"].Value).Select(row =>
            $"{Path.GetFileName((string)row.Properties["Path"].Value)}:{row.Properties["Method"].Value}:" +
            string.Join(',', (IEnumerable<string>)row.Properties["Layers"].Value))));
        Assert.All(result.Output, row => Assert.InRange((double)row.Properties["Sparseness"].Value, 0, 1));
        Assert.Contains(result.Output, row => row.Properties["Method"].Value is "RandomCAM");
    }

    [Theory]
    [InlineData("Measure-CamExplanation cat.jpg (Import-CamModel -Activation None)", "MetricNotPossible", "scores")]
    [InlineData("Invoke-CamExplanation cat.jpg (Import-CamModel -Activation None) | Measure-CamExplanation", "MetricNotPossible", "scores")]
    [InlineData("Measure-CamExplanation cat.jpg", "ModelMissing", "-Model")]
    [InlineData("Measure-CamExplanation cat.jpg (Import-CamModel) -Layer layer33", "LayerNotFound", "layer3")]
    [InlineData("Measure-CamExplanation cat.jpg (Import-CamModel) -Class cot", "ClassNotFound", "cat")]
    [InlineData("Measure-CamExplanation cat.jpg (Import-CamModel) -Box @{} -Mask .", "MaskAndBox", "one of them")]
    [InlineData("Measure-CamExplanation cat.jpg (Import-CamModel) -Mask gone", "FileNotFound", "gone")]
    [InlineData("Measure-CamExplanation cat.jpg (Import-CamModel) -StepCount 0", "ParameterArgumentValidationError", "StepCount")]
    public void AWrongChoice_StopsAtOnce_AndSaysWhatWouldBeRight(string script, string id, string named)
    {
        CopyPhotos();
        ModuleSession.Result result = session.Run(script);
        Assert.Equal(id, result.Terminated?.FullyQualifiedErrorId.Split(',')[0]);
        Assert.Contains(named, result.Terminated!.ToString(), StringComparison.Ordinal);
        Assert.Empty(result.Output);
    }

    [Fact]
    public void APhotoThatWasPassedOver_IsOneError_AndTheRestGoesOn()
    {
        CopyPhotos();
        ModuleSession.Result result = session.Run("""
            $m = Import-CamModel
            Invoke-CamExplanation cat.jpg $m -SkipExisting pictures | Export-CamOverlay pictures
            Invoke-CamExplanation cat.jpg, 'a [1].jpg' $m -SkipExisting pictures | Measure-CamExplanation -Metric Sparseness
            """);
        Assert.Equal("PassedOver", Assert.Single(result.Errors).FullyQualifiedErrorId.Split(',')[0]);
        Assert.Contains("no map to measure", result.Errors[0].ToString(), StringComparison.Ordinal);
        Assert.Equal(3, result.Output.Count);
    }

    [Fact]
    public void MeasuredExplanations_GoIntoAnAudit_AndABadImageToo()
    {
        CopyPhotos();
        File.WriteAllText(Path.Combine(session.Folder, "text.jpg"), "hello");
        ModuleSession.Result result = session.Run("""
            $m = Import-CamModel
            Measure-CamExplanation cat.jpg, text.jpg $m -Metric Deletion -PassThru -ErrorAction SilentlyContinue |
                Export-CamAudit measured.db
            Get-CamAudit measured.db
            """);
        File.Delete(Path.Combine(session.Folder, "text.jpg"));
        Assert.Contains(result.Output, row => row.Properties["Label"]?.Value is "cat");
    }

    [Fact]
    public void AnEmptyMap_IsMeasured_AndWarnedOfOnce()
    {
        ModuleSession.Result result = session.Run("$zero = [TorchSharp.torch]::zeros([long[]] (3, 32, 32)); $zero, $zero | " +
            "Measure-CamExplanation -Model (Import-CamModel) -Layer conv1");
        Assert.All(result.OrThrow(), row => Assert.True(double.IsFinite((double)row.Properties["ADCC"].Value)));
        Assert.Contains("zero everywhere", Assert.Single(result.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void CtrlC_EndsTheRun()
    {
        CopyPhotos();
        int seen = session.Stop(
            "$all = ,$args[0] * 1000; Measure-CamExplanation -LiteralPath $all (Import-CamModel)", afterOutputs: 2, Cat);
        Assert.InRange(seen, 2, 999);
    }

    private void CopyPhotos()
    {
        File.Copy(Cat, Path.Combine(session.Folder, "cat.jpg"), overwrite: true);
        File.Copy(Cat, Path.Combine(session.Folder, "a [1].jpg"), overwrite: true);
    }
}
