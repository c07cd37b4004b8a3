using System.Security.Cryptography;
using EasyExplain.Weights;

namespace EasyExplain.Tests.Weights;

public sealed class WeightsCacheTests : IDisposable
{
    private static readonly byte[] Content = RandomNumberGenerator.GetBytes(300_000);
    private static readonly string Name = $"small-{Convert.ToHexString(SHA256.HashData(Content))[..8].ToLowerInvariant()}.pth";

    private readonly string _root = Directory.CreateTempSubdirectory("cache [1] ").FullName;

    private string Folder => Path.Combine(_root, "hub", "checkpoints"); // not there yet

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void WhatIsMissing_IsDownloaded_AndFoundTheNextTime()
    {
        using LoopbackServer server = LoopbackServer.Of(Content);
        var cache = new WeightsCache(Folder, server.Address);
        var told = new List<(long Bytes, long? Of)>();
        string path = cache.Get([Name], progress: (bytes, of) => told.Add((bytes, of)));
        Assert.Equal(Path.Combine(Folder, Name), path);
        Assert.Equal(Content, File.ReadAllBytes(path));
        Assert.Equal([path], Directory.GetFileSystemEntries(Folder));
        Assert.Equal((Content.Length, Content.Length), told[^1]);
        Assert.Equal(told.Order(), told);

        Assert.Equal(path, cache.Get([Name]));
        Assert.Equal([$"/models/{Name}"], server.Requests);
    }

    [Fact]
    public void AFolderOfOnesOwn_GoesFirst_ThenTheCache_UnderFormerNamesToo()
    {
        using LoopbackServer server = LoopbackServer.Of(Content);
        string own = Directory.CreateDirectory(Path.Combine(_root, "own")).FullName;
        var cache = new WeightsCache(Folder, server.Address);
        string former = Path.Combine(Directory.CreateDirectory(Folder).FullName, "small-0123abcd.pth");
        File.WriteAllText(former, "as PyTorch does, a file that is there is taken for what its name says");
        Assert.Equal(former, cache.Get([Name, "small-0123abcd.pth"], own));

        File.WriteAllText(Path.Combine(own, Name), "mine");
        Assert.Equal(Path.Combine(own, Name), cache.Get([Name, "small-0123abcd.pth"], own));
        Assert.Empty(server.Requests);
    }

