namespace EasyExplain.PowerShell.Tests;

public class GetCamConceptTests(ModuleSession session) : IClassFixture<ModuleSession>
{
    private static readonly string Cat = Repository.Photo("cat.jpg");

    /// <summary>Every way to bring images, a model and layers together, and what comes out: photo:layer:concepts of each object.</summary>
    [Theory]
    [InlineData("Get-CamConcept cat.jpg -Model $m", "cat.jpg:layer3:5")]
    [InlineData("Get-CamConcept -LiteralPath 'a [1].jpg' -Model $m -Count 2", "a [1].jpg:layer3:2")]
    [InlineData("Import-CamModel | Get-CamConcept *.jpg -Count 1", "a [1].jpg:layer3:1 cat.jpg:layer3:1")]
    [InlineData("'cat.jpg', 'a [1].jpg' | Get-CamConcept -Model $m -Layer layer2 -Count 1", "cat.jpg:layer2:1 a [1].jpg:layer2:1")]
    [InlineData("$m | Get-CamLayer layer? | Get-CamConcept cat.jpg -Count 3", "cat.jpg:layer1:3 cat.jpg:layer2:3 cat.jpg:layer3:3")]
    [InlineData("$m | Get-CamLayer layer1 | Get-CamConcept cat.jpg -Count 1 -Layer layer3", "cat.jpg:layer3:1 cat.jpg:layer1:1")]
    [InlineData("Get-CamConcept cat.jpg -Model $m -Layer layer3.?, conv1 -Count 1",
        "cat.jpg:layer3.0:1 cat.jpg:layer3.1:1 cat.jpg:layer3.2:1 cat.jpg:conv1:1")]
    [InlineData("Get-CamConcept cat.jpg -Layer ($m | Get-CamLayer layer2) -Count 1", "cat.jpg:layer2:1")]
    [InlineData("'cat.jpg', 'a [1].jpg' | Get-CamConcept -InputObject ($m | Get-CamLayer layer2) -Count 1",
        "cat.jpg:layer2:1 a [1].jpg:layer2:1")]
    [InlineData("[System.IO.FileInfo]::new((Join $pwd.ProviderPath 'a [1].jpg')) | Get-CamConcept -Model $m -Count 1",
        "a [1].jpg:layer3:1")]
    [InlineData("Get-CamConcept cat.jpg -Model $m -Count 64 -Layer conv1", "cat.jpg:conv1:16")] // it has no more channels
    public void ImagesModelsAndLayers_ComeTogether(string script, string expected)
    {
        CopyPhotos();
        ModuleSession.Result result = session
            .Run("function Join { [System.IO.Path]::Combine($args[0], $args[1]) }; $m = Import-CamModel; " + script);
        Assert.Equal(expected, string.Join(' ', result.OrThrow().Select(found =>
            $"{Path.GetFileName((string)found.Properties["Path"].Value)}:{found.Properties["Layer"].Value}:{((System.Collections.ICollection)found.Properties["Concepts"].Value).Count}")));
    }

    [Fact]
    public void Concepts_AreOrderedObjects_WithAsManyClassesAsAsked()
    {
        ModuleSession.Result result = session.Run("(Get-CamConcept -LiteralPath $args[0] -Model (Import-CamModel) -Top 3).Concepts", Cat);
        double[] shares = [.. result.OrThrow().Select(concept => (double)concept.Properties["Share"].Value)];
        Assert.Equal(shares.OrderDescending(), shares);
        Assert.InRange(shares.Sum(), 0.8, 1);
        Assert.All(result.Output, concept =>
            Assert.Equal(3, ((System.Collections.ICollection)concept.Properties["Predictions"].Value).Count));
    }

    [Fact]
    public void ABadImage_IsOneError_AndTheRestGoesOn()
    {
        CopyPhotos();
        File.WriteAllText(Path.Combine(session.Folder, "text.jpg"), "hello");
        ModuleSession.Result result = session.Run("'text.jpg', 'gone.jpg', 'cat.jpg' | Get-CamConcept -Model (Import-CamModel)");
        File.Delete(Path.Combine(session.Folder, "text.jpg"));
        Assert.Single(result.Output);
        Assert.Equal(["ImageNotAnImage", "ImageNotFound"], result.Errors.Select(error => error.FullyQualifiedErrorId.Split(',')[0]));
    }

