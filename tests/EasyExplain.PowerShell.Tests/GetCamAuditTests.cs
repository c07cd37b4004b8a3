using System.Management.Automation;

namespace EasyExplain.PowerShell.Tests;

/// <summary>Rows of audit files: which come, what they have, and where they can go.</summary>
public sealed class GetCamAuditTests : IDisposable
{
    private readonly ModuleSession _session = new();

    public GetCamAuditTests()
    {
        foreach (string name in new[] { "cat.jpg", "rocket.jpg" })
        {
            File.Copy(Repository.Photo(name), InFolder(name));
        }
        _session.Run("""
            $explain = @{ Model = Import-CamModel; Layer = 'layer2', 'layer3'; ExpectedLabel = 'cat'; ErrorAction = 'Ignore' }
            $global:all = @(Invoke-CamExplanation -LiteralPath cat.jpg, gone.jpg, rocket.jpg @explain |
                Export-CamAudit 'a [1].db' -PassThru)
            """).OrThrow();
    }

    public void Dispose() => _session.Dispose();

    [Fact]
    public void ARow_SaysWhatTheExplanationSaid()
    {
        const string properties = "Path, Method, Class, Label, Probability, Score, Expected, Correct, ModelName, Seconds, " +
            "@{ n = 'Predicted'; e = { $_.Predicted -join ';' } }, @{ n = 'Layers'; e = { $_.Layers -join ';' } }, " +
            "@{ n = 'Size'; e = { $_.ImageSize -join ';' } }, @{ n = 'Top'; e = { $_.Predictions -join ';' } }, " +
            "@{ n = 'Took'; e = { $_.Duration.ToString() } }, " +
            "@{ n = 'Maps'; e = { ($_.Maps + $_.Fused + $_.Map | ForEach-Object { \"$_ $($_.Peak)\" }) -join ';' } }";
        string Said(string which) => string.Join('\n', _session.Run(
            $"{which} | Select-Object {properties} | ForEach-Object {{ $_ | ConvertTo-Json -Compress }}").OrThrow());

        string row = Said("Get-CamAudit 'a [1].db' | Where-Object ErrorId -eq $null");
        Assert.Equal(Said("$all"), row);
        Assert.Contains("layer2+layer3 (16×16)", row, StringComparison.Ordinal);
    }

    [Fact]
    public void AMap_IsWithinHalfAStepOf255()
    {
        Assert.Equal("True", _session.Run("""
            $row = Get-CamAudit 'a [1].db' | Select-Object -First 1
            $there, $here = $all[0].Maps[0].ToArray(), $row.Maps[0].ToArray()
            $worst = 0.0
            for ($i = 0; $i -lt 256; $i++) {
                $x = $i % 16
                $y = ($i - $x) / 16
                $worst = [Math]::Max($worst, [Math]::Abs($there[$y, $x] - $here[$y, $x]))
            }
            $worst -gt 0 -and $worst -le 0.5001 / 255
            """).OrThrow().Single().ToString());
    }

    [Fact]
    public void JsonOfARow_IsSmall_AndSoIsWhatJobsGiveBack()
    {
        string json = _session.Run("Get-CamAudit 'a [1].db' | Select-Object -First 1 | ConvertTo-Json -Depth 5").OrThrow().Single()
            .ToString();
        Assert.InRange(json.Length, 500, 2000);
        Assert.DoesNotContain("Maps", json, StringComparison.Ordinal);
        Assert.Equal("cat 2", _session.Run("""
            $row = Get-CamAudit 'a [1].db' | Select-Object -First 1
            $back = [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($row))
            "$($back.Label) $($back.Layers.Count)"
            """).OrThrow().Single().ToString());
    }

    [Fact]
    public void AuditFiles_AreFoundAsFilesAre()
    {
        File.Copy(InFolder("a [1].db"), InFolder("b.db"));
        foreach ((string command, int rows) in new[]
        {
            ("Get-CamAudit 'a [1].db'", 3), ("Get-CamAudit -LiteralPath 'a [1].db'", 3), ("Get-ChildItem *.db | Get-CamAudit", 6),
            ("Get-CamAudit *.db", 6), ("Get-CamAudit ?.db, 'a [1].db'", 6),
        })
        {
            Assert.Equal(rows, _session.Run(command).OrThrow().Count);
        }
    }

