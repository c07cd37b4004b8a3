using System.Management.Automation;

namespace EasyExplain.PowerShell.Tests;

/// <summary>What becomes a row of an audit, what ends the command, and what is left where it ends.</summary>
public sealed class ExportCamAuditTests : IDisposable
{
    private const string Explain = "Invoke-CamExplanation -LiteralPath broken.jpg, cat.jpg, gone.jpg, rocket.jpg -Model (Import-CamModel) ";
    private const string Rows = "Get-CamAudit {0} | ForEach-Object {{ '{{0}} {{1}}{{2}}' -f $_.File, $_.Label, $_.ErrorId }}";

    private static readonly string[] AllRows = ["broken.jpg ImageTruncated", "cat.jpg cat", "gone.jpg ImageNotFound", "rocket.jpg ship"];

    private readonly ModuleSession _session = new();

    public ExportCamAuditTests()
    {
        foreach (string name in new[] { "cat.jpg", "rocket.jpg" })
        {
            File.Copy(Repository.Photo(name), InFolder(name));
        }
        File.WriteAllBytes(InFolder("broken.jpg"), File.ReadAllBytes(Repository.Photo("cat.jpg"))[..3000]);
    }

    public void Dispose() => _session.Dispose();

    [Theory]
    [InlineData("| Export-CamAudit 'a [1].db'")]
    [InlineData("-ErrorAction SilentlyContinue | Export-CamAudit 'a [1].db'")]
    [InlineData("| Export-CamAudit 'a [1].db' -PassThru | Export-CamAudit b.csv")]
    public void AnImageThatFails_IsARow_AndItsErrorIsShownAsBefore(string rest)
    {
        ModuleSession.Result result = _session.Run(Explain + rest);

        Assert.Null(result.Terminated);
        Assert.Equal(
            rest.StartsWith('-') ? [] : new[] { "ImageTruncated", "ImageNotFound" },
            result.Errors.Select(error => error.FullyQualifiedErrorId.Split(',')[0]));
        Assert.Equal(AllRows, Said(string.Format(null, Rows, "'a [1].db'")));
        CheckFailure("broken.jpg", 3000);
        CheckFailure("gone.jpg", 0);
        if (File.Exists(InFolder("b.csv")))
        {
            Assert.Equal(AllRows, Said("Import-Csv b.csv | ForEach-Object { '{0} {1}{2}' -f $_.file, $_.label, $_.error_id }"));
        }
    }

