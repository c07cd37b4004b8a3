using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace EasyExplain.PowerShell.Tests;

/// <summary>examples/scheduled-audit.ps1 as a cluster's scheduler starts it: shards, lists, and exit codes that say what to do next.</summary>
public sealed class ScheduledShardTests : IDisposable
{
    private static readonly string Host = BuiltAssembly.Of("src/EasyExplain.Host", "EasyExplain.Host.dll");
    private static readonly string Script = Path.Combine(Repository.Root, "examples", "scheduled-audit.ps1");
    private readonly ModuleSession _session = new();

    public ScheduledShardTests()
    {
        Directory.CreateDirectory(At("photos", "n [1]"));
        for (int i = 0; i < 6; i++)
        {
            File.Copy(Repository.Photo("cat.jpg"), At("photos", "n [1]", $"{i}.jpg"));
        }
    }

    public void Dispose() => _session.Dispose();

    [Fact]
    public void Shards_ShareTheImages_AndMeetNowhere()
    {
        for (int number = 1; number <= 3; number++)
        {
            Assert.Equal(new ChildProcess(0, "", ""), Run("-Path", "photos", "-Destination", "out", "-Shard", $"{number}/3"));
        }

        Assert.Equal(["0.jpg", "1.jpg", "2.jpg", "3.jpg", "4.jpg", "5.jpg"], _session.Run(
            "Get-CamAudit out/audit-00?-of-003.db | ForEach-Object { [IO.Path]::GetFileName($_.File) }").OrThrow()
            .Select(name => name.ToString()).Order());
        string[] overlays = Directory.GetFiles(At("out"), "*.png", SearchOption.AllDirectories);
        Assert.Equal(6, overlays.Length);
        Assert.All(overlays, overlay => Assert.Matches(@"out/overlays-00[123]-of-003/n \[1\]/\d_LayerCAM_cat_overlay.png$",
            overlay.Replace('\\', '/')));
        Assert.Equal(6, Enumerable.Range(1, 3).Sum(number => Summary($"summary-00{number}-of-003.json").GetProperty("explained").GetInt32()));
        Assert.Equal("2/3", Summary("summary-002-of-003.json").GetProperty("shard").GetString());
        Assert.All(["audit.db", "audit.log", "summary.json", ".audit.lock"], name => Assert.False(File.Exists(At("out", name)), name));

        // Again: nothing to do, its own log beside the last one's.
        Assert.Equal(new ChildProcess(0, "", ""), Run("-Path", "photos", "-Destination", "out", "-Shard", "2/3"));
        JsonElement second = Summary("summary-002-of-003.json");
        Assert.Equal((0, second.GetProperty("images").GetInt32()),
            (second.GetProperty("explained").GetInt32(), second.GetProperty("passedOver").GetInt32()));
        Assert.True(File.Exists(At("out", "audit-002-of-003.1.log")));
    }

    /// <summary>A shard without images is done; a folder without images is a mistake.</summary>
    [Fact]
    public void AnEmptyShard_Ends0_AndDrawsNothingWhereNothingIsWanted()
    {
        string[] ends = [.. Enumerable.Range(1, 2).Select(number =>
        {
            File.WriteAllText(At("list.txt"), "n [1]/0.jpg\r\n");
            ChildProcess run = Run("-Path", "photos", "-Destination", "out", "-Shard", $"{number}/2", "-PathList", "list.txt", "-NoOverlay");
            Assert.Equal("", run.Error);
            return $"{run.ExitCode} {Summary($"summary-00{number}-of-002.json").GetProperty("explained")}";
        })];
        Assert.Equal(["0 0", "0 1"], ends.Order());
        Assert.Empty(Directory.GetDirectories(At("out")));
    }

    [Fact]
    public void AList_IsTakenInPlaceOfTheFolder_AndWhatIsNotThere_Ends1()
    {
        File.WriteAllText(At("list.txt"), $"n [1]/1.jpg\nn [1]/gone.jpg\n{At("photos", "n [1]", "2.jpg")}\n");
        ChildProcess run = Run("-Path", "photos", "-Destination", "out", "-PathList", "list.txt");
        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith(At("photos", "n [1]", "gone.jpg") + ": ", run.Error, StringComparison.Ordinal);
        Assert.Equal((1, 2, 1), Counts("summary.json"));
    }

    [Theory]
    [InlineData("'17' is no shard", "-Shard", "17")]
    [InlineData("Neither SLURM_ARRAY_TASK_ID nor JOB_COMPLETION_INDEX is set", "-Shard", "Auto")]
    [InlineData("nowhere.txt", "-PathList", "nowhere.txt")]
    public void AWrongSetUp_Ends2(string said, params string[] arguments)
    {
        ChildProcess run = Run(["-Path", "photos", "-Destination", "out", .. arguments]);
        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.Contains(said, run.Error);
    }

    [UnixFact]
    public void TheScheduler_SaysTheShard()
    {
        ChildProcess run = ChildProcess.Run("env", ["SLURM_ARRAY_TASK_ID=1", "SLURM_ARRAY_TASK_MIN=0", "SLURM_ARRAY_TASK_MAX=1",
            "SLURM_ARRAY_TASK_COUNT=2", "dotnet", Host, Script, "-Path", "photos", "-Destination", "out", "-Shard", "Auto"], _session.Folder);
        Assert.Equal(new ChildProcess(0, "", ""), run);
        Assert.Equal("2/2", Summary("summary-002-of-002.json").GetProperty("shard").GetString());
    }

