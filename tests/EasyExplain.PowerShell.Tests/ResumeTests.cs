using System.Diagnostics;
using System.Text.RegularExpressions;

namespace EasyExplain.PowerShell.Tests;

/// <summary>
/// An audit that goes on: what -SkipExisting gives of the photos that it passes over, and that nothing is lost when it is killed.
/// </summary>
public sealed class ResumeTests : IDisposable
{
    private const string Explain = "$m = Import-CamModel; Invoke-CamExplanation -LiteralPath cat.jpg, rocket.jpg -Model $m ";
    private const string CountPassedOver =
        "Where-Object { -not $_.Maps.Length -and $null -eq $_.Map } | Measure-Object | ForEach-Object Count";
    private readonly ModuleSession _session = new();

    public ResumeTests()
    {
        foreach (string name in new[] { "cat.jpg", "rocket.jpg" })
        {
            File.Copy(Repository.Photo(name), Path.Combine(_session.Folder, name));
        }
    }

    public void Dispose() => _session.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("-Class Predicted, dog -Method GradCAM, FinerCAM -Layer layer2, layer3 -ExpectedLabel cat")]
    [InlineData("-Method SmoothGradCAMPlusPlus -Seed 7 -EigenSmooth -ExpectedLabel zebra")]
    public void ARowOfAPhotoThatIsPassedOver_SaysWhatItsExplanationSaid(string options)
    {
        string[] said = Rows($"{Explain} {options} | Tee-Object -Variable all | Export-CamOverlay out -Style Overlay, Mask; $all");
        string[] again = Rows($"{Explain} {options} -SkipExisting out");

        Assert.Equal(said, again);
        Assert.All(again, row => Assert.Contains("\"Label\":", row, StringComparison.Ordinal));
        Assert.Equal(again.Length, PassedOver(options));
    }

    [Fact]
    public void ExpectedLabels_AreThoseOfTheSecondRun()
    {
        _session.Run($"{Explain} | Export-CamOverlay out").OrThrow();
        Assert.Equal(["True", "False"], _session.Run(
            $"{Explain} -SkipExisting out -ExpectedLabel cat | ForEach-Object Correct").OrThrow().Select(one => one.ToString()));
    }

    [Fact]
    public void ARow_IsNotDrawn()
    {
        _session.Run($"{Explain} | Export-CamOverlay out").OrThrow();

        ModuleSession.Result same = _session.Run($"{Explain} -SkipExisting out | Export-CamOverlay out -PassThru");
        Assert.Empty(same.OrThrow());

        ModuleSession.Result other = _session.Run($"{Explain} -SkipExisting out | Export-CamOverlay elsewhere");
        Assert.Equal(["PassedOver", "PassedOver"], other.Errors.Select(error => error.FullyQualifiedErrorId.Split(',')[0]));
        Assert.Contains("cat.jpg' was passed over by -SkipExisting, so there is no map to draw", other.Errors[0].ToString(),
            StringComparison.Ordinal);
        Assert.Equal(Path.Combine(_session.Folder, "cat.jpg"), other.Errors[0].TargetObject);
    }

    /// <summary>A seed that was given belongs to what was asked, where noise is drawn; one that was drawn does not.</summary>
    [Theory]
    [InlineData("RandomCAM", "-Seed 1", "-Seed 1", 2)]
    [InlineData("RandomCAM", "-Seed 1", "-Seed 2", 0)]
    [InlineData("RandomCAM", "-Seed 1", "", 0)]
    [InlineData("RandomCAM", "", "", 2)]
    [InlineData("LayerCAM", "-Seed 1", "-Seed 2", 2)]
    public void ASeedThatIsGiven_IsOneOfTheChoices(string method, string first, string second, int passedOver)
    {
        _session.Run($"{Explain} -Method {method} {first} | Export-CamOverlay out").OrThrow();
        Assert.Equal(passedOver, PassedOver($"-Method {method} {second}"));
    }

    [Fact]
    public void OtherLabels_AreExplainedAnew()
    {
        File.WriteAllLines(Path.Combine(_session.Folder, "names.txt"), Enumerable.Range(0, 10).Select(i => $"class {i}"));
        _session.Run($"{Explain} | Export-CamOverlay out").OrThrow();
        string again = Explain.Replace("Import-CamModel;", "Import-CamModel -LabelPath names.txt;", StringComparison.Ordinal);
        Assert.Equal(0, _session.Run($"{again} -SkipExisting out | {CountPassedOver}").OrThrow().Single().BaseObject);
    }

    /// <summary>A picture from before there were rows is made once more, and then has one.</summary>
    [Fact]
    public void APictureWithoutARow_IsMadeAgain()
    {
        _session.Run($"{Explain} | Export-CamOverlay out").OrThrow();
        string picture = Directory.GetFiles(Path.Combine(_session.Folder, "out"), "cat*.png").Single();
        byte[] bytes = File.ReadAllBytes(picture);
        bytes[bytes.AsSpan().IndexOf("{\"row\":"u8)] = (byte)'-';
        File.WriteAllBytes(picture, bytes);

        Assert.Equal(1, PassedOver(""));
        _session.Run($"{Explain} -SkipExisting out | Export-CamOverlay out").OrThrow();
        Assert.Equal(2, PassedOver(""));
    }

    /// <summary>
    /// The lines of docs/auditing.md, killed twice half-way, and run to their end: one row and one picture for each photo, and none torn.
    /// </summary>
    [Theory]
    [InlineData("For pictures of all images", "Get-CamAudit audit.db")]
    [InlineData("## With pictures alone", "Import-Csv overlays.csv")]
    public void AnAudit_KilledAtAnyMoment_LosesNothing(string heading, string rowsOf)
    {
        const int count = 40;
        Match lines = Regex.Match(File.ReadAllText(Path.Combine(Repository.Root, "docs", "auditing.md")),
            heading + ".*?```powershell\r?\n(.*?)```", RegexOptions.Singleline);
        Assert.True(lines.Success);
        string script = Path.Combine(_session.Folder, "audit.ps1"), outFolder = Path.Combine(_session.Folder, "out");
        File.WriteAllText(script,
            "$model = Import-CamModel\n$images = Get-ChildItem photos -Recurse -Include *.jpg\n" + lines.Groups[1].Value);
        string photos = Directory.CreateDirectory(Path.Combine(_session.Folder, "photos", "cat")).FullName;
        for (int i = 0; i < count; i++)
        {
            File.Copy(Repository.Photo("cat.jpg"),
                Path.Combine(photos, OperatingSystem.IsWindows() ? $"{i:00}, a.jpg" : $"{i:00}, \"a\".jpg"));
        }

        int Pictures() => Directory.Exists(outFolder) ? Directory.GetFiles(outFolder, "*.png", SearchOption.AllDirectories).Length : 0;
        foreach (int killedAt in new[] { 6, 15 })
        {
            using Process run = ChildProcess.Start("dotnet", [Host, script], _session.Folder);
            while (Pictures() < killedAt && !run.WaitForExit(5))
            {
            }
            run.Kill(entireProcessTree: true);
            run.WaitForExit();
            Assert.InRange(Pictures(), killedAt, count - 1);
        }
        Assert.Equal(new ChildProcess(0, "", ""), ChildProcess.Run("dotnet", [Host, script], _session.Folder));

        string[] rows =
        [
            .. _session.Run(rowsOf + " | ForEach-Object { '{0} {1} {2} {3}' -f $_.Path, $_.Label, $_.Expected, $_.Correct }")
                .OrThrow().Select(row => row.ToString()).Order(StringComparer.Ordinal),
        ];
        Assert.Equal(Directory.GetFiles(photos).Select(file => $"{file} cat cat True").Order(StringComparer.Ordinal), rows);
        Assert.Equal(count, Pictures());
    }

    private object PassedOver(string options) =>
        _session.Run($"{Explain} {options} -SkipExisting out | {CountPassedOver}").OrThrow().Single().BaseObject;

    private static string Host => BuiltAssembly.Of("src/EasyExplain.Host", "EasyExplain.Host.dll");

    /// <summary>Each explanation as JSON, without what only maps have, and what it took.</summary>
    private string[] Rows(string script) =>
    [
        .. _session.Run($"& {{ {script} }} | Select-Object * -ExcludeProperty Maps, Fused, Seconds |" +
                "ForEach-Object { $_ | ConvertTo-Json -Depth 4 -Compress }")
            .OrThrow().Select(row => row.ToString()),
    ];
}
