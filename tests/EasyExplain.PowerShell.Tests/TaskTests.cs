namespace EasyExplain.PowerShell.Tests;

/// <summary>Import-CamModel -Task, and the files that it is about.</summary>
public sealed class TaskTests(ModuleSession session) : IClassFixture<ModuleSession>
{
    private static string Head(string file) => Repository.Data("detection", "heads", file);

    [Fact]
    public void ADetector_IsToldByItsFile_AndVerboseSaysWhatItsOutputsMean()
    {
        ModuleSession.Result result = session.Run("Import-CamModel $args[0] -Verbose", Head("v8.onnx"));
        Assert.Equal("Detect", result.Get<object>("Task").ToString());
        Assert.Equal(["cat", "dog", "bird"], result.Get<string[]>("Labels"));
        Assert.Equal("Letterbox", result.Get<object>("ResizeMode").ToString());
        Assert.Contains(result.Verbose, message => message.Contains("then 3 classes by a sigmoid", StringComparison.Ordinal));
    }

    [Fact]
    public void AnotherTask_StopsAtOnce()
    {
        ModuleSession.Result result = session.Run("try { Import-CamModel $args[0] -Task Segment } catch { $_.Exception.Message }",
            Head("v8.onnx"));
        string message = Assert.IsType<string>(Assert.Single(result.Output).BaseObject);
        Assert.Contains("Segment is not what '", message, StringComparison.Ordinal);
        Assert.Contains("[N, 7, 80]", message, StringComparison.Ordinal);
        Assert.Contains("-Task", message, StringComparison.Ordinal);
    }

    [Fact]
    public void ATaskOfWeights_IsClassify()
    {
        ModuleSession.Result result = session.Run("try { Import-CamModel -Task Detect } catch { $_.Exception.Message }");
        Assert.Contains("weights of a classifier", Assert.Single(result.Output).ToString(), StringComparison.Ordinal);
        Assert.Equal("Classify", session.Run("(Import-CamModel -Task Classify).Task.ToString()").Output.Single().ToString());
    }

    [Fact]
    public void Tasks_AreCompleted() => Assert.Equal(["Classify", "Detect", "Segment"], session.Run(
        "(TabExpansion2 'Import-CamModel -Task ' 22).CompletionMatches.CompletionText").Output.Select(text => text.ToString()));
}