    [Theory]
    [InlineData("Get-CamConcept cat.jpg", "ModelMissing", "-Model")]
    [InlineData("Get-CamConcept cat.jpg -Model (Import-CamModel) -Layer layer33", "LayerNotFound", "layer3")]
    [InlineData("Get-CamConcept cat.jpg -Model (Import-CamModel) -Layer fc", "LayerNotSpatial", "layer3")]
    [InlineData("Get-CamConcept cat.jpg -Model (Import-CamModel) -Layer (Import-CamModel | Get-CamLayer layer3)", "LayerOfAnotherModel",
        "another model")]
    [InlineData("Get-CamConcept cat.jpg -Model (Import-CamModel) -Count 0", "ParameterArgumentValidationError", "Count")]
    public void AWrongChoice_StopsAtOnce_AndSaysWhatWouldBeRight(string script, string id, string named)
    {
        CopyPhotos();
        ModuleSession.Result result = session.Run(script);
        Assert.Equal(id, result.Terminated?.FullyQualifiedErrorId.Split(',')[0]);
        Assert.Contains(named, result.Terminated!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void AnInputTensor_OfZerosAtAFirstLayer_IsWarnedOfOnce()
    {
        // conv1 has no bias, so zeros stay zeros there.
        ModuleSession.Result result = session
            .Run("$zero = [TorchSharp.torch]::zeros([long[]] (3, 32, 32)); $zero, $zero | Get-CamConcept -Model (Import-CamModel) -Layer " +
            "conv1");
        Assert.Equal(2, result.OrThrow().Count);
        Assert.Contains("'conv1' is zero everywhere", Assert.Single(result.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void CtrlC_EndsTheRun()
    {
        CopyPhotos();
        int seen = session.Stop("$all = ,$args[0] * 1000; Get-CamConcept -LiteralPath $all -Model (Import-CamModel)", afterOutputs: 2, Cat);
        Assert.InRange(seen, 2, 999);
    }

    [Fact]
    public void EachStyle_IsAFile_NamedAfterTheLayer()
    {
        ModuleSession.Result result = session
            .Run("Get-CamConcept -LiteralPath $args[0] -Model (Import-CamModel) | Export-CamOverlay concepts -Style Overlay, Heatmap, " +
            "Panel -PassThru", Cat);
        Assert.Equal(["cat_DFF_layer3_overlay.png", "cat_DFF_layer3_heatmap.png", "cat_DFF_layer3_panel.png"],
            result.OrThrow().Select(file => (string)file.Properties["Name"].Value));
    }

    [Fact]
    public void AMask_ThereIsNone_AndTheErrorSaysWhatThereIs()
    {
        ModuleSession.Result result = session
            .Run("Get-CamConcept -LiteralPath $args[0] -Model (Import-CamModel) | Export-CamOverlay masks -Style Mask", Cat);
        Assert.Equal("StyleNotPossible", result.Terminated?.FullyQualifiedErrorId.Split(',')[0]);
        Assert.Contains("Overlay, Heatmap or Panel", result.Terminated!.ToString(), StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(session.Folder, "masks")));
    }

    [Fact]
    public void ExplanationsAndConcepts_GoThroughOnePipeline()
    {
        ModuleSession.Result result = session
            .Run("$m = Import-CamModel; & { Invoke-CamExplanation -LiteralPath $args[0] -Model $m; Get-CamConcept -LiteralPath $args[0] " +
            "-Model $m } $args[0] | Export-CamOverlay mixed -PassThru", Cat);
        Assert.Equal(["cat_LayerCAM_cat_overlay.png", "cat_DFF_layer3_overlay.png"],
            result.OrThrow().Select(file => (string)file.Properties["Name"].Value));
    }

    private void CopyPhotos()
    {
        File.Copy(Cat, Path.Combine(session.Folder, "cat.jpg"), overwrite: true);
        File.Copy(Cat, Path.Combine(session.Folder, "a [1].jpg"), overwrite: true);
    }
}