    private void CheckFailure(string file, long length)
    {
        PSObject row = _session.Run("Get-CamAudit 'a [1].db' | Where-Object File -eq $args[0]", file).OrThrow().Single();
        Assert.Equal(InFolder(file), row.Properties["Path"].Value);
        Assert.Equal(length, row.Properties["Length"].Value);
        Assert.Equal("LayerCAM", row.Properties["Method"].Value);
        Assert.Equal("layer3", row.Properties["Layers"].Value.ToString());
        Assert.Contains(file, (string)row.Properties["Error"].Value, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("'broken.jpg', 'cat.jpg', 'gone.jpg', 'rocket.jpg' | ForEach-Object { Invoke-CamExplanation -LiteralPath $_ -Model $m }")]
    [InlineData("$('broken.jpg', 'cat.jpg', 'gone.jpg', 'rocket.jpg') | Invoke-CamExplanation -Model $m 2>&1")]
    public void EachImage_HasOneRow_HoweverItsErrorComes(string explain)
    {
        _session.Run($"$m = Import-CamModel; {explain} | Export-CamAudit a.db");
        Assert.Equal(AllRows, Said(string.Format(null, Rows, "a.db")));
    }

    [Fact]
    public void PassThru_GivesEverythingOn_AndWhatFailsFurtherDownIsNoRow()
    {
        ModuleSession.Result result = _session.Run(
            $"{Explain} 2>&1 | Export-CamAudit a.db -PassThru | ForEach-Object {{ \"$_\"; " +
            "Invoke-CamExplanation -LiteralPath nowhere.jpg -Model (Import-CamModel) }");

        Assert.Equal(4, result.Output.Count);
        Assert.Equal("cat.jpg: cat (LayerCAM)", result.Output[1].ToString());
        Assert.Contains("broken.jpg", result.Output[0].ToString(), StringComparison.Ordinal);
        Assert.Equal(4, result.Errors.Count);
        Assert.Equal(AllRows, Said(string.Format(null, Rows, "a.db")));
    }

    [Fact]
    public void WhatIsNoRow_IsAnError_AndTheRestGoesOn()
    {
        ModuleSession.Result result = _session.Run("""
            $m = Import-CamModel
            $tensor = [TorchSharp.torch]::zeros(3, 32, 32)
            & {
                Invoke-CamExplanation -InputTensor $tensor -Model $m
                $m
                Write-Error 'something else' -ErrorId Other 2>&1
                Invoke-CamExplanation cat.jpg -Model $m
            } | Export-CamAudit a.db
            """);

        Assert.Equal(
            ["PathMissing", "InputNotKnown", "Other"],
            result.Errors.Select(error => error.FullyQualifiedErrorId.Split(',')[0]));
        Assert.Equal(["cat.jpg cat"], Said(string.Format(null, Rows, "a.db")));
    }

    [Fact]
    public void WhatIf_WritesNothing()
    {
        Assert.Equal(2, _session.Run($"{Explain} -ErrorAction Ignore | Export-CamAudit new/a.db -WhatIf -PassThru").OrThrow().Count);
        Assert.False(Directory.Exists(InFolder("new")));
    }

    [Fact]
    public void AFileThatCannotBeWritten_EndsTheCommand_BeforeAnythingIsExplained()
    {
        File.WriteAllText(InFolder("mine.csv"), "mine");
        File.WriteAllText(InFolder("mine.db"), "mine");
        foreach ((string path, string id, string says) in new[]
        {
            ("audit.xlsx", "AuditPathInvalid", ".xlsx*.csv, .jsonl or .parquet"),
            (".", "AuditPathInvalid", "is a folder*audit.db"),
            ("a.db -MapFolder maps", "AuditPathInvalid", "a.db*Export-CamAudit audit.csv -MapFolder maps"),
            ("mine.csv -NoClobber", "AuditExists", "mine.csv*-NoClobber"),
            ("mine.db", "NotAnAudit", "mine.db*no audit file"),
            ("cat.jpg/a.csv", "AuditWriteFailed", "cat.jpg"),
            ("a.db -RelativeTo nowhere", "FileNotFound", "nowhere"),
        })
        {
            ModuleSession.Result result = _session.Run(
                $"Invoke-CamExplanation cat.jpg -Model (Import-CamModel) -Verbose | Export-CamAudit {path}");

            Assert.Equal(id, result.Terminated?.FullyQualifiedErrorId.Split(',')[0]);
            string message = result.Terminated!.Exception.Message;
            Assert.True(new WildcardPattern($"*{says}*").IsMatch(message), message);
            Assert.DoesNotContain(result.Verbose, line => line.Contains("LayerCAM", StringComparison.Ordinal));
        }
        Assert.Equal(("mine", "mine"), (File.ReadAllText(InFolder("mine.csv")), File.ReadAllText(InFolder("mine.db"))));
        Assert.Empty(Directory.GetFiles(_session.Folder, ".*"));
    }

    [Fact]
    public void TwoWriters_AreAnErrorThatNamesTheFirst()
    {
        ModuleSession.Result result = _session.Run(
            "Invoke-CamExplanation cat.jpg -Model (Import-CamModel) | Export-CamAudit a.db -PassThru | Export-CamAudit a.db");

        Assert.Equal("AuditInUse", result.Terminated?.FullyQualifiedErrorId.Split(',')[0]);
        Assert.Equal(ErrorCategory.ResourceBusy, result.Terminated!.CategoryInfo.Category);
        Assert.Contains($"process {Environment.ProcessId} ", result.Terminated.Exception.Message, StringComparison.Ordinal);
        _session.Run("Invoke-CamExplanation cat.jpg -Model (Import-CamModel) | Export-CamAudit a.db").OrThrow();
        Assert.Equal(["cat.jpg cat"], Said(string.Format(null, Rows, "a.db")));
    }

    [Theory]
    [InlineData("a.db", 1)]
    [InlineData("a.csv", 0)]
    [InlineData("a.parquet", 0)]
    public void StoppedOrFailed_AnAuditFileKeepsItsRows_AndATableIsNotThere(string file, int left)
    {
        string endless = "$m = Import-CamModel; & { while ($true) { Invoke-CamExplanation cat.jpg -Model $m } } | " +
            $"Export-CamAudit {file} -PassThru";
        _session.Stop(endless, afterOutputs: 3);
        Check();

        ModuleSession.Result failed = _session.Run(
            $"Invoke-CamExplanation -LiteralPath cat.jpg, gone.jpg -Model (Import-CamModel) -ErrorAction Stop | Export-CamAudit {file}");
        Assert.StartsWith("ImageNotFound", failed.Terminated?.FullyQualifiedErrorId, StringComparison.Ordinal);
        left += left; // the image that is not there
        Check();

        void Check()
        {
            Assert.Equal(left > 0, File.Exists(InFolder(file)));
            Assert.Empty(Directory.GetFiles(_session.Folder, ".*"));
            if (left > 0)
            {
                Assert.Equal(left, _session.Run($"Get-CamAudit {file}").OrThrow().Count);
            }
        }
    }

    [Fact]
    public void ATable_IsTheSame_FromExplanationsAndFromAnAuditFile()
    {
        _session.Run($"{Explain} -Layer layer2, layer3 -ExpectedLabel cat -ErrorAction Ignore | Tee-Object -Variable all | " +
            "Export-CamAudit a.db; Get-CamAudit a.db | Export-CamAudit there.csv -MapFolder there").OrThrow();
        _session.Run($"{Explain} -Layer layer2, layer3 -ExpectedLabel cat -ErrorAction Ignore | Export-CamAudit here.csv -MapFolder here")
            .OrThrow();

        string[] Table(string name) => [.. Said(
            $"Import-Csv {name} | Select-Object * -ExcludeProperty seconds | ForEach-Object {{ $_ | ConvertTo-Json -Compress }}")];
        Assert.Equal(4, Table("there.csv").Length);
        Assert.Equal(Table("there.csv"), Table("here.csv"));
        foreach (string name in new[] { "layer2.npy", "layer3.npy", "layer2+layer3.npy" })
        {
            byte[] there = File.ReadAllBytes(InFolder("there/" + name));
            Assert.Equal(there, File.ReadAllBytes(InFolder("here/" + name)));
            Assert.Equal(128 + 4 * (name == "layer3.npy" ? 64 : 256), there.Length);
        }
    }

    [Fact]
    public void RowsOfSeveralAuditFiles_GoIntoOne()
    {
        _session.Run("""
            $m = Import-CamModel
            Invoke-CamExplanation cat.jpg -Model $m | Export-CamAudit a.db
            Invoke-CamExplanation -LiteralPath rocket.jpg, gone.jpg -Model $m -ErrorAction Ignore | Export-CamAudit b.db
            Get-CamAudit ?.db | Export-CamAudit all.db
            Get-CamAudit ?.db | Export-CamAudit all.db
            """).OrThrow();
        Assert.Equal(["cat.jpg cat", "gone.jpg ImageNotFound", "rocket.jpg ship"],
            Said(string.Format(null, Rows, "all.db")).Order(StringComparer.Ordinal));
        Assert.Equal(["8×8"], Said("Get-CamAudit all.db | Where-Object File -eq rocket.jpg | ForEach-Object Maps | ForEach-Object { " +
            "'{0}×{1}' -f $_.Height, $_.Width }"));
    }

    private string InFolder(string name) => Path.Combine(_session.Folder, name);

    private string[] Said(string script) => [.. _session.Run(script).OrThrow().Select(one => one.ToString())];
}
