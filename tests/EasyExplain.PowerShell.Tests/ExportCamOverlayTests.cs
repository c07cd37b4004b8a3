using System.Management.Automation;

namespace EasyExplain.PowerShell.Tests;

public class ExportCamOverlayTests(ModuleSession session) : IClassFixture<ModuleSession>
{
    private const string Explain = "Import-CamModel | Get-CamLayer layer? | Invoke-CamExplanation -LiteralPath $args[0] | ";
    private static readonly string Cat = Repository.Photo("cat.jpg");

    [Fact]
    public void EachStyle_IsAFile_NamedAfterWhatItShows()
    {
        ModuleSession.Result result = session.Run(Explain + "Export-CamOverlay out1 -Style Overlay, Heatmap, Mask, Panel -PassThru", Cat);
        Assert.Equal(
            ["cat_LayerCAM_cat_overlay.png", "cat_LayerCAM_cat_heatmap.png", "cat_LayerCAM_cat_mask.png", "cat_LayerCAM_cat_panel.png"],
            result.OrThrow().Select(file => file.Properties["Name"].Value));
        Assert.All(Directory.GetFiles(Path.Combine(session.Folder, "out1")), file =>
            Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], File.ReadAllBytes(file)[..4]));
        Assert.Equal(4, Directory.GetFiles(Path.Combine(session.Folder, "out1")).Length);
    }

    [Theory]
    [InlineData("Jpeg", ".jpg", 0xFF)]
    [InlineData("Webp", ".webp", 'R')]
    public void TheFormat_IsTheOneAskedFor(string format, string extension, int firstByte)
    {
        string path = (string)session.Run(Explain + $"Export-CamOverlay out2 -Format {format} -PassThru", Cat).OrThrow()
            .Single().Properties["FullName"].Value;
        Assert.EndsWith(extension, path, StringComparison.Ordinal);
        Assert.Equal(firstByte, File.ReadAllBytes(path)[0]);
    }

    [Fact]
    public void WithoutPassThru_NothingComesOut() => Assert.Empty(session.Run(Explain + "Export-CamOverlay out3", Cat).OrThrow());

    [Fact]
    public void WhatIf_WritesNothing()
    {
        session.Run(Explain + "Export-CamOverlay out4 -WhatIf", Cat).OrThrow();
        Assert.False(Directory.Exists(Path.Combine(session.Folder, "out4")));
    }

    [Fact]
    public void NoClobber_LeavesAFileAsItIs()
    {
        session.Run(Explain + "Export-CamOverlay out5", Cat).OrThrow();
        string path = Assert.Single(Directory.GetFiles(Path.Combine(session.Folder, "out5")));
        File.WriteAllText(path, "mine");
        ErrorRecord error = Assert.Single(session.Run(Explain + "Export-CamOverlay out5 -NoClobber", Cat).Errors);
        Assert.StartsWith("OverlayExists,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal(ErrorCategory.ResourceExists, error.CategoryInfo.Category);
        Assert.Equal(path, error.TargetObject);
        Assert.Equal("mine", File.ReadAllText(path));
        session.Run(Explain + "Export-CamOverlay out5", Cat).OrThrow();
        Assert.NotEqual("mine", File.ReadAllText(path));
    }

    [Fact]
    public void TwoPhotosOfOneName_GiveTwoFiles_InOneFolderToo()
    {
        foreach (string folder in new[] { "a", "b" })
        {
            Directory.CreateDirectory(Path.Combine(session.Folder, folder));
            File.Copy(Cat, Path.Combine(session.Folder, folder, "1.jpg"), overwrite: true);
        }
        session.Run("'a/1.jpg', 'b/1.jpg' | Invoke-CamExplanation -Model (Import-CamModel) | Export-CamOverlay out6 -FileName " +
            "'{Name}_{Method}_{Label}_{Style}'").OrThrow();
        Assert.Equal(["1_LayerCAM_cat_overlay (2).png", "1_LayerCAM_cat_overlay.png"],
            Directory.GetFiles(Path.Combine(session.Folder, "out6")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void TwoClassesOfOnePhoto_GiveTwoFiles()
    {
        session.Run("Invoke-CamExplanation -LiteralPath $args[0] -Model (Import-CamModel) -Class Predicted, dog -Method LayerCAM, " +
            "GradCAM | Export-CamOverlay out8", Cat).OrThrow();
        Assert.Equal(
            ["cat_GradCAM_cat_overlay.png", "cat_GradCAM_dog_overlay.png", "cat_LayerCAM_cat_overlay.png", "cat_LayerCAM_dog_overlay.png"],
            Directory.GetFiles(Path.Combine(session.Folder, "out8")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void APhotoThatIsGone_IsOneError_AndTheRestGoesOn()
    {
        string gone = Path.Combine(session.Folder, "gone.jpg");
        File.Copy(Cat, gone, overwrite: true);
        ModuleSession.Result result = session.Run("""
            $e = $args[0], $args[1] | Invoke-CamExplanation -Model (Import-CamModel)
            [System.IO.File]::Delete($args[0])
            [System.GC]::Collect()
            $e | Export-CamOverlay out7
            """, gone, Cat);
        Assert.True(File.Exists(Path.Combine(session.Folder, "out7", "cat_LayerCAM_cat_overlay.png")));
        Assert.All(result.Errors, error => Assert.Equal(gone, error.TargetObject)); // none if the photo was still in memory
    }

    [Fact]
    public void AFolderThatCannotBeMade_IsAnError_ThatNamesTheFile()
    {
        File.WriteAllText(Path.Combine(session.Folder, "file"), "");
        ErrorRecord error = Assert.Single(session.Run(Explain + "Export-CamOverlay file", Cat).Errors);
        Assert.StartsWith("OverlayWriteFailed,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
    }
}