    [Fact]
    public void ABadFile_IsAnErrorAmongOthers_AndAloneEndsTheCommand()
    {
        File.WriteAllText(InFolder("x.db"), "no database");

        ModuleSession.Result several = _session.Run("Get-CamAudit *.db");
        Assert.Equal((3, "NotAnAudit"), (several.Output.Count, several.Errors.Single().FullyQualifiedErrorId.Split(',')[0]));

        foreach ((string name, string id) in new[] { ("x.db", "NotAnAudit"), ("gone.db", "FileNotFound"), ("*.sqlite", "FileNotFound") })
        {
            ErrorRecord? alone = _session.Run($"Get-CamAudit {name}").Terminated;
            Assert.Equal(id, alone?.FullyQualifiedErrorId.Split(',')[0]);
            Assert.Contains(name, alone!.Exception.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void ARow_IsDrawnWithoutAModel_UnlessItsImageIsAnotherNow()
    {
        _session.Run("""
            $m = Import-CamModel
            foreach ($name in 'same', 'touched', 'longer', 'other', 'deleted') { Copy-Item cat.jpg "$name.jpg" }
            Get-ChildItem same.jpg, touched.jpg, longer.jpg, other.jpg, deleted.jpg | Invoke-CamExplanation -Model $m |
                Export-CamAudit b.db
            [IO.File]::SetLastWriteTimeUtc("$PWD/touched.jpg", '2020-01-01')
            [IO.File]::AppendAllText("$PWD/longer.jpg", 'xx')
            $bytes = [IO.File]::ReadAllBytes("$PWD/other.jpg")
            $bytes[-3] = $bytes[-3] -bxor 1
            [IO.File]::WriteAllBytes("$PWD/other.jpg", $bytes)
            [IO.File]::SetLastWriteTimeUtc("$PWD/other.jpg", '2020-01-01')
            [IO.File]::Delete("$PWD/deleted.jpg")
            $m.Dispose()
            """).OrThrow();

        ModuleSession.Result result = _session.Run(
            "Get-CamAudit b.db, 'a [1].db' | Export-CamOverlay out -PassThru " +
            "-FileName '{Name} {Method} {Label} {Class} {Expected} {Layers} {Model}' | ForEach-Object Name");

        Assert.Equal(
            [
                "same LayerCAM cat 3 - layer3 resnet20-cifar10.png", "touched LayerCAM cat 3 - layer3 resnet20-cifar10.png",
                "cat LayerCAM cat 3 cat layer2+layer3 resnet20-cifar10.png",
                "rocket LayerCAM ship 8 cat layer2+layer3 resnet20-cifar10.png",
            ],
            result.Output.Select(one => one.ToString()));
        Assert.Equal(
            ["deleted.jpg ImageNotFound", "longer.jpg ImageChanged", "other.jpg ImageChanged", "gone.jpg NoMap"],
            result.Errors.Select(error =>
                $"{Path.GetFileName((string)error.TargetObject)} {error.FullyQualifiedErrorId.Split(',')[0]}"));
        Assert.Contains("35042 bytes and has 35044", result.Errors[1].Exception.Message, StringComparison.Ordinal);
        Assert.Contains("ImageNotFound", result.Errors[3].Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_AreShown_AndExplainedAgain()
    {
        Assert.Equal("cat.jpg: cat", _session.Run("Get-CamAudit 'a [1].db' | Select-Object -First 1 | Show-CamOverlay -PassThru")
            .OrThrow().Single().ToString());

        Assert.Equal(["rocket.jpg: ship (FinerCAM)"], _session.Run("""
            Get-CamAudit 'a [1].db' | Where-Object Correct -eq $false |
                Invoke-CamExplanation -Model (Import-CamModel) -Method FinerCAM | ForEach-Object { "$_" }
            """).OrThrow().Select(one => one.ToString()));

        ErrorRecord? missing = _session.Run("Get-CamAudit 'a [1].db' | Invoke-CamExplanation").Terminated;
        Assert.Equal("ModelMissing", missing?.FullyQualifiedErrorId.Split(',')[0]);
        Assert.Contains("'resnet20-cifar10', but does not bring it", missing!.Exception.Message, StringComparison.Ordinal);
    }

    private string InFolder(string name) => Path.Combine(_session.Folder, name);
}
