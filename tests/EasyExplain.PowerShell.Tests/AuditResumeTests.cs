namespace EasyExplain.PowerShell.Tests;

/// <summary>An audit that goes on where its audit file ends: Invoke-CamExplanation -SkipExisting audit.db.</summary>
public sealed class AuditResumeTests : IDisposable
{
    private const string Explain =
        "Invoke-CamExplanation -LiteralPath cat.jpg, late.jpg, rocket.jpg -Model (Import-CamModel) -ErrorAction Ignore " +
        "-SkipExisting audit.db ";

    private readonly ModuleSession _session = new();

    public AuditResumeTests()
    {
        foreach (string name in new[] { "cat.jpg", "rocket.jpg" })
        {
            File.Copy(Repository.Photo(name), InFolder(name));
        }
    }

    public void Dispose() => _session.Dispose();

    [Theory]
    [InlineData("", 1)]
    [InlineData("-Class Predicted, dog -Method GradCAM, FinerCAM -Layer layer2, layer3 -ExpectedLabel cat", 4)]
    [InlineData("-Method SmoothGradCAMPlusPlus -Seed 7 -EigenSmooth -ExpectedLabel zebra", 1)]
    public void NothingIsExplainedTwice_AndEachExplanationSaysWhatItSaid(string options, int explanations)
    {
        string run = $"{Explain} {options} -Verbose";
        string[] said = Rows($"{run} | Tee-Object -Variable all | Export-CamAudit audit.db; $all");
        Assert.Equal(2 * explanations, said.Length);

        ModuleSession.Result again = _session.Run($"{run} | Export-CamAudit audit.db");
        Assert.Contains("2 of the photos were passed over: 'audit.db' has them.", again.Verbose);
        Assert.Equal(said, Rows(run));
        Assert.Equal(2 * explanations + 1, Count("Get-CamAudit audit.db"));

        File.Copy(Repository.Photo("coffee.jpg"), InFolder("late.jpg")); // it failed, and is tried again
        _session.Run($"{run} | Export-CamAudit audit.db").OrThrow();
        Assert.Equal(3 * explanations, Count("Get-CamAudit audit.db"));
        Assert.Equal(0, Count("Get-CamAudit audit.db | Where-Object ErrorId"));
    }

    [Fact]
    public void ExpectedLabels_AreThoseOfTheLastRun()
    {
        _session.Run($"{Explain} -ExpectedLabel cat | Export-CamAudit audit.db").OrThrow();
        _session.Run($"{Explain} -ExpectedLabel ship | Export-CamAudit audit.db").OrThrow();
        Assert.Equal(["False", "True"], Said("Get-CamAudit audit.db | Where-Object Label | Sort-Object File | ForEach-Object Correct"));
    }

    [Fact]
    public void APictureThatIsMissing_IsDrawnFromTheAuditFile_AndAgreesWithTheOthers()
    {
        string run = $"{Explain} -Layer layer2, layer3 | Export-CamAudit audit.db -PassThru | " +
            "Export-CamOverlay . -SkipExisting -PassThru | ForEach-Object Name";
        string[] names = ["cat_LayerCAM_cat_overlay.png", "rocket_LayerCAM_ship_overlay.png"];
        Assert.Equal(names, Said(run));
        byte[] first = File.ReadAllBytes(InFolder(names[0]));
        Assert.Empty(Said(run)); // both are there

        File.Delete(InFolder(names[0]));
        Assert.Equal([names[0]], Said(run));
        // A step of 1/255 in a map moves few colours, so the files are nearly as large; and a run that goes on by pictures knows it.
        Assert.InRange(new FileInfo(InFolder(names[0])).Length, first.Length * 0.95, first.Length * 1.05);
        Assert.Equal(2, Count($"{Explain.Replace("audit.db", ".", StringComparison.Ordinal)} -Layer layer2, layer3 | " +
            "Where-Object { $_.Maps.Length -eq 0 }"));
        Assert.Equal(names, Said(run.Replace("-SkipExisting -PassThru", "-PassThru", StringComparison.Ordinal))); // drawn like any other
    }

    [Fact]
    public void WhatIsNotThereYet_IsEmpty_AndWhatIsNoAuditFileEndsTheCommand()
    {
        File.WriteAllText(InFolder("text.db"), "text");
        foreach ((string file, string? id) in new (string, string?)[]
        {
            ("new.db", null), ("new", null), ("text.db", "NotAnAudit"), ("cat.jpg", "NotAnAudit"),
        })
        {
            ModuleSession.Result result = _session.Run(Explain.Replace("audit.db", file, StringComparison.Ordinal));
            Assert.Equal(id, result.Terminated?.FullyQualifiedErrorId.Split(',')[0]);
            Assert.Equal(id is null ? 2 : 0, result.Output.Count);
        }
        Assert.False(File.Exists(InFolder("new.db")));
    }

    private string InFolder(string name) => Path.Combine(_session.Folder, name);

    private int Count(string script) => _session.Run(script).OrThrow().Count;

    private string[] Said(string script) => [.. _session.Run(script).OrThrow().Select(one => one.ToString())];

    /// <summary>Each explanation as JSON, with its maps' sizes, and without what it took.</summary>
    private string[] Rows(string script) =>
        Said($"& {{ {script} }} | Select-Object * -ExcludeProperty Seconds | ForEach-Object {{ $_ | ConvertTo-Json -Depth 4 -Compress }}");
}
