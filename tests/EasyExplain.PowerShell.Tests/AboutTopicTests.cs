using System.Text.RegularExpressions;

namespace EasyExplain.PowerShell.Tests;

/// <summary>about_EasyExplain, as it lies beside the manifest after a build.</summary>
public class AboutTopicTests(ModuleSession session) : IClassFixture<ModuleSession>
{
    private static readonly string[] Lines = File.ReadAllLines(Path.Combine(Repository.Root, "en-US", "about_EasyExplain.help.txt"));

    /// <summary>Code is what is indented by eight: each block runs as it stands, in a folder with a photo called cat.jpg.</summary>
    public static TheoryData<string> Examples =>
        [.. Regex.Matches(string.Join('\n', Lines), @"(?<=\n\n)( {8}\S.*(\n {8}.*)*)").Select(match => match.Value)];

    [Theory]
    [MemberData(nameof(Examples))]
    public void Example_WritesPictures(string code)
    {
        File.Copy(Repository.Photo("cat.jpg"), Path.Combine(session.Folder, "cat.jpg"), overwrite: true);
        string pictures = Path.Combine(session.Folder, "out");
        if (Directory.Exists(pictures))
        {
            Directory.Delete(pictures, recursive: true);
        }

        session.Run(code).OrThrow();

        Assert.NotEmpty(Directory.GetFiles(pictures, "*.png"));
    }

    [Fact]
    public void Topic_NamesWhatExists_AndFitsAPageWidth()
    {
        Assert.True(Examples.Count >= 4);
        Assert.DoesNotContain(Lines, line => line.Length > 79);
        string methods = string.Join('\n', Lines.SkipWhile(line => line != "WHICH METHOD").TakeWhile(line => line != "WHICH LAYER"));
        string[] named = [.. Regex.Matches(methods, @"\b(\w+(CAM|PlusPlus)|FullGrad)\b").Select(match => match.Value).Distinct()];
        string known = (string)session.Run(
            "(Import-CamModel | Invoke-CamExplanation $args[0] -Layer layer2, layer3 -Method $args[1] -BatchSize 64).Method -join ' '",
            Repository.Photo("cat.jpg"), named).OrThrow().Single().BaseObject;
        Assert.Equal(named.Order(), known.Split(' ').Order());
    }
}