    [Fact]
    public void AnEmptyFile_IsNotTrusted()
    {
        string path = Path.Combine(Directory.CreateDirectory(Folder).FullName, Name);
        File.WriteAllBytes(path, []);
        var error = Assert.Throws<WeightFileException>(() => new WeightsCache(Folder, new Uri("http://127.0.0.1/")).Get([Name]));
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        Assert.Contains("Delete it", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)] // the server does not say how much there is: only the hash tells
    public void CutOffHalfWay_LeavesNothing(bool announced)
    {
        using var server = new LoopbackServer(async (stream, stop) =>
        {
            await LoopbackServer.Head(stream, announced ? $"200 OK\r\nContent-Length: {Content.Length}" : "200 OK");
            await stream.WriteAsync(Content.AsMemory(0, Content.Length / 2), stop);
        });
        WeightsDownloadException error = Fails(server);
        Assert.Equal(announced ? WeightsDownloadFault.DownloadFailed : WeightsDownloadFault.HashMismatch, error.Fault);
        Assert.Contains($"{Content.Length / 2:N0} bytes", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnotherFile_IsRefused()
    {
        using LoopbackServer server = LoopbackServer.Of("<html>Please log in to this network</html>"u8.ToArray());
        WeightsDownloadException error = Fails(server);
        Assert.Equal(WeightsDownloadFault.HashMismatch, error.Fault);
        Assert.Contains(Name[6..14], error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void NotFound_SaysHowToGetTheFileByHand()
    {
        using var server = new LoopbackServer((stream, _) => LoopbackServer.Head(stream, "404 Not Found\r\nContent-Length: 0"));
        string own = Path.Combine(_root, "own");
        var error = Assert.Throws<WeightsDownloadException>(() => new WeightsCache(Folder, server.Address).Get([Name], own));
        Assert.Equal(WeightsDownloadFault.DownloadFailed, error.Fault);
        Assert.Contains("404", error.Message, StringComparison.Ordinal);
        Assert.Contains($"Fetch {server.Address}/{Name} in another way and put it at '{Path.Combine(Folder, Name)}'", error.Message,
            StringComparison.Ordinal);
        Assert.Contains($"Looked in: {own}, {Folder}.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Offline_SaysHowToGetTheFileByHand()
    {
        var server = new LoopbackServer((_, _) => Task.CompletedTask);
        server.Dispose(); // nobody answers at its port now
        Assert.Contains($"{server.Address}/{Name}", Fails(server).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\nfirst bytes")]
    public void AServerThatFallsSilent_IsGivenUp(string sent)
    {
        using var server = new LoopbackServer(async (stream, stop) =>
        {
            await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(sent), stop);
            await Task.Delay(Timeout.Infinite, stop);
        });
        TimeSpan soon = TimeSpan.FromMilliseconds(100);
        Assert.Equal(WeightsDownloadFault.DownloadFailed, Fails(server, new DownloadLimits { Connect = soon, Stall = soon }).Fault);
    }

    [Fact]
    public void AServerThatNeverStops_IsStopped()
    {
        using var server = new LoopbackServer(async (stream, stop) =>
        {
            await LoopbackServer.Head(stream, "200 OK");
            while (!stop.IsCancellationRequested)
                await stream.WriteAsync(Content, stop);
        });
        Assert.Contains($"{1_000_000:N0} bytes", Fails(server, new DownloadLimits { Bytes = 1_000_000 }).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void MoreThanTheDiskHolds_IsRefusedBeforeItComes()
    {
        using var server = new LoopbackServer((stream, _) => LoopbackServer.Head(stream, "200 OK\r\nContent-Length: 1000000000000000000"));
        Assert.Contains("left", Fails(server, new DownloadLimits { Bytes = long.MaxValue }).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Cancelled_ItStopsInTheMiddle_AndLeavesNothing()
    {
        using var cancel = new CancellationTokenSource();
        using var server = new LoopbackServer(async (stream, stop) =>
        {
            await LoopbackServer.Head(stream, $"200 OK\r\nContent-Length: {Content.Length}");
            await stream.WriteAsync(Content.AsMemory(0, 1000), stop);
            await cancel.CancelAsync();
            await Task.Delay(Timeout.Infinite, stop);
        });
        Assert.ThrowsAny<OperationCanceledException>(() => new WeightsCache(Folder, server.Address).Get([Name], cancel: cancel.Token));
        Assert.Empty(Directory.GetFileSystemEntries(Folder));
    }

    [Fact]
    public async Task TwoAtOnce_BothEndWithTheFile()
    {
        using var both = new Barrier(2);
        using var server = new LoopbackServer(async (stream, stop) =>
        {
            await LoopbackServer.Head(stream, $"200 OK\r\nContent-Length: {Content.Length}");
            both.SignalAndWait(stop); // neither has the file before both are fetching it
            await stream.WriteAsync(Content, stop);
        });
        string[] paths = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ =>
            Task.Factory.StartNew(() => new WeightsCache(Folder, server.Address).Get([Name]), TaskCreationOptions.LongRunning)));
        Assert.Equal(2, server.Requests.Count);
        Assert.All(paths, path => Assert.Equal(Content, File.ReadAllBytes(path)));
        Assert.Equal([Path.Combine(Folder, Name)], Directory.GetFileSystemEntries(Folder));
    }

    [Theory]
    [InlineData("../escaped-0123abcd.pth")]
    [InlineData("plain.pth")]
    public void AName_WithoutAHashOrWithAFolder_IsRefused(string name)
    {
        using LoopbackServer server = LoopbackServer.Of(Content);
        Assert.Throws<ArgumentException>(() => new WeightsCache(Folder, server.Address).Get([name]));
        Assert.Empty(server.Requests);
    }

    /// <summary>As torch.hub.get_dir has it.</summary>
    [Theory]
    [InlineData(null, null, "~/.cache/torch")]
    [InlineData(null, "", "~/.cache/torch")]
    [InlineData(null, "/caches", "/caches/torch")]
    [InlineData("/torch", "/caches", "/torch")]
    [InlineData("~/my torch", null, "~/my torch")]
    public void TheFolder_IsPyTorchs(string? torchHome, string? cacheHome, string expected)
    {
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        string folder = WeightsCache.FolderOfPyTorch(name =>
            name switch { "TORCH_HOME" => torchHome, "XDG_CACHE_HOME" => cacheHome, _ => null });
        Assert.Equal(Path.GetFullPath(expected.Replace("~", home, StringComparison.Ordinal) + "/hub/checkpoints"), folder);
    }

    /// <summary>Downloads, and looks that nothing is left of it.</summary>
    private WeightsDownloadException Fails(LoopbackServer server, DownloadLimits? limits = null)
    {
        var cache = new WeightsCache(Folder, server.Address) { Limits = limits ?? new DownloadLimits() };
        var error = Assert.Throws<WeightsDownloadException>(() => cache.Get([Name]));
        Assert.Empty(Directory.GetFileSystemEntries(Folder));
        return error;
    }
}
