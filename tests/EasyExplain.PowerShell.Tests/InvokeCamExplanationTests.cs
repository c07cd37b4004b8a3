using System.Management.Automation;

namespace EasyExplain.PowerShell.Tests;

public class InvokeCamExplanationTests(ModuleSession session) : IClassFixture<ModuleSession>
{
    private static readonly string Cat = Repository.Photo("cat.jpg");

    [Fact]
    public void TheCat_IsACat_AtTheDefaultLayer_ByTheDefaultMethod()
    {
        ModuleSession.Result result = session.Run("Invoke-CamExplanation -LiteralPath $args[0] -Model (Import-CamModel)", Cat);
        Assert.Equal("cat", result.Get<string>("Label"));
        Assert.Equal("LayerCAM", result.Get<string>("Method"));
        Assert.Equal(["layer3"], result.Get<string[]>("Layers"));
        Assert.InRange(result.Get<double>("Probability"), 0.73, 0.78); // 0.755 with PyTorch and Pillow
        Assert.Equal([300, 451], result.Get<int[]>("ImageSize"));
        Assert.Null(result.Output[0].Properties["Fused"].Value);
        Assert.Null(result.Output[0].Properties["Seed"].Value);
    }

    /// <summary>
    /// Every way of the design card to bring images, a model and layers together, and what comes out: photo:layers of each explanation.
    /// </summary>
    [Theory]
    [InlineData("Invoke-CamExplanation cat.jpg -Model $m", "cat.jpg:layer3")]
    [InlineData("Import-CamModel | Invoke-CamExplanation cat.jpg", "cat.jpg:layer3")]
    [InlineData("Import-CamModel | Invoke-CamExplanation -LiteralPath 'a [1].jpg'", "a [1].jpg:layer3")]
    [InlineData("Import-CamModel | Get-CamLayer layer? | Invoke-CamExplanation cat.jpg", "cat.jpg:layer1,layer2,layer3")]
    [InlineData("Import-CamModel | Get-CamLayer layer? | Invoke-CamExplanation -Path *.jpg",
        "a [1].jpg:layer1,layer2,layer3 cat.jpg:layer1,layer2,layer3")]
    [InlineData("Import-CamModel | Get-CamLayer layer1 | Invoke-CamExplanation -LiteralPath 'a [1].jpg'", "a [1].jpg:layer1")]
    [InlineData("'cat.jpg', 'a [1].jpg' | Invoke-CamExplanation -Model $m -Layer layer2", "cat.jpg:layer2 a [1].jpg:layer2")]
    [InlineData("Invoke-CamExplanation cat.jpg -Model $m -Layer layer3.?, conv1", "cat.jpg:layer3.0,layer3.1,layer3.2,conv1")]
    [InlineData("Invoke-CamExplanation cat.jpg -Model $m -Layer ($m | Get-CamLayer layer3, layer1)", "cat.jpg:layer3,layer1")]
    [InlineData("[System.IO.DirectoryInfo]::new($pwd.ProviderPath).GetFiles('*.jpg') | Sort | Invoke-CamExplanation -Model $m",
        "a [1].jpg:layer3 cat.jpg:layer3")]
    [InlineData("Invoke-CamExplanation cat.jpg -Layer ($m | Get-CamLayer layer3, layer1)", "cat.jpg:layer3,layer1")]
    [InlineData("'cat.jpg', 'a [1].jpg' | Invoke-CamExplanation -InputObject ($m | Get-CamLayer layer2)",
        "cat.jpg:layer2 a [1].jpg:layer2")]
    [InlineData("$m | Get-CamLayer layer1 | Invoke-CamExplanation cat.jpg -Layer layer3", "cat.jpg:layer3,layer1")]
    [InlineData("$file = [System.IO.DirectoryInfo]::new($pwd.ProviderPath).GetFiles('a*.jpg')[0]; Invoke-CamExplanation $file $m",
        "a [1].jpg:layer3")]
    [InlineData("Invoke-CamExplanation ([System.IO.DirectoryInfo]::new($pwd.ProviderPath).GetFiles('*.jpg') | Sort) $m",
        "a [1].jpg:layer3 cat.jpg:layer3")]
    [InlineData("Invoke-CamExplanation -LiteralPath cat.jpg ([System.IO.FileInfo] $m.Path)", "cat.jpg:layer3")]
    public void ImagesModelsAndLayers_ComeTogether(string script, string expected)
    {
        File.Copy(Cat, Path.Combine(session.Folder, "cat.jpg"), overwrite: true);
        File.Copy(Cat, Path.Combine(session.Folder, "a [1].jpg"), overwrite: true);
        ModuleSession.Result result = session
            .Run("function Sort { [System.Linq.Enumerable]::OrderBy([object[]] @($input), [Func[object, string]] { $args[0].Name }) }; " +
            "$m = Import-CamModel; " + script);
        Assert.Equal(expected, string.Join(' ', result.OrThrow().Select(explanation =>
            $"{Path.GetFileName((string)explanation.Properties["Path"].Value)}:{string.Join(',', (IEnumerable<string>)explanation.Properties["Layers"].Value)}")));
    }

