namespace EasyExplain.PowerShell.Tests;

public class ExportCamReportTests(ModuleSession session) : IClassFixture<ModuleSession>
{
    private const string Audit = """
        Invoke-CamExplanation *.jpg -Model (Import-CamModel) -ExpectedLabel cat | Export-CamAudit 'audit [1].db';
        """;

    private const string Finding = "1 image of cat is there more than once (the same bytes).";

    [Theory]
    [InlineData("Export-CamReport 'audit [1].db' report -PassThru", "report/index.html")]
    [InlineData("Export-CamReport 'audit*.db' 'a [2].html' -PassThru", "a [2].html")]
    [InlineData("Export-CamReport -LiteralPath 'audit [1].db' report -PassThru", "report/index.html")]
    [InlineData("Export-CamReport 'audit [1].db' new/deep/report.htm (Import-CamModel) -PassThru", "new/deep/report.htm")]
    [InlineData("[System.IO.FileInfo]::new(\"$pwd/audit [1].db\") | Export-CamReport -Destination report -PassThru", "report/index.html")]
    [InlineData("Get-CamAudit -LiteralPath 'audit [1].db' | Export-CamReport -Destination report -PassThru", "report/index.html")]
    [InlineData("Find-CamIssue 'audit [1].db' | Export-CamReport 'audit [1].db' report -PassThru", "report/index.html")]
    [InlineData("Export-CamReport 'audit [1].db' report -Issue (Find-CamIssue 'audit [1].db') -PassThru", "report/index.html")]
    [InlineData("Get-CamAudit 'audit*.db' | Export-CamReport -Destination report -Issue (Find-CamIssue 'audit [1].db') -PassThru", "report/index.html")]
    public void AnAudit_ItsRows_OrItsFindings_MakeTheSameReport(string script, string expected)
    {
        CopyPhotos();
        ModuleSession.Result result = session.Run(Audit + script);
        var page = Assert.IsType<FileInfo>(result.OrThrow().Single().BaseObject);
        Assert.Equal(At(expected), page.FullName);
        string html = File.ReadAllText(page.FullName);
        Assert.Contains(Finding, html, StringComparison.Ordinal);
        Assert.Contains("<title>Audit of resnet20-cifar10</title>", html, StringComparison.Ordinal);
        Assert.NotEmpty(Directory.GetFiles(page.DirectoryName!, "pack-*.jpg", SearchOption.AllDirectories));
    }

    [Fact]
    public void FindingsThatAreGiven_AreTheOnlyOnes_AndNoneAreNone()
    {
        CopyPhotos();
        session.Run(Audit + "Find-CamIssue 'audit [1].db' -Kind LabelError | Export-CamReport 'audit [1].db' report").OrThrow();
        Assert.DoesNotContain(Finding, File.ReadAllText(At("report/index.html")), StringComparison.Ordinal);
    }

    [Fact]
    public void NoRows_MakeAPageThatClaimsNothing()
    {
        CopyPhotos();
        session.Run(Audit + "Get-CamAudit 'audit*.db' | Where-Object Label -eq nothing | Export-CamReport -Destination report").OrThrow();
        Assert.Contains("<title>Audit</title>", File.ReadAllText(At("report/index.html")), StringComparison.Ordinal);
    }

    [Fact]
    public void WhatIf_WritesNothing_AndNothingIsReturnedUnasked()
    {
        CopyPhotos();
        Assert.Empty(session.Run(Audit + "Export-CamReport 'audit [1].db' report -WhatIf -PassThru").OrThrow());
        Assert.False(Directory.Exists(At("report")));
        Assert.Empty(session.Run("Export-CamReport 'audit [1].db' report").OrThrow());
        Assert.True(File.Exists(At("report/index.html")));
    }

    [Fact]
    public void ASecondReport_TakesThePlaceOfTheFirst_AndLeavesNothingOfItBehind()
    {
        CopyPhotos();
        session.Run(Audit + "Export-CamReport 'audit [1].db' report -Title First").OrThrow();
        File.WriteAllText(At("report/mine.txt"), "mine");
        int files = Directory.GetFiles(At("report"), "*", SearchOption.AllDirectories).Length;
        session.Run("Export-CamReport 'audit [1].db' report -Title '<Second> & \"last\"'").OrThrow();
        Assert.Contains("&lt;Second&gt; &amp; &quot;last&quot;", File.ReadAllText(At("report/index.html")), StringComparison.Ordinal);
        Assert.Equal(files, Directory.GetFiles(At("report"), "*", SearchOption.AllDirectories).Length);
        Assert.True(File.Exists(At("report/mine.txt")));
    }

