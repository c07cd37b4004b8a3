using System.Globalization;
using System.Text.Json;
using EasyExplain.Audit.Shards;
using EasyExplain.Audit.Store;
using EasyExplain.Models;

namespace EasyExplain.Tests.Audit.Shards;

/// <summary>Which files are in which shard, and what says so.</summary>
public sealed class CamShardTests
{
    private static readonly int[] Counts = [1, 7, 128, 1000];

    /// <summary>Published values of XXH64: of 128 shards the first seven bits count, d2 = 1101001|0 is the 106th.</summary>
    [Theory]
    [InlineData("a", 128, 106)] // d24ec4f1a98c6e5b
    [InlineData("a", 10, 9)] // 0.8215
    [InlineData("as", 128, 15)] // 1c330fb2d66be179
    [InlineData("asd", 10, 4)] // 631c37ce72a97393, 0.3872
    [InlineData("asdf", 128, 33)] // 415872f599cea71e
    [InlineData("abc", 128, 35)] // 44bc2cf5ad770999
    [InlineData("Nobody inspects the spammish repetition", 10, 10)] // fbcea83c8a378bf1, 0.9836
    [InlineData("Call me Ishmael. Some years ago--never mind how long precisely-", 128, 2)] // 02a2e85470d6fd96
    [InlineData("a", int.MaxValue, 1_764_188_793)] // floor(0xd24ec4f1a98c6e5b * (2^31 - 1) / 2^64) + 1
    public void APublishedHash_GivesItsShard(string file, int count, int expected) =>
        Assert.Equal(expected, CamShard.NumberOf(file, count));

    /// <summary>Against tests/data/shards/make_shards.py, which computes them otherwise.</summary>
    [Fact]
    public void Names_AreInTheShards_ThatAnotherProgramFinds()
    {
        foreach (string[] fields in File.ReadAllLines(Repository.Data("shards", "shards.tsv")).Select(line => line.Split('\t')))
        {
            string name = JsonSerializer.Deserialize<string>(fields[0])!;
            Assert.Equal(fields[1..], Counts.Select(count => CamShard.NumberOf(name, count).ToString(CultureInfo.InvariantCulture)));
        }
    }

    [Fact]
    public void HundredThousandFiles_AreInOneShardEach_AndSpreadEvenly()
    {
        int[] numbers = [.. Enumerable.Range(0, 100_000).Select(i => CamShard.NumberOf($"n{i / 1000:00000}/image_{i:000000}.jpg", 128))];

        Assert.All(numbers, number => Assert.InRange(number, 1, 128));
        int[] sizes = [.. numbers.GroupBy(number => number).Select(group => group.Count())];
        Assert.Equal(128, sizes.Length);
        // 781 each, of which chance takes or adds 28 (one standard deviation): five of them are never seen.
        Assert.InRange(sizes.Min(), 642, 781);
        Assert.InRange(sizes.Max(), 782, 921);
        double chi2 = sizes.Sum(size => Math.Pow(size - 781.25, 2) / 781.25);
        Assert.InRange(chi2, 71.8, 182.2); // 127 degrees of freedom, 1e-5 and 3e-4 from the ends
    }

    [Fact]
    public void Shards_ShareAllFiles_AndNoneTwice()
    {
        string[] files = [.. Enumerable.Range(0, 500).Select(i => $"class {i % 7}/a [{i}].jpg")];
        CamShard[] shards = [.. Enumerable.Range(1, 9).Select(number => new CamShard(number, 9))];

        Assert.Equal(files.Order(), shards.SelectMany(shard => files.Where(shard.Has)).Order());
        Assert.Equal(files.Where(shards[3].Has).Order(), files.Reverse().Where(shards[3].Has).Order());
    }