    [Theory]
    [InlineData("-Layer layer2, layer3 -Method GradCAM", "ONNX Runtime.")]
    [InlineData("-Method ShapleyCAM", "libtorch.")]
    public void Verbose_SaysWhichEngineRunsWhat(string choice, string expected)
    {
        ModuleSession.Result result = session
            .Run($"Invoke-CamExplanation -LiteralPath $args[0] -Model (Import-CamModel) {choice} -Verbose", Cat);
        Assert.Single(result.OrThrow());
        Assert.Contains(result.Verbose, line => line.EndsWith($" runs in {expected}", StringComparison.Ordinal));
    }

    [Fact]
    public void AMethodOfManyPasses_ShowsHowFarItIs_UnderThePictures()
    {
        using var shell = System.Management.Automation.PowerShell.Create(session.Runspace);
        shell.AddScript("Invoke-CamExplanation -LiteralPath $args[0], $args[0] -Model (Import-CamModel) -Layer layer1 -Method " +
            "AblationCAM -BatchSize 8").AddArgument(Cat);
        Assert.Equal(2, shell.Invoke().Count);
        ProgressRecord[] shown = [.. shell.Streams.Progress
            .Where(record => record.StatusDescription.EndsWith("passes", StringComparison.Ordinal))];
        Assert.Contains(shown, record => record.StatusDescription == "8 of 16 passes" && record.PercentComplete == 50);
        Assert.Equal(ProgressRecordType.Completed, shown[^1].RecordType);
        Assert.Equal((-1, 0), (shown[0].ParentActivityId, shown[^1].ParentActivityId)); // the first picture may be the only one
    }

