using System.Management.Automation;

namespace EasyExplain.PowerShell.Tests;

/// <summary>What goes through a shard, and what is said of what does not.</summary>
public sealed class SelectCamShardTests : IDisposable
{
    private readonly ModuleSession _session = new();

    public void Dispose() => _session.Dispose();

    /// <summary>Numbers of tests/data/shards/shards.tsv, of 7 shards.</summary>
    [Theory]
    [InlineData("'photos/a [1].jpg'", 3)]
    [InlineData("[IO.FileInfo] \"$PWD/photos/a [1].jpg\"", 3)]
    [InlineData("[pscustomobject]@{ Path = 'photos/a [1].jpg' }", 3)]
    [InlineData("[pscustomobject]@{ FullName = \"$PWD/photos/../cat.jpg\" }", 7)]
    public void AFile_IsKnownByItsPathBelowTheRoot(string input, int shard)
    {
        for (int number = 1; number <= 7; number++)
        {
            Assert.Equal(number == shard ? 1 : 0, _session.Run($"{input} | Select-CamShard {number}/7").OrThrow().Count);
        }
    }

    [Fact]
    public void Inputs_ComeOutAsTheyAre_AndStream()
    {
        Assert.Equal("True True", _session.Run("""
            $file, $text = [IO.FileInfo]::new('cat.jpg'), 'photos/cat.jpg'
            $out = @($file, $text | Select-CamShard 1/1)
            "$([object]::ReferenceEquals($out[0], $file)) $([object]::ReferenceEquals($out[1], $text))"
            """).OrThrow().Single().ToString());
        Assert.Equal(["1", "2", "3"], _session.Run("""
            1..3 | ForEach-Object { $global:made = $_; "$_.jpg" } | Select-CamShard 1/1 | ForEach-Object { "$made" }
            """).OrThrow().Select(made => made.ToString()));
    }

    [Fact]
    public void TheRoot_IsRelativeTo()
    {
        Directory.CreateDirectory(Path.Combine(_session.Folder, "photos"));
        PSObject[] inside = [.. _session.Run("1..7 | ForEach-Object { 'photos/cat.jpg' | Select-CamShard \"$_/7\" -RelativeTo photos }").OrThrow()];
        Assert.Equal("photos/cat.jpg", Assert.Single(inside).ToString());
        Assert.Single(_session.Run("'photos/cat.jpg' | Select-CamShard 7/7 -RelativeTo photos").OrThrow()); // cat.jpg
        Assert.Single(_session.Run("'photos/cat.jpg' | Select-CamShard 5/7").OrThrow()); // photos/cat.jpg
    }

    [Fact]
    public void AFileElsewhere_IsAnnouncedOnce()
    {
        ModuleSession.Result result = _session.Run("'/mnt/photos/cat.jpg', '/mnt/b.jpg', 'c.jpg' | Select-CamShard 1/1");
        Assert.Equal(3, result.OrThrow().Count);
        string warning = Assert.Single(result.Warnings);
        Assert.Contains("-RelativeTo", warning, StringComparison.Ordinal);
        Assert.Contains(Path.Combine("mnt", "photos", "cat.jpg"), warning, StringComparison.Ordinal);
    }

    [Fact]
    public void AList_GivesFiles_WithoutLookingForThem()
    {
        File.WriteAllText(Path.Combine(_session.Folder, "list [1].txt"), "photos/a [1].jpg\r\n\r\n/mnt/photos/cat.jpg\r\n");
        ModuleSession.Result result = _session.Run("Select-CamShard 3/7 -PathList 'list [1].txt' -WarningAction Ignore -Verbose");
        Assert.Equal([Path.Combine(_session.Folder, "photos", "a [1].jpg"), Path.GetFullPath("/mnt/photos/cat.jpg")],
            result.OrThrow().Select(file => Assert.IsType<FileInfo>(file.BaseObject).FullName));
        Assert.Contains("2 of 2 files are in shard 3/7.", result.Verbose);
    }

    [Theory]
    [InlineData("'a.jpg' | Select-CamShard 17", "ShardInvalid", "'17' is no shard")]
    [InlineData("'a.jpg' | Select-CamShard 1/2 -RelativeTo nowhere", "FileNotFound", "nowhere")]
    [InlineData("Select-CamShard 1/2 -PathList nowhere.txt", "FileNotFound", "nowhere.txt")]
    public void AWrongChoice_EndsTheCommand(string script, string id, string said)
    {
        ErrorRecord? error = _session.Run(script).Terminated;
        Assert.NotNull(error);
        Assert.StartsWith(id + ",", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains(said, error.Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatIsNoFile_IsAnError_AndTheRestGoesOn()
    {
        ModuleSession.Result result = _session.Run("$null, @{}, '', 'a.jpg' | Select-CamShard 1/1");
        Assert.Equal("a.jpg", Assert.Single(result.Output).ToString());
        Assert.Equal(3, result.Errors.Count);
        Assert.All(result.Errors, error => Assert.StartsWith("InputNotKnown,", error.FullyQualifiedErrorId, StringComparison.Ordinal));
    }
}
