using System.Management.Automation;

namespace EasyExplain.PowerShell.Tests;

/// <summary>Formats that ImageSharp reads, from the command's point of view.</summary>
public class ImageFormatTests(ModuleSession session) : IClassFixture<ModuleSession>
{
    [Fact]
    public void TiffTgaAndPnm_AreExplained_AndBadOnesAreOneErrorEach()
    {
        string cut = Path.Combine(session.Folder, "cut.tif");
        File.WriteAllBytes(cut, File.ReadAllBytes(Data("rgb_lzw.tif"))[..1000]);
        ModuleSession.Result result = session
            .Run("$args | Invoke-CamExplanation -Model (Import-CamModel) | ForEach-Object { \"$($_.Label) $($_.Probability)\" }",
            Data("rgb.png"), Data("rgb.tif"), Data("rgb.tga"), Data("rgb.ppm"), Data("refused_bigtiff.tif"), cut);
        Assert.Null(result.Terminated);
        Assert.Equal(4, result.Output.Count);
        Assert.Single(result.Output.Select(line => line.ToString()).Distinct());
        Assert.Equal(["ImageUnsupported", "ImageTruncated"], result.Errors.Select(error => error.FullyQualifiedErrorId.Split(',')[0]));
        Assert.All(result.Errors, error => Assert.Equal(ErrorCategory.InvalidData, error.CategoryInfo.Category));
        Assert.Empty(result.Warnings);
    }

    [Theory]
    [InlineData("Invoke-CamExplanation")]
    [InlineData("Get-CamConcept")]
    public void FloatingPoint_IsScaledByItsOwnRange_AndAWarningSaysSoOnce(string command)
    {
        ModuleSession.Result result = session
            .Run($"$args | {command} -Model (Import-CamModel) -Verbose", Data("float.tif"), Data("float_rgb.tif"));
        Assert.Empty(result.Errors);
        string warning = Assert.Single(result.Warnings);
        Assert.Matches(@"float\.tif: its samples are floating point; -[0-9.]+ became black and [0-9.]+ white", warning);
        Assert.Single(result.Verbose, line => line.Contains("float_rgb.tif: its samples are floating point"));
    }

    private static string Data(string name) => Repository.Data("formats", name);
}
