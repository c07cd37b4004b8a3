using System.Management.Automation;
using System.Security.Cryptography;

namespace EasyExplain.PowerShell.Tests;

/// <summary>Import-CamModel -Weights, with a cache and a server of the tests' own.</summary>
public sealed class NamedWeightsTests : IClassFixture<ModuleSession>, IDisposable
{
    private const string HomeVariable = "TORCH_HOME";
    private const string SourceVariable = "EASYEXPLAIN_WEIGHTS_URL";
    private const string ResNet18 = "resnet18-f37072fd.pth";

    private static readonly string Host = BuiltAssembly.Of("src/EasyExplain.Host", "EasyExplain.Host.dll");

    private readonly ModuleSession _session;
    private readonly string _home = Directory.CreateTempSubdirectory("torch [1] ").FullName;
    private readonly string?[] _before =
        [Environment.GetEnvironmentVariable(HomeVariable), Environment.GetEnvironmentVariable(SourceVariable)];

    public NamedWeightsTests(ModuleSession session)
    {
        _session = session;
        Environment.SetEnvironmentVariable(HomeVariable, _home);
        Environment.SetEnvironmentVariable(SourceVariable, "http://127.0.0.1:0"); // nobody is ever there
    }

    private string Cache => Path.Combine(_home, "hub", "checkpoints");

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(HomeVariable, _before[0]);
        Environment.SetEnvironmentVariable(SourceVariable, _before[1]);
        Directory.Delete(_home, recursive: true);
    }

    [Fact]
    public void WhatPythonHasDownloaded_IsUsed()
    {
        MakeWeights(Cache, ResNet18);
        ModuleSession.Result result = _session.Run("Import-CamModel -Architecture resnet18 -Weights Default -Verbose");
        Assert.Equal(Path.Combine(Cache, ResNet18), result.Get<string>("Path"));
        Assert.Equal("tabby", result.Get<string[]>("Labels")[281]);
        Assert.Equal(256, result.Get<int>("ResizeSize"));
        Assert.Contains(result.Verbose, message => message.Contains("ResNet18_Weights.IMAGENET1K_V1", StringComparison.Ordinal));
        Assert.Equal("Stretch", result.Get<string>("ResizeMode"));

        // Its file itself, and under another name with what it is.
        Assert.Contains(_session.Run("Import-CamModel $args[0] -Verbose", Path.Combine(Cache, ResNet18)).Verbose,
            message => message.Contains("as the file's name says", StringComparison.Ordinal));
        File.Move(Path.Combine(Cache, ResNet18), Path.Combine(Cache, "mine.pth"));
        Assert.Contains(_session.Run("Import-CamModel $args[0] -Weights ResNet18_Weights.DEFAULT -Verbose",
            Path.Combine(Cache, "mine.pth")).Verbose,
            message => message.Contains("ResNet18_Weights.IMAGENET1K_V1", StringComparison.Ordinal));
    }

    [Fact]
    public void AFolderInPath_GoesFirst()
    {
        string own = MakeWeights(Path.Combine(_home, "own [2]"), ResNet18);
        Assert.Equal(own, _session.Run("Import-CamModel $args[0] -Weights ResNet18_Weights.DEFAULT", Path.GetDirectoryName(own)!)
            .Get<string>("Path"));
    }

    [Theory]
    [InlineData("-Architecture resnet18 -Weights IMAGENET1K_V7", "UnknownWeights", ErrorCategory.InvalidArgument, "IMAGENET1K_V1")]
    [InlineData("-Weights Default", "UnknownWeights", ErrorCategory.InvalidArgument, "architecture")]
    [InlineData("-Architecture resnet18", "WeightsMissing", ErrorCategory.InvalidArgument, "-Weights Default")]
    [InlineData("-Architecture resnet18 -Weights Default", "WeightsDownloadFailed", ErrorCategory.ConnectionError, ResNet18)]
    [InlineData("-Path nowhere -Architecture resnet18 -Weights Default", "FileNotFound", ErrorCategory.ObjectNotFound, "nowhere")]
    public void WhatIsWrong_StopsAtOnce_AndSaysWhat(string arguments, string id, ErrorCategory category, string named)
    {
        ErrorRecord? error = _session.Run("Import-CamModel " + arguments).Terminated;
        Assert.NotNull(error);
        Assert.Equal(id + ",EasyExplain.PowerShell.Cmdlets.ImportCamModelCommand", error.FullyQualifiedErrorId);
        Assert.Equal(category, error.CategoryInfo.Category);
        Assert.Contains(named, error.ToString(), StringComparison.Ordinal);
    }

    /// <summary>What the server has is not the file, but comes whole: all of a download but its good end.</summary>
    [Fact]
    public void ADownload_ShowsItsProgress_AndIsCheckedAgainstTheHash()
    {
        using LoopbackServer server = LoopbackServer.Of(new byte[3_500_000]);
        Environment.SetEnvironmentVariable(SourceVariable, server.Address.ToString());
        using var shell = System.Management.Automation.PowerShell.Create(_session.Runspace);
        shell.AddScript("Import-CamModel -Architecture resnet18 -Weights Default");
        Assert.Empty(shell.Invoke());
        ErrorRecord error = Assert.Single(shell.Streams.Error);
        Assert.StartsWith("WeightsHashMismatch", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal(ErrorCategory.InvalidData, error.CategoryInfo.Category);
        Assert.Equal([$"/models/{ResNet18}"], server.Requests);
        Assert.Empty(Directory.GetFileSystemEntries(Cache));

        ProgressRecord[] shown = [.. shell.Streams.Progress.Where(record => record.Activity.Contains(ResNet18, StringComparison.Ordinal))];
        Assert.Contains(shown, record => record.StatusDescription == "2 of 3 MB" && record.PercentComplete is >= 57 and < 86);
        Assert.Equal(ProgressRecordType.Completed, shown[^1].RecordType);
    }

    [Fact]
    public void CtrlC_EndsADownload_AndLeavesNothing()
    {
        using var half = new ManualResetEventSlim();
        using var server = new LoopbackServer(async (stream, stop) =>
        {
            await LoopbackServer.Head(stream, "200 OK\r\nContent-Length: 1000000");
            await stream.WriteAsync(new byte[500_000], stop);
            half.Set();
            await Task.Delay(Timeout.Infinite, stop);
        });
        Environment.SetEnvironmentVariable(SourceVariable, server.Address.ToString());
        using var shell = System.Management.Automation.PowerShell.Create(_session.Runspace);
        shell.AddScript("Import-CamModel -Architecture resnet18 -Weights Default");
        IAsyncResult run = shell.BeginInvoke();
        Assert.True(half.Wait(TimeSpan.FromMinutes(2)), "no download");
        shell.Stop();
        Assert.Throws<PipelineStoppedException>(() => shell.EndInvoke(run));
        Assert.Empty(Directory.GetFileSystemEntries(Cache));
    }

    [Fact]
    public async Task TwoProcessesAtOnce_BothEndWithTheFile()
    {
        byte[] content = RandomNumberGenerator.GetBytes(1_000_000);
        string name = $"small-{Convert.ToHexString(SHA256.HashData(content))[..8].ToLowerInvariant()}.pth";
        using var both = new Barrier(2);
        using var server = new LoopbackServer(async (stream, stop) =>
        {
            await LoopbackServer.Head(stream, $"200 OK\r\nContent-Length: {content.Length}");
            both.SignalAndWait(stop); // neither has the file before both are fetching it
            await stream.WriteAsync(content, stop);
        });
        string script = Path.Combine(_home, "fetch.ps1");
        File.WriteAllText(script, "param($Module, $Name) Import-Module $Module; " +
            "[EasyExplain.Weights.WeightsCache]::OfPyTorch.Get([string[]] $Name, [NullString]::Value, $null, $null, " +
            "[System.Threading.CancellationToken]::None)");
        Environment.SetEnvironmentVariable(SourceVariable, server.Address.ToString());

        ChildProcess[] runs = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Factory.StartNew(
            () => ChildProcess.Run("dotnet", [Host, script, Path.Combine(Repository.Root, "EasyExplain.psd1"), name], _home),
            TaskCreationOptions.LongRunning)));

        Assert.All(runs, run => Assert.Equal((0, Path.Combine(Cache, name) + "\n", ""), (run.ExitCode, run.Output, run.Error)));
        Assert.Equal(2, server.Requests.Count);
        Assert.Equal([Path.Combine(Cache, name)], Directory.GetFileSystemEntries(Cache));
        Assert.Equal(content, File.ReadAllBytes(Path.Combine(Cache, name)));
    }

    [Fact]
    public void Downloading_NeedsNoLibtorch()
    {
        ChildProcess run = ChildProcess.Run("dotnet", [Host, "-Command",
            "try { Import-CamModel -Architecture resnet18 -Weights Default } catch { $_.FullyQualifiedErrorId };" +
            "@([System.Diagnostics.Process]::GetCurrentProcess().Modules.ModuleName -like '*torch_cpu*').Count"], _home);
        Assert.Equal("WeightsDownloadFailed,EasyExplain.PowerShell.Cmdlets.ImportCamModelCommand\n0\n", run.Output);
    }

    [Theory]
    [InlineData("Import-CamModel -Architecture resnet50 -Weights ", "Default IMAGENET1K_V2 IMAGENET1K_V1")]
    [InlineData("Import-CamModel -Weights resnext50", "ResNeXt50_32X4D_Weights.IMAGENET1K_V1 ResNeXt50_32X4D_Weights.IMAGENET1K_V2")]
    public void Weights_AreCompletedWithTab(string line, string expected) =>
        Assert.Equal(expected, _session
            .Run("[System.Management.Automation.CommandCompletion]::CompleteInput($args[0], $args[0].Length, " +
            "$null).CompletionMatches.CompletionText -join ' '", line).OrThrow().Single().BaseObject);

    private string MakeWeights(string folder, string name)
    {
        string path = Path.Combine(Directory.CreateDirectory(folder).FullName, name);
        _session.Run("& $args[0] resnet18 $args[1]", Path.Combine(Repository.Root, "tests", "Common", "New-ZeroWeights.ps1"), path)
            .OrThrow();
        return path;
    }
}
