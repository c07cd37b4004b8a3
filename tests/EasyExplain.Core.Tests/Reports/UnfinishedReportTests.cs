using System.Text;
using EasyExplain.Reports;
using EasyExplain.Reports.Packs;
using EasyExplain.Tests.Reports.Packs;

namespace EasyExplain.Tests.Reports;

/// <summary>A report is there whole or not at all, and an older one stays until the new one is there.</summary>
public sealed class UnfinishedReportTests : IDisposable
{
    private readonly PhotoFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void AReport_LiesBesideItsData()
    {
        string index = Path.Combine(_folder.Path, "new", "deep", "a [1] é.html");
        Write(index, "one");
        Assert.StartsWith("a%20%5B1%5D%20%C3%A9_files/", Url(index), StringComparison.Ordinal);
        Assert.Matches("/[0-9a-f]{8}/$", Url(index));
        Assert.Equal("one", File.ReadAllText(Path.Combine(Data(index), "rows.js")));
    }

    [Fact]
    public void ANewReport_TakesTheOldOnesPlace()
    {
        string index = Path.Combine(_folder.Path, "index.html");
        Write(index, "one");
        string old = Data(index);
        Write(index, "two");
        Assert.False(Directory.Exists(old));
        Assert.Equal("two", File.ReadAllText(Path.Combine(Data(index), "rows.js")));
        Assert.Equal([index], Directory.GetFiles(_folder.Path));
        Assert.Equal([Data(index) + Path.DirectorySeparatorChar], Directory.GetDirectories(Path.Combine(_folder.Path, "index_files"))
            .Select(folder => folder + Path.DirectorySeparatorChar));
    }

    [Fact]
    public void AReportThatFails_LeavesNothingAndTheOlderOneAsItWas()
    {
        string index = Path.Combine(_folder.Path, "report", "index.html");
        Assert.Throws<IOException>(() => Fail(index));
        Assert.False(Directory.Exists(Path.Combine(_folder.Path, "report")));
        Write(index, "one");
        string[] before = All();
        Assert.Throws<IOException>(() => Fail(index));
        Assert.Equal(before, All());
        Assert.Equal("one", File.ReadAllText(Path.Combine(Data(index), "rows.js")));

        // While the index is written, too.
        using (var report = new UnfinishedReport(index, hasData: true))
        {
            Assert.Throws<IOException>(() => report.Finish(to =>
            {
                to.Write("half"u8);
                throw new IOException("The disk is full.");
            }));
        }
        Assert.Equal(before, All());

        void Fail(string at)
        {
            var source = ReportSource.Of(_folder.Rows(150, 32, 32, (4, 4)));
            using var report = new UnfinishedReport(at, hasData: true);
            PackFolder.Write(report.DataFolder!, source, Gallery.Read(source, ReportRows.Read(source)),
                done => _ = done == 120 ? throw new IOException("The disk is full.") : done);
        }

        string[] All() => [.. Directory.GetFileSystemEntries(Path.Combine(_folder.Path, "report"), "*", SearchOption.AllDirectories).Order()];
    }

    [Fact]
    public void ASingleFile_TakesThePlaceOfAReportWithData()
    {
        string index = Path.Combine(_folder.Path, "x.html");
        Write(index, "one");
        using (var report = new UnfinishedReport(index, hasData: false))
        {
            Assert.Null(report.DataFolder);
            Assert.Equal("", report.DataUrl);
            report.Finish(to => to.Write("all"u8));
        }
        Assert.Equal("all", File.ReadAllText(index));
        Assert.Equal([index], Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void WhatIsNotOurs_Stays()
    {
        string index = Path.Combine(_folder.Path, "x.html"), files = Path.Combine(_folder.Path, "x_files");
        string[] foreign =
        [
            "00000001/photo.jpg", "00000002/rows.js", "0000003/rows.js", "style.css", "00000004/report.txt", "00000004/rows.js", "ABCDEF00/rows.js",
        ];
        foreach (string file in foreign)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(files, file))!);
            File.WriteAllText(Path.Combine(files, file), "of somebody else\n");
        }
        Write(Path.Combine(_folder.Path, "x.htm"), "of the other one"); // its data lie in the same folder
        Write(index, "one");
        string mixed = Data(index);
        File.WriteAllText(Path.Combine(mixed, "notes.txt"), "mine");
        Write(index, "two");
        Assert.All(foreign, file => Assert.True(File.Exists(Path.Combine(files, file)), file));
        Assert.Equal("of the other one", File.ReadAllText(Path.Combine(Data(Path.Combine(_folder.Path, "x.htm")), "rows.js")));
        Assert.True(File.Exists(Path.Combine(mixed, "notes.txt")));
        using (var report = new UnfinishedReport(index, hasData: false))
        {
            report.Finish(to => to.Write("all"u8));
        }
        Assert.All(foreign, file => Assert.True(File.Exists(Path.Combine(files, file)), file));
    }

    /// <summary>A report whose index is the URL of its data.</summary>
    private static void Write(string index, string rows)
    {
        using var report = new UnfinishedReport(index, hasData: true);
        File.WriteAllText(Path.Combine(report.DataFolder!, "rows.js"), rows);
        File.WriteAllText(Path.Combine(report.DataFolder!, "pack-0000.jpg"), "");
        report.Finish(to => to.Write(Encoding.UTF8.GetBytes(report.DataUrl)));
    }

    private static string Url(string index) => File.ReadAllText(index);

    private static string Data(string index) =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(index)!, Uri.UnescapeDataString(Url(index)).TrimEnd('/')));
}
