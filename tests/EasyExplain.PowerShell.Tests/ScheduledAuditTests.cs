using System.Diagnostics;
using System.Text.Json;

namespace EasyExplain.PowerShell.Tests;

/// <summary>examples/scheduled-audit.ps1 as cron starts it: a process of the host, nobody at its streams.</summary>
public sealed class ScheduledAuditTests : IDisposable
{
    private static readonly string Host = BuiltAssembly.Of("src/EasyExplain.Host", "EasyExplain.Host.dll");
    private static readonly string Script = Path.Combine(Repository.Root, "examples", "scheduled-audit.ps1");
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("audit [1] ");

    public ScheduledAuditTests()
    {
        Directory.CreateDirectory(At("photos", "more [2]"));
        File.Copy(Repository.Photo("cat.jpg"), At("photos", "cat.jpg"));
        File.Copy(Repository.Photo("rocket.jpg"), At("photos", "more [2]", "a [1].jpg"));
        File.WriteAllText(At("photos", "notes.txt"), "no image");
    }

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void GoodFolder_Ends0_Silently_WithOneLineAndOneOverlayForEachImage()
    {
        ChildProcess run = Run("-Path", "photos", "-Destination", "photos/out");

        Assert.Equal(new ChildProcess(0, "", ""), run);
        Assert.Equal(2, Lines("photos/out").Length);
        string[] fields = Lines("photos/out").Single(line => line.Contains("cat.jpg", StringComparison.Ordinal)).Split('\t');
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$", fields[0]);
        Assert.Equal(["INFO", At("photos", "cat.jpg"), "cat"], fields[1..4]);
        Assert.Matches(@"^0\.75\d\d$", fields[4]); // the quick start's 75.5 %
        JsonElement summary = Summary("photos/out");
        Assert.Equal((0, 2, 2, 0), Counts(summary));
        Assert.Equal("resnet20-cifar10", summary.GetProperty("model").GetString());
        Assert.True(summary.GetProperty("ended").GetDateTimeOffset() >= summary.GetProperty("started").GetDateTimeOffset());
        Assert.Equal(2, Directory.GetFiles(At("photos", "out"), "*.png", SearchOption.AllDirectories).Length);

        // The second run goes on, with nothing to do; its own overlays are no photos. Each run has its log.
        Assert.Equal(0, Run("-Path", "photos", "-Destination", "photos/out").ExitCode);
        Assert.Equal((0, 2, 0, 0), Counts(Summary("photos/out")));
        Assert.Equal(2, Summary("photos/out").GetProperty("passedOver").GetInt32());
        Assert.True(File.ReadAllBytes(At("photos", "out", "audit.db")).AsSpan(0, 15).SequenceEqual("SQLite format 3"u8));
        Assert.Equal(["DONE", At("photos", "cat.jpg"), "cat", fields[4]],
            Lines("photos/out").Single(line => line.Contains("cat.jpg", StringComparison.Ordinal)).Split('\t')[1..]);
        Assert.Equal(string.Join('\t', fields),
            File.ReadAllLines(At("photos", "out", "audit.1.log")).Single(line => line.Contains("cat.jpg", StringComparison.Ordinal)));

        // The photos are gone: the summary does not go on saying that all is well.
        Directory.Move(At("photos", "out"), At("out"));
        Assert.Equal(2, Run("-Path", "nowhere", "-Destination", "out").ExitCode);
        Assert.Equal((2, 0, 0, 0), Counts(Summary("out")));
        Assert.Contains("'" + At("nowhere") + "' is not a folder", Summary("out").GetProperty("error").GetString());
    }

    [Fact]
    public void AnArchive_StandsForItsImages()
    {
        File.Copy(Repository.Data("archives", "webdataset.tar"), At("photos", "more [2]", "x.tar"));

        Assert.Equal(new ChildProcess(0, "", ""), Run("-Path", "photos", "-Destination", "out"));
        Assert.Equal((0, 5, 5, 0), Counts(Summary("out")));
        string member = Path.Combine(At("photos", "more [2]", "x.tar"), "000001.jpg");
        Assert.Single(Lines("out"), line => line.Contains(member, StringComparison.Ordinal));
        Assert.Equal(3, Directory.GetFiles(At("out", "more [2]", "x-tar"), "*.png").Length);

        Assert.Equal(0, Run("-Path", "photos", "-Destination", "out").ExitCode);
        Assert.Equal((0, 5, 0, 0), Counts(Summary("out")));
    }

