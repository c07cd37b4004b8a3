using System.Management.Automation;

namespace EasyExplain.PowerShell.Tests;

/// <summary>Paths as users give them: names with brackets, escaped or not, and what is no file at all.</summary>
public sealed class NotFilesTests : IDisposable
{
    private readonly ModuleSession _session = new();

    public void Dispose() => _session.Dispose();

    [Theory]
    [InlineData("more [2]/a [1].jpg")]
    [InlineData("more `[2`]/a `[1`].jpg")]
    [InlineData("more `[2`]/a*.jpg")]
    [InlineData("m*/a `[1`].jpg")]
    public void BracketsInAName_AreFound_EscapedOrNot(string path)
    {
        Directory.CreateDirectory(Path.Combine(_session.Folder, "more [2]"));
        string photo = Path.Combine(_session.Folder, "more [2]", "a [1].jpg");
        File.Copy(Repository.Photo("cat.jpg"), photo);

        Assert.Equal(photo, _session.Run("Invoke-CamExplanation -Path $args[0] -Model (Import-CamModel)", path).Get<string>("Path"));
        Assert.Equal(photo, _session.Run("Get-CamConcept -Path $args[0] -Model (Import-CamModel)", path).Get<string>("Path"));
    }

    [Fact]
    public void ANameThatIsNotThere_IsNamedAsItWasGiven()
    {
        ErrorRecord error = Assert.Single(_session.Run("Invoke-CamExplanation -Path 'b `[1`].jpg' -Model (Import-CamModel)").Errors);
        Assert.Equal("ImageNotFound", error.FullyQualifiedErrorId.Split(',')[0]);
    }

    /// <summary>A named pipe would be waited at for ever, a device has no end.</summary>
    [UnixFact]
    public void APipeOrADevice_IsAnErrorAtOnce_AndTheRestGoesOn()
    {
        string pipe = Path.Combine(_session.Folder, "z.jpg"), device = Path.Combine(_session.Folder, "zero.jpg");
        ChildProcess.Run("mkfifo", [pipe], _session.Folder);
        File.CreateSymbolicLink(device, "/dev/zero");
        File.Copy(Repository.Photo("cat.jpg"), Path.Combine(_session.Folder, "cat.jpg"));

        foreach (string command in new[] { "Invoke-CamExplanation", "Get-CamConcept" })
        {
            ModuleSession.Result result = _session.Run($"{command} z.jpg, cat.jpg, zero.jpg -Model (Import-CamModel)");
            Assert.Single(result.Output);
            Assert.Equal(
                [$"'{pipe}' is a named pipe, not a file.", $"'{device}' is a device, not a file."],
                result.Errors.Select(error => error.ToString()));
            Assert.Equal(["ImageNotAFile", "ImageNotAFile"], result.Errors.Select(error => error.FullyQualifiedErrorId.Split(',')[0]));
            Assert.Equal(pipe, result.Errors[0].TargetObject);
        }
        string? refused = _session.Run("Import-CamModel z.jpg").Terminated?.ToString();
        Assert.Contains("z.jpg' is a named pipe, not a file.", refused, StringComparison.Ordinal);
        // Among the pictures of an earlier run it is none.
        Assert.Single(_session.Run("Invoke-CamExplanation cat.jpg -Model (Import-CamModel) -SkipExisting .").OrThrow());
    }

    [Theory]
    [InlineData("cat.jfif")]
    [InlineData("cat.jpe")]
    public void OtherExtensionsOfJpeg_AreJpeg(string name)
    {
        File.Copy(Repository.Photo("cat.jpg"), Path.Combine(_session.Folder, name));
        Assert.Equal("cat", _session.Run("Invoke-CamExplanation $args[0] -Model (Import-CamModel)", name).Get<string>("Label"));
    }
}
