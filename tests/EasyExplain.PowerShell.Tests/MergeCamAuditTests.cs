using System.Management.Automation;

namespace EasyExplain.PowerShell.Tests;

/// <summary>Audits of two jobs, merged: findings and report are those of a single run.</summary>
public sealed class MergeCamAuditTests : IDisposable
{
    private readonly ModuleSession _session = new();

    public MergeCamAuditTests()
    {
        foreach (string name in new[] { "cat.jpg", "rocket.jpg" })
        {
            File.Copy(Repository.Photo(name), Path.Combine(_session.Folder, name));
            File.Copy(Repository.Photo(name), Path.Combine(_session.Folder, "b " + name));
        }
        _session.Run("""
            $explain = @{ Model = Import-CamModel; ExpectedLabel = 'cat'; ErrorAction = 'Ignore' }
            'rocket.jpg', 'b cat.jpg', 'cat.jpg', 'gone.jpg', 'b rocket.jpg' | Invoke-CamExplanation @explain | Export-CamAudit single.db
            'b cat.jpg', 'gone.jpg', 'rocket.jpg' | Invoke-CamExplanation @explain | Export-CamAudit a-1-of-2.db
            'b rocket.jpg', 'cat.jpg' | Invoke-CamExplanation @explain | Export-CamAudit a-2-of-2.db
            Merge-CamAudit a-?-of-2.db 'all [1].db'
            """).OrThrow();
    }

    public void Dispose() => _session.Dispose();

    [Fact]
    public void Findings_AreThoseOfASingleRun()
    {
        string Found(string audit) => string.Join('\n', _session.Run(
            "Find-CamIssue $args[0] | ForEach-Object { \"$($_.Kind) $($_.Count) $($_.Severity) $($_.Summary) $($_.Files)\" }",
            WildcardPattern.Escape(audit)).OrThrow());
        string single = Found("single.db");
        Assert.Contains("Duplicate", single, StringComparison.Ordinal); // both photos are there twice
        Assert.Equal(single, Found("all [1].db"));
    }

    [Fact]
    public void AReport_SaysWhatThatOfASingleRunSays()
    {
        _session.Run("""
            Export-CamReport single.db -Destination ./single -Title same
            Export-CamReport -LiteralPath 'all [1].db' -Destination ./merged -Title same
            """).OrThrow();
        string[] Pages(string folder) => [.. Directory.GetFiles(Path.Combine(_session.Folder, folder), "*", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal)
            .Select(file => File.ReadAllText(file).Replace("all [1].db", "single.db", StringComparison.Ordinal))];
        Assert.Equal(Pages("single").Length, Pages("merged").Length);
        Assert.Equal(Pages("single").Select(page => page.Length), Pages("merged").Select(page => page.Length));
    }

    [Fact]
    public void AFileThatIsWritten_IsReadMeanwhile_AndNotMergedInto()
    {
        PSObject[] said = [.. _session.Run("""
            'cat.jpg', 'rocket.jpg' | Invoke-CamExplanation -Model (Import-CamModel) | Export-CamAudit busy.db -PassThru | ForEach-Object {
                if (-not $warned) {
                    try { Merge-CamAudit single.db busy.db } catch { $_.FullyQualifiedErrorId }
                    Merge-CamAudit busy.db other.db -WarningVariable warned -WarningAction SilentlyContinue
                    "$warned"
                }
            }
            """).OrThrow()];
        Assert.StartsWith("AuditInUse,", $"{said[0]}", StringComparison.Ordinal);
        Assert.Contains("is still being written", $"{said[1]}", StringComparison.Ordinal);
    }
}