    /// <summary>The share goes away while the job is at work: its images are not those that cannot be read.</summary>
    [UnixFact]
    public void AShareThatIsGone_Ends75_AtOnce()
    {
        ChildProcess.Run("mkfifo", [At("labels")], _session.Folder);
        File.WriteAllLines(At("list.txt"), Enumerable.Range(0, 6).Select(i => $"n [1]/{i}.jpg"));
        using Process job = ChildProcess.Start("dotnet",
            [Host, Script, "-Path", "photos", "-Destination", "out", "-PathList", "list.txt", "-LabelPath", "labels"], _session.Folder);
        // The job reads its labels: it has seen the folder, and no image yet.
        using (var labels = new FileStream(At("labels"), FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            Directory.Move(At("photos"), At("elsewhere"));
            Directory.CreateDirectory(At("photos")); // where the share was mounted
            labels.Write("a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n"u8);
        }
        ChildProcess end = ChildProcess.End(job);
        Assert.Equal(75, end.ExitCode);
        Assert.Contains("is the share still there?", end.Error);
        Assert.Equal((75, 0, 1), Counts("summary.json"));

        Directory.Delete(At("photos"));
        Directory.Move(At("elsewhere"), At("photos"));
        Assert.Equal(0, Run("-Path", "photos", "-Destination", "out", "-PathList", "list.txt").ExitCode);
    }

    /// <summary>SIGTERM when the first image has its line in the log; the next run goes on.</summary>
    [UnixFact]
    public void AJobThatIsInterrupted_Ends75_AndTheNextGoesOn()
    {
        for (int i = 6; i < 60; i++)
        {
            File.Copy(Repository.Photo("cat.jpg"), At("photos", $"{i}.jpg"));
        }
        string log = At("out", "audit-001-of-001.log");
        using Process job = ChildProcess.Start("dotnet", [Host, Script, "-Path", "photos", "-Destination", "out", "-Shard", "1/1"],
            _session.Folder);
        while (!job.HasExited && !(File.Exists(log) && new FileInfo(log).Length > 0))
        {
            Thread.Yield();
        }
        Assert.Equal(0, Kill(job.Id, 15));
        ChildProcess end = ChildProcess.End(job);

        Assert.Equal(75, end.ExitCode);
        Assert.Contains("was asked to end (SIGTERM)", end.Error);
        JsonElement first = Summary("summary-001-of-001.json");
        int done = first.GetProperty("explained").GetInt32();
        Assert.InRange(done, 1, 59);
        Assert.Equal(done, Directory.GetFiles(At("out"), "*.png", SearchOption.AllDirectories).Length);

        Assert.Equal(new ChildProcess(0, "", ""), Run("-Path", "photos", "-Destination", "out", "-Shard", "1/1"));
        JsonElement second = Summary("summary-001-of-001.json");
        Assert.Equal((60 - done, done), (second.GetProperty("explained").GetInt32(), second.GetProperty("passedOver").GetInt32()));
    }

    /// <summary>A disk of 64 KiB: no image is to blame.</summary>
    [SmallDiskFact]
    public void AFullDisk_Ends75()
    {
        Directory.CreateDirectory(At("out"));
        Assert.Equal(0, ChildProcess.Run("mount", ["-t", "tmpfs", "-o", "size=300k", "tmpfs", At("out")], _session.Folder).ExitCode);
        try
        {
            ChildProcess run = Run("-Path", "photos", "-Destination", "out");
            Assert.Equal(75, run.ExitCode);
            Assert.Contains("full", run.Error);
        }
        finally
        {
            ChildProcess.Run("umount", [At("out")], _session.Folder);
        }
    }

    private ChildProcess Run(params string[] arguments) => ChildProcess.Run("dotnet", [Host, Script, .. arguments], _session.Folder);

    private JsonElement Summary(string name) => JsonDocument.Parse(File.ReadAllBytes(At("out", name))).RootElement;

    private (int ExitCode, int Explained, int Failed) Counts(string name)
    {
        JsonElement summary = Summary(name);
        int Of(string property) => summary.GetProperty(property).GetInt32();
        return (Of("exitCode"), Of("explained"), Of("failed"));
    }

    private string At(params string[] parts) => Path.GetFullPath(Path.Combine([_session.Folder, .. parts]));

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int process, int signal);
}

/// <summary>A test that mounts a small disk.</summary>
internal sealed class SmallDiskFactAttribute : FactAttribute
{
    public SmallDiskFactAttribute()
    {
        DirectoryInfo disk = Directory.CreateTempSubdirectory();
        bool mounts = OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess
            && ChildProcess.Run("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", disk.FullName], "/").ExitCode == 0;
        if (mounts)
        {
            ChildProcess.Run("umount", [disk.FullName], "/");
        }
        disk.Delete();
        Skip = mounts ? null : "needs the right to mount a small tmpfs";
    }
}
