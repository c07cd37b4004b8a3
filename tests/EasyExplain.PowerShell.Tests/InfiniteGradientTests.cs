using System.Management.Automation;

namespace EasyExplain.PowerShell.Tests;

/// <summary>A picture whose gradients are infinite is one error with a name, and the next goes on.</summary>
public class InfiniteGradientTests(ModuleSession session) : IClassFixture<ModuleSession>
{
    [Fact]
    public void APictureWithInfiniteGradients_IsOneErrorOfItsOwn()
    {
        string cat = Repository.Photo("cat.jpg");
        ModuleSession.Result result = session.Run("""
            $m = Import-CamModel $args[0]
            Invoke-CamExplanation $args[1] -Model $m -Layer r -Method LayerCAM
            Invoke-CamExplanation $args[1] -Model $m -Layer r -Method EigenCAM
            """, Repository.Data("onnx", "cases", "infinite_gradients.onnx"), cat);
        Assert.Null(result.Terminated);
        Assert.Single(result.Output);
        ErrorRecord error = Assert.Single(result.Errors);
        Assert.StartsWith("GradientsNotFinite,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal(ErrorCategory.InvalidResult, error.CategoryInfo.Category);
        Assert.Equal(cat, error.TargetObject);
        Assert.Contains($"'{cat}' was not explained", error.ToString(), StringComparison.Ordinal);
        Assert.Contains("EigenCAM", error.ToString(), StringComparison.Ordinal);
    }
}