    /// <summary>macOS writes é in two characters, a share of it gives them to Linux.</summary>
    [Theory]
    [InlineData("caf\u00e9/\u304c.jpg", "cafe\u0301/\u304b\u3099.jpg")]
    [InlineData("\ud55c.jpg", "\u1112\u1161\u11ab.jpg")] // 한
    public void AName_IsInOneShard_HoweverItsLettersAreWritten(string composed, string decomposed)
    {
        Assert.NotEqual(composed, decomposed);
        Assert.Equal(CamShard.NumberOf(composed, 1_000_000), CamShard.NumberOf(decomposed, 1_000_000));
        Assert.NotEqual(CamShard.NumberOf(composed, 1_000_000), CamShard.NumberOf(composed.ToUpperInvariant(), 1_000_000));
    }

    [Fact]
    public void AHalfCharacter_IsTakenAsItIs() => Assert.InRange(CamShard.NumberOf("\ud83d.jpg", 8), 1, 8);

    [Fact]
    public void TheMountPoint_DoesNotCount()
    {
        string here = Path.GetFullPath("/mnt/a/photos"), there = Path.GetFullPath("/srv/photos [1]");
        Assert.Equal(new AuditRoot(here).FileOf(Path.Combine(here, "n01", "cat.jpg")),
            new AuditRoot(there).FileOf(Path.Combine(there, "n01", "cat.jpg")));
    }

    [Theory]
    [InlineData(17, 128, "audit.db", "audit-017-of-128.db")]
    [InlineData(5, 8, "audit.db", "audit-005-of-008.db")]
    [InlineData(17, 12_000, "summary.json", "summary-00017-of-12000.json")]
    [InlineData(1, 1, "all", "all-001-of-001")]
    public void AShardsFile_HasItsNumberInItsName(int number, int count, string file, string expected)
    {
        Assert.Equal(expected, new CamShard(number, count).FileName(file));
        Assert.Equal(Path.Combine("out [1]", expected), new CamShard(number, count).FileName(Path.Combine("out [1]", file)));
    }

    [Theory]
    [InlineData("17/128", 17, 128)]
    [InlineData(" 1 / 1 ", 1, 1)]
    public void AShard_IsReadAndWritten(string text, int number, int count)
    {
        CamShard shard = CamShard.Parse(text);
        Assert.Equal((number, count), (shard.Number, shard.Count));
        Assert.Equal(shard, CamShard.Parse(shard.ToString()));
    }