    /// <summary>Links in a circle, a pipe, further names of JPEG, and overlays of which one is lost.</summary>
    [UnixFact]
    public void AnAwkwardFolder_IsExplainedOnce_AndGoesOn()
    {
        File.CreateSymbolicLink(At("photos", "more [2]", "up"), "..");
        File.CreateSymbolicLink(At("photos", "a link"), "more [2]");
        File.CreateSymbolicLink(At("photos", "itself"), "itself");
        ChildProcess.Run("mkfifo", [At("photos", "z.jpg")], _folder.FullName);
        File.Copy(Repository.Photo("cat.jpg"), At("photos", "cat.jfif"));
        File.Copy(Repository.Photo("cat.jpg"), At("photos", "cat.JPE"));

        ChildProcess run = Run("-Path", "photos", "-Destination", "out", "-Layer", "layer2, layer3");

        Assert.Equal((1, $"{At("photos", "z.jpg")}: '{At("photos", "z.jpg")}' is a named pipe, not a file.\n"), (run.ExitCode, run.Error));
        Assert.Equal((1, 5, 4, 1), Counts(Summary("out")));
        Assert.Equal("ImageNotAFile", Summary("out").GetProperty("failures")[0].GetProperty("errorId").GetString());
        string overlay = At("out", "more [2]", "a [1]_LayerCAM_ship_overlay.png"); // where the folder itself is, not the link
        Assert.True(File.Exists(overlay));

        File.Delete(overlay);
        File.Delete(At("photos", "z.jpg"));
        Assert.Equal(new ChildProcess(0, "", ""), Run("-Path", "photos", "-Destination", "out", "-Layer", "layer2,layer3"));
        Assert.Equal((0, 4, 0, 0), Counts(Summary("out"))); // drawn from the audit, without the model
        Assert.True(File.Exists(overlay));
    }

    [UnreadableFolderFact]
    public void AFolderThatMayNotBeRead_IsOneFailure_AndTheRestIsDone()
    {
        string shut = Directory.CreateDirectory(At("photos", "shut")).FullName;
        File.Copy(Repository.Photo("cat.jpg"), Path.Combine(shut, "cat.jpg"));
        ChildProcess.Run("chmod", ["0", shut], _folder.FullName);
        ChildProcess.Run("chmod", ["777", _folder.FullName], _folder.FullName);
        try
        {
            ChildProcess run = UnreadableFolderFactAttribute.Run([Host, Script, "-Path", "photos", "-Destination", "out"],
                _folder.FullName);

            Assert.Equal(1, run.ExitCode);
            Assert.Equal((1, 3, 2, 1), Counts(Summary("out")));
            JsonElement failure = Summary("out").GetProperty("failures").EnumerateArray().Single();
            Assert.Equal((shut, "FolderUnreadable"), (failure.GetProperty("path").GetString(), failure.GetProperty("errorId").GetString()));
        }
        finally
        {
            ChildProcess.Run("chmod", ["700", shut], _folder.FullName);
        }
    }

    [Fact]
    public void AFolderWithoutImages_IsNoSuccess()
    {
        Directory.CreateDirectory(At("none"));
        ChildProcess run = Run("-Path", "none", "-Destination", "out");

        Assert.Equal((2, $"scheduled-audit: There is no image below -Path '{At("none")}'.\n"), (run.ExitCode, run.Error));
        Assert.Equal((2, 0, 0, 0), Counts(Summary("out")));
    }

    [Fact]
    public void BadImage_Ends1_AndTheOthersAreDone()
    {
        File.Copy(Repository.Data("images", "truncated_half.jpg"), At("photos", "half.jpg"));

        ChildProcess run = Run("-Path", "photos", "-Destination", "out");

        Assert.Equal((1, ""), (run.ExitCode, run.Output));
        Assert.StartsWith(At("photos", "half.jpg") + ": ", run.Error, StringComparison.Ordinal);
        Assert.Equal(1, run.Error.Count(letter => letter == '\n'));
        Assert.Equal((1, 3, 2, 1), Counts(Summary("out")));
        JsonElement failure = Summary("out").GetProperty("failures").EnumerateArray().Single();
        Assert.Equal((At("photos", "half.jpg"), "ImageTruncated"),
            (failure.GetProperty("path").GetString(), failure.GetProperty("errorId").GetString()));
        Assert.Equal(["ERROR", At("photos", "half.jpg")],
            Lines("out").Single(line => line.Contains("half.jpg", StringComparison.Ordinal)).Split('\t')[1..3]);
        Assert.Equal(3, Lines("out").Length);
    }

    [Fact]
    public void OverlayThatCannotBeWritten_Ends1_ForItsPhoto()
    {
        Directory.CreateDirectory(At("out", "cat_LayerCAM_cat_overlay.png")); // a folder in the overlay's place

        Assert.Equal(1, Run("-Path", "photos", "-Destination", "out").ExitCode);

        Assert.Equal((1, 2, 1, 1), Counts(Summary("out")));
        Assert.Equal(At("photos", "cat.jpg"), Summary("out").GetProperty("failures")[0].GetProperty("path").GetString());
    }

