using System.Text;
using EasyExplain.Audit.Shards;
using EasyExplain.Models;

namespace EasyExplain.Tests.Audit.Shards;

/// <summary>Lists of paths, as programs write them.</summary>
public sealed class PathListTests : IDisposable
{
    private readonly string _list = Path.GetTempFileName();

    public void Dispose() => File.Delete(_list);

    [Theory]
    [InlineData("a.jpg\nb c.jpg\n")]
    [InlineData("a.jpg\r\nb c.jpg\r\n")]
    [InlineData("\n\na.jpg\n\r\nb c.jpg")]
    [InlineData("\ufeffa.jpg\nb c.jpg\n")]
    [InlineData("a.jpg\0b c.jpg\0")]
    public void EachForm_GivesItsPaths(string text)
    {
        File.WriteAllText(_list, text);
        Assert.Equal(["a.jpg", "b c.jpg"], PathList.Read(_list));
    }

    [Fact]
    public void TextOfWindows_InUtf16_IsRead()
    {
        File.WriteAllText(_list, "a.jpg\r\né.jpg\r\n", Encoding.Unicode);
        Assert.Equal(["a.jpg", "é.jpg"], PathList.Read(_list));
    }

    [Fact]
    public void NulBetween_LeavesLineBreaksInNames()
    {
        File.WriteAllText(_list, "a\r\n.jpg\0\0 b\n\0");
        Assert.Equal(["a\r\n.jpg", " b\n"], PathList.Read(_list));
    }

    [Fact]
    public void AnEmptyList_HasNoPaths()
    {
        File.WriteAllText(_list, "");
        Assert.Empty(PathList.Read(_list));
    }

    /// <summary>Paths across the ends of what is read at a time, of all lengths.</summary>
    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    [InlineData("\0")]
    public void ALongList_IsWhole(string end)
    {
        string[] paths = [.. Enumerable.Range(0, 20_000).Select(i => new string((char)('a' + i % 26), 1 + i % 97) + i)];
        File.WriteAllText(_list, string.Concat(paths.Select(path => path + end)));
        Assert.Equal(paths, PathList.Read(_list));
    }

    [Fact]
    public void AFileThatIsNoList_IsSaid()
    {
        File.WriteAllText(_list, "a.jpg\n" + new string('x', 70_000));
        SelectionException e = Assert.Throws<SelectionException>(() => PathList.Read(_list).Last());
        Assert.Equal(SelectionFault.PathListInvalid, e.Fault);
        Assert.Contains($"'{_list}' is no list of paths", e.Message, StringComparison.Ordinal);
    }
}
