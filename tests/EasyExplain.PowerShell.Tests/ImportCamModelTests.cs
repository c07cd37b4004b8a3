using System.Management.Automation;

namespace EasyExplain.PowerShell.Tests;

public class ImportCamModelTests(ModuleSession session) : IClassFixture<ModuleSession>
{
    [Fact]
    public void WithNothing_ItIsTheBundledModel()
    {
        ModuleSession.Result result = session.Run("Import-CamModel");
        Assert.Equal("resnet20", result.Get<string>("Architecture"));
        Assert.Equal(10, result.Get<int>("ClassCount"));
        Assert.Contains("cat", result.Get<string[]>("Labels"));
    }

    [Fact]
    public void AFileWithBracketsInItsName_IsFound_HoweverItIsGiven()
    {
        string path = Path.Combine(session.Folder, "mine [1].safetensors");
        File.Copy(session.Run("Import-CamModel").Get<string>("Path"), path, overwrite: true);
        Assert.Equal("mine [1]", session.Run("Import-CamModel -Path 'mine [1].safetensors'").Get<string>("Name"));
        Assert.Equal("mine [1]", session.Run("Import-CamModel -LiteralPath $args[0]", path).Get<string>("Name"));
        Assert.Equal("mine [1]", session.Run("[System.IO.FileInfo] $args[0] | Import-CamModel", path).Get<string>("Name"));
    }

    [Fact]
    public void LabelsOfAFile_NameTheClasses()
    {
        File.WriteAllText(Path.Combine(session.Folder, "labels.txt"),
            "zero\r\none\r\ntwo\r\nthree\r\nfour\r\nfive\r\nsix\r\nseven\r\neight\r\nnine\r\n");
        Assert.Equal("three", session.Run("(Import-CamModel -LabelPath labels.txt).Labels[3]").OrThrow().Single().BaseObject);
    }