    [Fact]
    public void MissingModel_Ends2_AndTheSummarySaysWhy()
    {
        ChildProcess run = Run("-Path", "photos", "-Destination", "out", "-ModelPath", "nothing.pth");

        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.Contains("nothing.pth", run.Error);
        Assert.Equal((2, 0, 0, 0), Counts(Summary("out")));
        Assert.Contains("nothing.pth", Summary("out").GetProperty("error").GetString());
    }

    [Theory]
    [InlineData("-Destination", "-Path", "photos")]
    [InlineData("'{0}' is not a folder", "-Path", "nowhere", "-Destination", "out")]
    [InlineData("overlays would be taken for photos", "-Path", "photos", "-Destination", "photos/")]
    [InlineData("cat.jpg' is a file, not a folder", "-Path", "photos", "-Destination", "photos/cat.jpg")]
    public void WrongParameters_End2_WithoutAQuestion(string said, params string[] arguments)
    {
        ChildProcess run = Run(arguments);

        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.Contains(string.Format(null, said, At("nowhere")), run.Error);
        Assert.Single(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    /// <summary>/proc may be written to by nobody.</summary>
    [UnixFact]
    public void ADestinationThatCannotBeWrittenTo_SaysSo()
    {
        string destination = OperatingSystem.IsLinux() ? "/proc/self" : "/System";
        ChildProcess run = Run("-Path", "photos", "-Destination", destination);

        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.StartsWith($"scheduled-audit: -Destination '{destination}' cannot be written to. (", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void SecondRunAtOnce_Ends75_AndTouchesNothing()
    {
        Directory.CreateDirectory(At("out"));
        ChildProcess run;
        using (new FileStream(At("out", ".audit.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None)) // the first run
        {
            run = Run("-Path", "photos", "-Destination", "out");
        }

        Assert.Equal((75, ""), (run.ExitCode, run.Output));
        Assert.Contains("Another audit is at work", run.Error);
        Assert.Equal([At("out", ".audit.lock")], Directory.GetFileSystemEntries(At("out")));
    }

    /// <summary>The labels come through a named pipe: the first run waits for them, its lock taken, until this test sends them.</summary>
    [UnixFact]
    public void TwoRunsAtOnce_TheFirstEnds0_TheSecond75()
    {
        ChildProcess.Run("mkfifo", [At("labels")], _folder.FullName);
        using Process first = ChildProcess.Start("dotnet", [Host, Script, "-Path", "photos", "-Destination", "out", "-LabelPath", "labels"],
            _folder.FullName);
        ChildProcess second;
        // opens when the first run reads
        using (var labels = new FileStream(At("labels"), FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            second = Run("-Path", "photos", "-Destination", "out");
            labels.Write("a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n"u8);
        }

        Assert.Equal(new ChildProcess(0, "", ""), ChildProcess.End(first));
        Assert.Equal(75, second.ExitCode);
        Assert.Equal((0, 2, 2, 0), Counts(Summary("out")));
        Assert.Equal(2, Lines("out").Length);
    }

    private ChildProcess Run(params string[] arguments) => ChildProcess.Run("dotnet", [Host, Script, .. arguments], _folder.FullName);

    private string[] Lines(string destination) => File.ReadAllLines(At(destination, "audit.log"));

    private JsonElement Summary(string destination) => JsonDocument.Parse(File.ReadAllBytes(At(destination, "summary.json"))).RootElement;

    private static (int ExitCode, int Images, int Explained, int Failed) Counts(JsonElement summary)
    {
        int Of(string name) => summary.GetProperty(name).GetInt32();
        return (Of("exitCode"), Of("images"), Of("explained"), Of("failed"));
    }

    private string At(params string[] parts) => Path.GetFullPath(Path.Combine([_folder.FullName, .. parts]));
}

/// <summary>
/// A test of a folder that may not be read; skipped, with the reason, where everything may be read and nobody else can run the job.
/// </summary>
internal sealed class UnreadableFolderFactAttribute : FactAttribute
{
    private static readonly string[] AsNobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
    private static readonly Lazy<string?> WhyNot = new(() =>
    {
        if (OperatingSystem.IsWindows())
        {
            return "a folder's mode is a matter of Unix";
        }
        if (!Environment.IsPrivilegedProcess)
        {
            return null;
        }
        try
        {
            return Run([BuiltAssembly.Of("src/EasyExplain.Host", "EasyExplain.Host.dll"), "-Command", "Import-CamModel | Out-Null"],
                "/").ExitCode == 0
                ? null : "root may read everything, and the user nobody may not read this clone or dotnet";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "root may read everything, and there is no setpriv";
        }
    });

    public UnreadableFolderFactAttribute() => Skip = WhyNot.Value;

    /// <summary>Runs dotnet as a user who may not read everything.</summary>
    internal static ChildProcess Run(string[] arguments, string folder) => Environment.IsPrivilegedProcess
        ? ChildProcess.Run(AsNobody[0], [.. AsNobody[1..], "env", "HOME=/tmp", "dotnet", .. arguments], folder)
        : ChildProcess.Run("dotnet", arguments, folder);
}