    [Theory]
    [InlineData("Invoke-CamExplanation cat.jpg")]
    [InlineData("'cat.jpg' | Invoke-CamExplanation")]
    [InlineData("Invoke-CamExplanation cat.jpg -Layer layer3")]
    public void WithoutAModel_TheErrorSaysHowToGiveOne(string script)
    {
        ErrorRecord? error = session.Run(script).Terminated;
        Assert.NotNull(error);
        Assert.StartsWith("ModelMissing,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains("-Model (Import-CamModel)", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void AFilterThatLetsNoLayerThrough_IsWarnedOf()
    {
        ModuleSession.Result result = session
            .Run("Import-CamModel | Get-CamLayer | Where-Object { $false } | Invoke-CamExplanation -LiteralPath $args[0]", Cat);
        Assert.Empty(result.OrThrow());
        Assert.Contains("no layer came", Assert.Single(result.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void SeveralLayers_AreFused_AtTheLargestSize()
    {
        ModuleSession.Result result = session.Run("Import-CamModel | Get-CamLayer layer? | Invoke-CamExplanation $args[0]", Cat);
        dynamic explanation = result.OrThrow().Single().BaseObject;
        Assert.Equal(3, explanation.Maps.Length);
        Assert.Equal(32, explanation.Fused.Height);
        Assert.Equal("layer1+layer2+layer3", explanation.Fused.Layer);
    }

    [Fact]
    public void ABadImage_IsOneError_AndTheRestGoesOn()
    {
        File.WriteAllText(Path.Combine(session.Folder, "text.png"), "not a picture");
        ModuleSession.Result result = session.Run("'text.png', 'gone.jpg', $args[0] | Invoke-CamExplanation -Model (Import-CamModel)", Cat);
        Assert.Null(result.Terminated);
        Assert.Single(result.Output);
        Assert.Equal(
            ["ImageNotAnImage,EasyExplain.PowerShell.Cmdlets.InvokeCamExplanationCommand",
                "ImageNotFound,EasyExplain.PowerShell.Cmdlets.InvokeCamExplanationCommand"],
            result.Errors.Select(error => error.FullyQualifiedErrorId));
        Assert.Equal([ErrorCategory.InvalidData, ErrorCategory.ObjectNotFound], result.Errors.Select(error => error.CategoryInfo.Category));
        Assert.All(result.Errors, error => Assert.True(Path.IsPathFullyQualified((string)error.TargetObject)));
    }

    [Fact]
    public void WhatALaterCommandThrows_IsNotTakenForAnErrorOfTheImage()
    {
        ErrorRecord? error = session.Run(
            "Invoke-CamExplanation -LiteralPath $args[0] -Model (Import-CamModel) | ForEach-Object { throw " +
            "[System.IO.IOException]::new('later') }", Cat).Terminated;
        Assert.NotNull(error);
        Assert.Equal("later", error.Exception.Message);
    }

    [Fact]
    public void AFolder_IsAnErrorOfItsOwn()
    {
        ErrorRecord error = Assert.Single(session.Run("Invoke-CamExplanation -LiteralPath . -Model (Import-CamModel)").Errors);
        Assert.StartsWith("PathIsFolder,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-Layer layer9", "LayerNotFound", "layer3")]
    [InlineData("-Layer fc", "LayerNotSpatial", "[1, 10]")]
    [InlineData("-Layer zz*", "LayerNotFound", "'zz*'")]
    [InlineData("-Method GradCAMM", "MethodNotFound", "GradCAM")]
    [InlineData("-Method LayerCAM, GradCAMM*", "MethodNotFound", "Near: GradCAM")]
    [InlineData("-Class catt", "ClassNotFound", "cat")]
    [InlineData("-Class cat, dogg, hors", "ClassNotFound",
        "'dogg'. Near: dog. resnet20-cifar10 (resnet20) has no class 'hors'. Near: horse.")]
    [InlineData("-Class cat, 10", "ClassNotFound", "0 to 9")]
    [InlineData("-Class 10", "ClassNotFound", "0 to 9")]
    [InlineData("-Method RefineCAM -Layer layer3", "MethodNotPossible", "'layer1', 'layer2', 'layer3'")]
    [InlineData("-Class *zz*", "ClassNotFound", "'*zz*'")]
    [InlineData("-Method grad-cam+++", "MethodNotFound", "Near: GradCAMPlusPlus.")]
    [InlineData("-Layer (Import-CamModel | Get-CamLayer layer3)", "LayerOfAnotherModel", "another model")]
    [InlineData("-Class cat -Top 2", "ClassAndTop", "-Top")]
    [InlineData("-Class Predicted, cat -Top 2", "ClassAndTop", "-Top")]
    public void AWrongChoice_StopsAtOnce_AndSaysWhatWouldBeRight(string options, string id, string named)
    {
        ErrorRecord? error = session.Run($"Invoke-CamExplanation -LiteralPath $args[0] -Model (Import-CamModel) {options}", Cat).Terminated;
        Assert.NotNull(error);
        Assert.StartsWith(id + ",", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains(named, error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-Class dog", "dog")]
    [InlineData("-Class DOG", "dog")]
    [InlineData("-Class 5", "dog")]
    [InlineData("-Class Predicted", "cat")]
    [InlineData("-Class predicted, dog", "cat,dog")]
    [InlineData("-Class dog, Predicted", "dog,cat")]
    [InlineData("-Class Predicted, cat, 3", "cat")]
    [InlineData("-Class 0, truck, 5", "airplane,truck,dog")]
    [InlineData("-Top 3", "cat,dog,frog", true)]
    [InlineData("-Method GradCAM, LayerCAM", "cat,cat")]
    public void TheClass_IsTheOneAskedFor(string options, string expected, bool onlyCount = false)
    {
        string[] labels = [.. session.Run($"Invoke-CamExplanation -LiteralPath $args[0] -Model (Import-CamModel) {options}", Cat).OrThrow()
            .Select(explanation => (string)explanation.Properties["Label"].Value)];
        if (onlyCount)
        {
            Assert.Equal(expected.Split(',').Length, labels.Distinct().Count());
            Assert.Equal("cat", labels[0]);
            return;
        }
        Assert.Equal(expected, string.Join(',', labels));
    }

    [Theory]
    [InlineData("-Method GradCAM, LayerCAM, gradcam -Class dog, cat", "dog:GradCAM dog:LayerCAM cat:GradCAM cat:LayerCAM")]
    [InlineData("-Method Layer*, GradCAM", "cat:LayerCAM cat:GradCAM")]
    [InlineData("-Method Grad[C]AM, ?ayerCAM", "cat:GradCAM cat:LayerCAM")]
    [InlineData("-Method grad-cam++, smooth_grad_cam++, XGrad-CAM, GradCAMpp -Class *at",
        "cat:GradCAMPlusPlus cat:SmoothGradCAMPlusPlus cat:XGradCAM")]
    [InlineData("-Method *-cam++ -Class d*",
        "deer:GradCAMPlusPlus deer:SmoothGradCAMPlusPlus dog:GradCAMPlusPlus dog:SmoothGradCAMPlusPlus")]
    public void TheMethods_AreThoseAskedFor_ForEachClass(string options, string expected) =>
        Assert.Equal(expected, string.Join(' ',
            Explained(options).Select(explanation => $"{explanation.Properties["Label"].Value}:{explanation.Properties["Method"].Value}")));

    [Theory]
    [InlineData("*", "", "RefineCAM", "LeGrad", "ViTReciproCAM")] // one layer, of a network without attention
    [InlineData("* -Layer layer2, layer3", "", "CAM", "LeGrad", "ViTReciproCAM")]
    [InlineData("*grad*", "Grad", "LeGrad")]
    public void AWildcard_TakesAllMethodsThatFit_InTheOrderOfTabCompletion(string wildcard, string within, params string[] misfits)
    {
        string[] all = [.. Complete("Invoke-CamExplanation -Method ").Select(method => method.CompletionText)
            .Where(method => method.Contains(within, StringComparison.Ordinal))];
        Assert.Contains("SmoothGradCAMPlusPlus", all);
        Assert.Equal(all.Where(method => !misfits.Contains(method)),
            Explained($"-SampleCount 2 -Method {wildcard}").Select(explanation => explanation.Properties["Method"].Value));
    }

    [Theory]
    [InlineData("Invoke-CamExplanation -Method GradCAM,Lay", "LayerCAM")]
    [InlineData("Invoke-CamExplanation -Method GradCAM, Lay", "LayerCAM")]
    [InlineData("Invoke-CamExplanation -Class ", "Predicted")]
    [InlineData("Invoke-CamExplanation -Model $labelled -Class tab", "'tabby cat'")]
    [InlineData("Invoke-CamExplanation -Model $labelled -Class 'tabby c", "'tabby cat'")]
    [InlineData("Invoke-CamExplanation -Model $labelled -Class \"tab", "'tabby cat'")]
    [InlineData("Invoke-CamExplanation -Model $labelled -Class Predicted,tab", "'tabby cat'")]
    [InlineData("Invoke-CamExplanation -Model $labelled -Class 'tabby cat', pl", "plane")]
    [InlineData("Invoke-CamExplanation -Model $labelled -Class jack", "'jack-o''-lantern'")]
    [InlineData("Invoke-CamExplanation -Model $labelled -Class 'jack-o''-", "'jack-o''-lantern'")]
    [InlineData("Invoke-CamExplanation -Model $labelled -Class cr", "2 3")]
    [InlineData("Invoke-CamExplanation -Model $labelled -Class 0", "'007'")]
    [InlineData("Invoke-CamExplanation -Model $labelled -Class *.", "v1.5")]
    [InlineData("Invoke-CamExplanation -Model $labelled -Class P", "Predicted plane")]
    public void Tab_CompletesMethodsAndClasses(string line, string expected)
    {
        UseLabels();
        Assert.Equal(expected, string.Join(' ', Complete(line).Select(completion => completion.CompletionText)));
        Assert.All(Complete(line), completion => Assert.NotEqual(completion.CompletionText, completion.ToolTip)); // a line on each
    }

    /// <summary>What Tab offers is what the command takes, all of it in one list.</summary>
    [Fact]
    public void EveryCompletedClass_IsTaken()
    {
        UseLabels();
        string all = string.Join(',', Complete("Invoke-CamExplanation -Model $labelled -Class ")
            .Select(completion => completion.CompletionText));
        IEnumerable<int> classes = session.Run($"Invoke-CamExplanation -LiteralPath $args[0] -Model $global:labelled -Class {all}", Cat)
            .OrThrow().Select(explanation => (int)explanation.Properties["Class"].Value);
        Assert.Equal([3, 0, 1, 2, 4, 5, 6, 7, 8, 9], classes); // the predicted one first
    }

    [Fact]
    public void TheSameSeed_GivesTheSameMap_WhateverTheBatchSize()
    {
        float[] Map(string options) => [.. ((float[,])session.Run(
            $"$e = Invoke-CamExplanation -LiteralPath $args[0] -Model (Import-CamModel) -Layer layer2 -Method SmoothGradCAMPlusPlus " +
            $"{options}; , $e.Map.ToArray()", Cat).OrThrow().Single().BaseObject).Cast<float>()];
        float[] once = Map("-Seed 7 -BatchSize 4"), again = Map("-Seed 7 -BatchSize 4"), singly = Map("-Seed 7 -BatchSize 1"),
            other = Map("-Seed 8");
        Assert.Equal(once, again);
        Assert.All(once.Zip(singly), pair => Assert.Equal(pair.First, pair.Second, tolerance: 1e-3f));
        Assert.NotEqual(once, other);
    }

    [Fact]
    public void AnInputTensor_GivesWhatItsPhotoGives()
    {
        ModuleSession.Result result = session.Run("""
            $m = Import-CamModel
            $zeros = [TorchSharp.torch]::zeros([long[]] (1, 3, 32, 32))
            $zeros | Invoke-CamExplanation -Model $m
            Invoke-CamExplanation -InputTensor $zeros -Model $m
            """);
        Assert.Equal(2, result.OrThrow().Count);
        Assert.Equal(result.Output[0].Properties["Score"].Value, result.Output[1].Properties["Score"].Value);
        Assert.Null(result.Output[0].Properties["Path"].Value);

        ErrorRecord error = Assert.Single(session
            .Run("Invoke-CamExplanation -InputTensor ([TorchSharp.torch]::zeros([long[]] (1, 3, 30, 32))) -Model " +
            "(Import-CamModel)").Errors);
        Assert.StartsWith("InputShapeMismatch,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains("[1, 3, 32, 32]", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void AnEmptyMap_IsAFact_WarnedOfOnce_AndItsOverlayIsThePlainPhoto()
    {
        // With nothing but zeros in its last layer, no activation speaks for any class.
        ModuleSession.Result result = session.Run("""
            $file = [EasyExplain.Weights.WeightFile]::Open((Import-CamModel).Path)
            $tensors = [System.Collections.Generic.Dictionary[string, TorchSharp.torch+Tensor]]::new()
            foreach ($entry in $file.Entries) { $tensors.Add($entry.Name, $file.Read($entry)) }
            $null = $tensors['fc.weight'].zero_()
            $file.Dispose()
            [EasyExplain.Weights.SafetensorsWriter]::Write("$($pwd.ProviderPath)/dead.safetensors", $tensors, $null)
            $m = Import-CamModel dead.safetensors -InputSize 32
            $args[0], $args[0] | Invoke-CamExplanation -Model $m -Layer layer1, layer3 -Method GradCAM, LayerCAM
            """, Cat);
        Assert.Equal(4, result.OrThrow().Count);
        Assert.All(result.Output, explanation => Assert.True((bool)((dynamic)explanation.BaseObject).Fused.IsEmpty));
        Assert.Contains("zero everywhere", Assert.Single(result.Warnings), StringComparison.Ordinal);
        Assert.True((bool)session.Run("""
            $overlay = Invoke-CamExplanation -LiteralPath $args[0] -Model (Import-CamModel dead.safetensors -InputSize 32) -WarningAction Ignore | Export-CamOverlay dead -PassThru
            $pixels = { [System.Convert]::ToBase64String([EasyExplain.Imaging.ImageDecoder]::Decode($args[0]).Rgb) }
            (& $pixels $overlay.FullName) -ceq (& $pixels $args[0])
            """, Cat).OrThrow().Single().BaseObject);
    }

    [Fact]
    public void ADisposedModel_IsAClearError()
    {
        ErrorRecord? error = session.Run("$m = Import-CamModel; $m.Dispose(); Invoke-CamExplanation -LiteralPath $args[0] -Model $m",
            Cat).Terminated;
        Assert.NotNull(error);
        Assert.StartsWith("ModelDisposed,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public void ManyImages_LeaveNoTensorsBehind()
    {
        long grown = (long)session.Run("""
            $path = $args[0]
            $m = Import-CamModel
            $explain = { 1..20 | ForEach-Object { $path } | Invoke-CamExplanation -Model $m -Method LayerCAM, SmoothGradCAMPlusPlus | ForEach-Object { } }
            & $explain
            [System.GC]::Collect()
            [System.GC]::WaitForPendingFinalizers()
            $before = [TorchSharp.torch+Tensor]::TotalCount
            & $explain
            [TorchSharp.torch+Tensor]::TotalCount - $before
            $m.Dispose()
            """, Cat).OrThrow().Single().BaseObject;
        Assert.Equal(0, grown);
    }

    [Fact]
    public void CtrlC_EndsTheRun_WithinOneImage_AndLeavesNoHalfFile()
    {
        string folder = Path.Combine(session.Folder, "stopped");
        int written = session.Stop("""
            $m = Import-CamModel
            & { while ($true) { $args[0] } } $args[0] | Invoke-CamExplanation -Model $m -Method SmoothGradCAMPlusPlus -SampleCount 8 | Export-CamOverlay stopped -PassThru
            """, afterOutputs: 2, Cat);
        Assert.InRange(written, 2, 4);
        Assert.Equal(written, Directory.GetFiles(folder).Length);
        Assert.All(Directory.GetFiles(folder), file =>
            Assert.Equal("IEND", System.Text.Encoding.ASCII.GetString(File.ReadAllBytes(file)[^8..^4])));
    }

    private System.Collections.ObjectModel.Collection<PSObject> Explained(string options) =>
        session.Run($"Invoke-CamExplanation -LiteralPath $args[0] -Model (Import-CamModel) {options}", Cat).OrThrow();

    private CompletionResult[] Complete(string line) =>
        [.. session.Run("[System.Management.Automation.CommandCompletion]::CompleteInput($args[0], $args[0].Length, " +
            "$null).CompletionMatches", line).OrThrow()
            .Select(completion => (CompletionResult)completion.BaseObject)];

    /// <summary>Sets $labelled to a model whose labels need care: spaces, quotes, one for two classes, one like a number.</summary>
    private void UseLabels()
    {
        File.WriteAllLines(Path.Combine(session.Folder, "labels.txt"),
            ["tabby cat", "jack-o'-lantern", "crane", "crane", "007", "plane", "v1.5", "seven", "it's ‘so’", "a,b;c $d"]);
        session.Run("if (-not $global:labelled) { $global:labelled = Import-CamModel -LabelPath labels.txt }").OrThrow();
    }
}
