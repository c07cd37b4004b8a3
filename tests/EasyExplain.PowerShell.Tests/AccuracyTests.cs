using System.Globalization;
using System.IO.Compression;
using System.Text.RegularExpressions;
using Xunit.Abstractions;

namespace EasyExplain.PowerShell.Tests;

public class AccuracyTests(ITestOutputHelper output, ModuleSession session) : IClassFixture<ModuleSession>
{
    private const string Images = "datasets/cifar10/test.zip";
    private const double Logged = 86.70; // the last epoch of the training log of the bundled weights

    /// <summary>All 10,000 test images of CIFAR-10 through the module, by the example that a user has for it.</summary>
    [SharedFact(Images)]
    public void TheBundledModel_IsAsAccurateAsItsTrainingLogSays()
    {
        ZipFile.ExtractToDirectory(Repository.Shared(Images), session.Folder);
        string said = (string)session.Run("& $args[0] -Path ./test", Path.Combine(Repository.Root, "examples", "accuracy.ps1")).OrThrow()
            .Single().BaseObject;
        output.WriteLine(said);
        Match match = Regex.Match(said, @"([\d.]+) % of 10,000 images");
        Assert.True(match.Success, said);
        Assert.InRange(double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture), Logged - 0.3, Logged + 0.3);
    }
}