    [Theory]
    [InlineData("Import-CamModel nowhere.pth", "FileNotFound", ErrorCategory.ObjectNotFound, "nowhere.pth")]
    [InlineData("Import-CamModel -LabelPath nowhere.txt", "FileNotFound", ErrorCategory.ObjectNotFound, "nowhere.txt")]
    [InlineData("Import-CamModel resnet18", "FileNotFound", ErrorCategory.ObjectNotFound, "with -Architecture resnet18, or take")]
    [InlineData("Import-CamModel -Output logits", "InvalidOption", ErrorCategory.InvalidArgument, "have several. Leave -Output out.")]
    [InlineData("Import-CamModel -Architecture resnet21", "UnknownArchitecture", ErrorCategory.InvalidArgument, "resnet20")]
    [InlineData("Import-CamModel (Import-CamModel).Path -Architecture resnet18", "WeightsDoNotFit", ErrorCategory.InvalidArgument,
        "layer4.0.conv1.weight")]
    [InlineData("Import-CamModel -Device gpu", "UnknownDevice", ErrorCategory.InvalidArgument, "'gpu'")]
    [InlineData("Import-CamModel nowhere.pth -Device cuda:one", "UnknownDevice", ErrorCategory.InvalidArgument, "cuda:1")]
    [InlineData("$before, $env:EASYEXPLAIN_LIBTORCH = $env:EASYEXPLAIN_LIBTORCH, \"$pwd/none\"; try { Import-CamModel -Device cuda } " +
        "finally { $env:EASYEXPLAIN_LIBTORCH = $before }", "CudaBuildNotFound", ErrorCategory.ResourceUnavailable, "none'")]
    [InlineData("[System.IO.File]::WriteAllText(\"$pwd/junk.pth\", 'hello'); Import-CamModel junk.pth", "WeightFileInvalid",
        ErrorCategory.InvalidData, "junk.pth")]
    [InlineData("[System.IO.File]::WriteAllBytes(\"$pwd/empty.pth\", [byte[]]::new(0)); Import-CamModel empty.pth", "WeightFileInvalid",
        ErrorCategory.InvalidData, "empty.pth")]
    public void WhatIsWrong_StopsAtOnce_AndSaysWhat(string script, string id, ErrorCategory category, string named)
    {
        ErrorRecord? error = session.Run(script).Terminated;
        Assert.NotNull(error);
        Assert.Equal(id + ",EasyExplain.PowerShell.Cmdlets.ImportCamModelCommand", error.FullyQualifiedErrorId);
        Assert.Equal(category, error.CategoryInfo.Category);
        Assert.Contains(named, error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void WithoutProductsOfBytes_Int8GainsNothing_AndAWarningSaysSo()
    {
        const string supposed = """
            $products = ([EasyExplain.Models.CamModel].Assembly).GetType('EasyExplain.Runtime.ByteProducts')
            $supposed = $products.GetProperty('Supposed', [Reflection.BindingFlags] 'NonPublic, Static')
            foreach ($has in $true, $false) {
                $supposed.SetValue($null, $has)
                try { Import-CamModel -Precision Int8; Import-CamModel } finally { $supposed.SetValue($null, $null) }
            }
            """;
        ModuleSession.Result result = session.Run(supposed);
        Assert.Equal(4, result.OrThrow().Count);
        string warning = Assert.Single(result.Warnings);
        Assert.Contains("(resnet20) gains nothing by Int8 here", warning, StringComparison.Ordinal);
        Assert.Contains("Float32 takes no longer", warning, StringComparison.Ordinal);
    }

    [Fact]
    public void Verbose_SaysWhatWasFoundOut() =>
        Assert.Contains(session.Run("Import-CamModel -Verbose").Verbose, message => message.Contains("resnet20", StringComparison.Ordinal));

    [Fact]
    public void StateDictKey_IsLookedFor_AndAWrongOneIsNamed()
    {
        string path = session.Run("Import-CamModel").Get<string>("Path");
        ErrorRecord? error = session.Run("Import-CamModel $args[0] -StateDictKey model_ema", path).Terminated;
        Assert.Equal("WeightFileInvalid,EasyExplain.PowerShell.Cmdlets.ImportCamModelCommand", error?.FullyQualifiedErrorId);
        Assert.Contains("no tensors under 'model_ema'", error?.ToString(), StringComparison.Ordinal);

        // Found: the first block's tensors alone are no network.
        error = session.Run("Import-CamModel $args[0] -StateDictKey layer1 -Architecture resnet20", path).Terminated;
        Assert.Contains("conv1.weight", error?.ToString(), StringComparison.Ordinal);
        Assert.Contains("It holds: 0.", error?.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("model_traced.pt")]
    [InlineData("model.onnx")]
    public void AWholeModel_IsOneLikeAnyOther_AsWhatLiesBesideItSays(string file)
    {
        ModuleSession.Result result = session.Run(
            "$model = Import-CamModel $args[0] -Verbose; $model | Get-CamLayer blocks.?, blocks.1? | Invoke-CamExplanation $args[1] " +
            "-Method GradCAM, AblationCAM -Class person",
            Repository.Data("vww", file), Repository.Photo("astronaut.jpg"));
        Assert.Equal(2, result.OrThrow().Count);
        Assert.All(result.Output, explanation => Assert.Equal("person", explanation.Properties["Label"].Value));
        Assert.All(result.Output, explanation =>
            Assert.Equal(13, ((IReadOnlyCollection<string>)explanation.Properties["Layers"].Value).Count));
        Assert.Contains(result.Verbose, message => message.Contains("preprocess.json", StringComparison.Ordinal));
        Assert.Contains(result.Verbose, message => message.Contains("labels.txt", StringComparison.Ordinal));
    }

    [Fact]
    public void LayersOfAWholeModel_AreCompletedWithTab()
    {
        session.Run("$global:person = Import-CamModel $args[0]", Repository.Data("vww", "model_traced.pt")).OrThrow();
        const string line = "Get-CamLayer -Model $person -Name blocks.3.depthwise.";
        object? completion = session.Run(
            "[System.Management.Automation.CommandCompletion]::CompleteInput($args[0], $args[0].Length, " +
            "$null).CompletionMatches.CompletionText -join ' '", line).OrThrow().Single().BaseObject;
        Assert.Contains("blocks.3.depthwise.conv", Assert.IsType<string>(completion), StringComparison.Ordinal);
    }

    [Fact]
    public void Architectures_AreCompletedWithTab()
    {
        const string line = "Import-CamModel -Architecture resnext101_6";
        object? completion = session.Run(
            "[System.Management.Automation.CommandCompletion]::CompleteInput($args[0], $args[0].Length, " +
            "$null).CompletionMatches.CompletionText -join ' '", line).OrThrow().Single().BaseObject;
        Assert.Equal("resnext101_64x4d", completion);
    }
}
