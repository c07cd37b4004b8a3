namespace EasyExplain.PowerShell.Tests;

/// <summary>
/// The training program as the model card says to run it, on pictures that are easy to tell apart, and what the module makes of its file.
/// </summary>
public class TrainingToolTests(ModuleSession session) : IClassFixture<ModuleSession>
{
    private static readonly string Tool = BuiltAssembly.Of("tools/EasyExplain.Training", "EasyExplain.Training.dll");

    [Fact]
    public void ItLearns_AndTheModuleTakesItsFileAsItIs()
    {
        session.Run("""
            $random = [System.Random]::new(1)
            foreach ($class in @{ dark = 40; light = 200 }.GetEnumerator()) {
                $null = [System.IO.Directory]::CreateDirectory("$($pwd.ProviderPath)/images/$($class.Key)")
                foreach ($number in 1..32) {
                    $rgb = [byte[]]::new(32 * 32 * 3)
                    for ($i = 0; $i -lt $rgb.Length; $i++) { $rgb[$i] = $class.Value + $random.Next(-30, 31) }
                    [EasyExplain.Imaging.ImageEncoder]::Save([EasyExplain.Imaging.Photo]::new(32, 32, $rgb), "$($pwd.ProviderPath)/images/$($class.Key)/$number.png", 'Png')
                }
            }
            """).OrThrow();

        ChildProcess run = ChildProcess.Run("dotnet",
            [Tool, "--train", "images", "--test", "images", "--output", "mine.safetensors", "--epochs", "6", "--batch", "16", "--lr",
                "0.05", "--threads", "1"], session.Folder);

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Contains("training on 64 images of 2 classes", run.Output, StringComparison.Ordinal);
        Assert.Contains("test accuracy as written: 100.00", run.Output, StringComparison.Ordinal);
        Assert.Equal(["dark", "light"], session.Run("Import-CamModel mine.safetensors").Get<string[]>("Labels"));
        Assert.Equal("light", session.Run("Invoke-CamExplanation images/light/7.png -Model (Import-CamModel mine.safetensors)")
            .Get<string>("Label"));
        Assert.Equal("dark", session.Run("Invoke-CamExplanation images/dark/7.png -Model (Import-CamModel mine.safetensors)")
            .Get<string>("Label"));
    }

    [Fact]
    public void ADetector_IsExportedAsUltralyticsDoes()
    {
        session.Run("""
            foreach ($class in 'left', 'right') {
                $null = [System.IO.Directory]::CreateDirectory("$($pwd.ProviderPath)/things/$class")
                $photo = [EasyExplain.Imaging.Photo]::new(32, 32, [byte[]]::new(32 * 32 * 3))
                [EasyExplain.Imaging.ImageEncoder]::Save($photo, "$($pwd.ProviderPath)/things/$class/1.png", 'Png')
            }
            """).OrThrow();

        ChildProcess run = ChildProcess.Run("dotnet",
            [Tool, "detector", "--train", "things", "--test", "things", "--output", "found.safetensors", "--onnx", "found.onnx", "--steps",
                "2", "--batch", "2", "--threads", "1", "--canvases", "drawn", "--canvas-count", "3"], session.Folder);

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Contains("step 2 of 2", run.Output, StringComparison.Ordinal);
        Assert.Equal(["left", "right"], session.Run("Import-CamModel found.onnx").Get<string[]>("Labels"));
        Assert.Equal("Detect", session.Run("Import-CamModel found.onnx").Get<object>("Task").ToString());
        Assert.Equal(3, Directory.GetFiles(Path.Combine(session.Folder, "drawn", "images")).Length);
    }

    [Theory]
    [InlineData("detector --test images", "--output")]
    [InlineData("--epoch 3", "--epoch")]
    [InlineData("--test nowhere --output x --epochs 0 --init y", "nowhere")]
    [InlineData("--test images", "--output")]
    public void AWrongCall_SaysWhatIsWrong(string arguments, string named)
    {
        ChildProcess run = ChildProcess.Run("dotnet", [Tool, .. arguments.Split(' ')], session.Folder);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains(named, run.Error, StringComparison.Ordinal);
    }
}
