using System.Management.Automation;

namespace EasyExplain.PowerShell.Tests;

/// <summary>
/// The awkward files of tests/data/images in one pipeline: what is an image is explained, what is none is one error each.
/// </summary>
public class BadImageTests(ModuleSession session) : IClassFixture<ModuleSession>
{
    [Fact]
    public void EachFile_IsExplained_OrOneErrorOfItsKind()
    {
        ModuleSession.Result result = session.Run("""
            $m = Import-CamModel
            [System.IO.DirectoryInfo]::new($args[0]).GetFiles() | Invoke-CamExplanation -Model $m
            """, Repository.Data("images"));
        Assert.Null(result.Terminated);
        Assert.Equal(
            new Dictionary<string, string>
            {
                ["README.md"] = "ImageNotAnImage",
                ["bomb_30000x30000.png"] = "ImageTooLarge",
                ["empty.jpg"] = "ImageEmpty",
                ["text.png"] = "ImageNotAnImage",
                ["truncated_half.jpg"] = "ImageTruncated",
                ["truncated_header.jpg"] = "ImageTruncated",
            },
            result.Errors.ToDictionary(error => Path.GetFileName((string)error.TargetObject), error =>
                error.FullyQualifiedErrorId.Split(',')[0]));
        Assert.All(result.Errors, error => Assert.Equal(ErrorCategory.InvalidData, error.CategoryInfo.Category));
        Assert.All(result.Errors, error =>
            Assert.Contains(Path.GetFileName((string)error.TargetObject), error.ToString(), StringComparison.Ordinal));
        Assert.Equal(
            Directory.GetFiles(Repository.Data("images")).Length - result.Errors.Count,
            result.Output.Select(explanation => explanation.Properties["Path"].Value).Distinct().Count());
    }
}