    [Fact]
    public void NoClobber_AndAPageOfSomebodyElse_StopIt()
    {
        CopyPhotos();
        Directory.CreateDirectory(At("site"));
        File.WriteAllText(At("site/index.html"), "<h1>mine</h1>");
        session.Run(Audit + "Export-CamReport 'audit [1].db' report").OrThrow();
        Assert.Equal("ReportExists", ErrorIdOf("Export-CamReport 'audit [1].db' report -NoClobber"));
        Assert.Equal("ReportExists", ErrorIdOf("Export-CamReport 'audit [1].db' site"));
        Assert.Equal("<h1>mine</h1>", File.ReadAllText(At("site/index.html")));
        session.Run("Export-CamReport 'audit [1].db' site/index.html").OrThrow(); // whoever names it means it
        Assert.Contains(Finding, File.ReadAllText(At("site/index.html")), StringComparison.Ordinal);
    }

    [Fact]
    public void ASingleFile_HasNothingBesideIt()
    {
        CopyPhotos();
        session.Run(Audit + "Export-CamReport 'audit [1].db' out/report.html -SingleFile").OrThrow();
        Assert.Equal([At("out/report.html")], Directory.GetFileSystemEntries(At("out")));
    }

    [Fact]
    public void FullPaths_AreNotInIt_AndRelativeOnesIfAsked()
    {
        CopyPhotos();
        File.WriteAllText(At("broken.jpg"), "hello");
        Directory.CreateDirectory(At("sub"));
        File.Copy(Repository.Photo("rocket.jpg"), At("sub/rocket.jpg"));
        session.Run("Invoke-CamExplanation *.jpg, sub/*.jpg -Model (Import-CamModel) -ErrorAction SilentlyContinue | " +
            "Export-CamAudit audit.db -RelativeTo sub"); // the others lie elsewhere, by their full paths
        session.Run("Export-CamReport audit.db report; Export-CamReport audit.db other -Relative").OrThrow();
        string all = string.Concat(Directory.GetFiles(At("report"), "*", SearchOption.AllDirectories)
            .Where(file => Path.GetExtension(file) is ".html" or ".js").Select(File.ReadAllText));
        Assert.DoesNotContain(session.Folder, all, StringComparison.Ordinal);
        Assert.DoesNotContain("\"../\"", all, StringComparison.Ordinal);
        Assert.Contains("broken.jpg", all, StringComparison.Ordinal);
        Assert.Contains("\"../sub/\"", File.ReadAllText(At("other/index.html")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Export-CamReport nothing.db report", "FileNotFound")]
    [InlineData("Export-CamReport a.jpg report", "NotAnAudit")]
    [InlineData("Export-CamReport 'audit [1].db' a.jpg/report", "ReportWriteFailed")]
    [InlineData("[System.IO.FileInfo[]] (\"$pwd/audit [1].db\", \"$pwd/b.db\") | Export-CamReport -Destination report", "SeveralAudits")]
    public void WhatIsWrong_StopsIt(string script, string error)
    {
        CopyPhotos();
        Assert.Equal(error, ErrorIdOf(Audit + script));
        Assert.False(Directory.Exists(At("report")));
    }

    private string? ErrorIdOf(string script) => session.Run(script).Terminated?.FullyQualifiedErrorId.Split(',')[0];

    private string At(string name) => Path.Combine(session.Folder, name.Replace('/', Path.DirectorySeparatorChar));

    private void CopyPhotos()
    {
        foreach (string folder in Directory.GetDirectories(session.Folder))
        {
            Directory.Delete(folder, recursive: true);
        }
        foreach (string file in Directory.GetFiles(session.Folder))
        {
            File.Delete(file);
        }
        File.Copy(Repository.Photo("cat.jpg"), At("a.jpg"));
        File.Copy(Repository.Photo("cat.jpg"), At("b [1].jpg"));
    }
}