    [Theory]
    [InlineData("0/8", "go from 1 to 8")]
    [InlineData("9/8", "go from 1 to 8")]
    [InlineData("1/0", "at least one shard")]
    [InlineData("17", "such as 17/128")]
    [InlineData("1/2/3", "such as 17/128")]
    [InlineData("a/8", "such as 17/128")]
    [InlineData("-1/8", "such as 17/128")]
    [InlineData("1/9999999999", "such as 17/128")]
    [InlineData("Auto/", "such as 17/128")]
    [InlineData("Auto/0", "is not known")]
    public void WhatIsNoShard_IsSaid(string text, string said)
    {
        SelectionException e = Assert.Throws<SelectionException>(() => CamShard.Parse(text, With("JOB_COMPLETION_INDEX=0")));
        Assert.Equal(SelectionFault.ShardInvalid, e.Fault);
        Assert.Contains(text, e.Message, StringComparison.Ordinal);
        Assert.Contains(said, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Auto", "SLURM_ARRAY_TASK_ID=17 _MIN=1 _MAX=128 _STEP=1 _COUNT=128", "17/128")]
    [InlineData("auto", "SLURM_ARRAY_TASK_ID=0 _MIN=0 _MAX=7 _STEP=1 _COUNT=8", "1/8")]
    [InlineData("Auto", "SLURM_ARRAY_TASK_ID=7 _MIN=0 _MAX=7 _COUNT=8", "8/8")]
    [InlineData("Auto", "SLURM_ARRAY_TASK_ID=1 _MIN=1 _MAX=1 _STEP=1 _COUNT=1", "1/1")]
    [InlineData("Auto/128", "SLURM_ARRAY_TASK_ID=17 _MIN=17 _MAX=30 _STEP=1 _COUNT=2", "17/128")] // a part that is run again
    [InlineData("Auto/8", "SLURM_ARRAY_TASK_ID=8 _MIN=1 _MAX=8 _STEP=1 _COUNT=8", "8/8")]
    [InlineData("Auto", "JOB_COMPLETION_INDEX=0 JOB_COMPLETIONS=8", "1/8")]
    [InlineData("Auto", "JOB_COMPLETION_INDEX=7 JOB_COMPLETIONS=8", "8/8")]
    [InlineData("AUTO / 128", "JOB_COMPLETION_INDEX=16", "17/128")]
    public void Auto_TakesTheTaskOfTheScheduler(string text, string environment, string expected) =>
        Assert.Equal(expected, CamShard.Parse(text, With(environment)).ToString());

    [Theory]
    [InlineData("Auto", "", "Neither SLURM_ARRAY_TASK_ID nor JOB_COMPLETION_INDEX is set")]
    [InlineData("Auto/8", "SLURM_JOB_ID=12345", "job 12345 of Slurm, but no array")]
    [InlineData("Auto", "SLURM_ARRAY_TASK_ID=3", "SLURM_ARRAY_TASK_MIN is not set")]
    [InlineData("Auto", "SLURM_ARRAY_TASK_ID=3 _MIN=1 _MAX=8", "SLURM_ARRAY_TASK_COUNT is not set")]
    [InlineData("Auto", "SLURM_ARRAY_TASK_ID=17 _MIN=17 _MAX=30 _STEP=1 _COUNT=14", "a part of one, or has gaps")]
    [InlineData("Auto", "SLURM_ARRAY_TASK_ID=3 _MIN=1 _MAX=8 _STEP=1 _COUNT=5", "SLURM_ARRAY_TASK_COUNT is 5")]
    [InlineData("Auto", "SLURM_ARRAY_TASK_ID=2 _MIN=0 _MAX=14 _STEP=2 _COUNT=8", "SLURM_ARRAY_TASK_STEP is 2")]
    [InlineData("Auto/8", "SLURM_ARRAY_TASK_ID=0 _MIN=0 _MAX=7 _STEP=1 _COUNT=8", "counts from 1, such as --array=1-8")]
    [InlineData("Auto/8", "SLURM_ARRAY_TASK_ID=3 _MIN=0 _MAX=7 _STEP=1 _COUNT=8", "counts from 1, such as --array=1-8")]
    [InlineData("Auto/8", "SLURM_ARRAY_TASK_ID=9 _MIN=9 _MAX=9 _STEP=1 _COUNT=1", "number 9 (from 1), and there are 8 shards")]
    [InlineData("Auto", "SLURM_ARRAY_TASK_ID=x _MIN=1 _MAX=8 _COUNT=8", "SLURM_ARRAY_TASK_ID is 'x'")]
    [InlineData("Auto", "JOB_COMPLETION_INDEX=3", "JOB_COMPLETIONS is not set")]
    [InlineData("Auto", "JOB_COMPLETION_INDEX=8 JOB_COMPLETIONS=8", "number 9 (from 1), and there are 8 shards")]
    [InlineData("Auto", "JOB_COMPLETION_INDEX=-1 JOB_COMPLETIONS=8", "JOB_COMPLETION_INDEX is '-1'")]
    [InlineData("Auto", "JOB_COMPLETION_INDEX=3 JOB_COMPLETIONS=8 SLURM_ARRAY_TASK_ID=3", "both set")]
    public void Auto_SaysWhatItLacks(string text, string environment, string said)
    {
        SelectionException e = Assert.Throws<SelectionException>(() => CamShard.Parse(text, With(environment)));
        Assert.Equal(SelectionFault.ShardInvalid, e.Fault);
        Assert.StartsWith($"Shard '{text}' is not known. ", e.Message, StringComparison.Ordinal);
        Assert.Contains(said, e.Message, StringComparison.Ordinal);
    }

    /// <summary>An environment; what begins with _ is one of Slurm's array.</summary>
    private static Func<string, string?> With(string variables)
    {
        var values = variables.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('='))
            .ToDictionary(pair => pair[0].StartsWith('_') ? "SLURM_ARRAY_TASK" + pair[0] : pair[0], pair => pair[1]);
        return values.GetValueOrDefault;
    }
}
