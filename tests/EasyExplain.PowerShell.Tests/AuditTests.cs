using System.Management.Automation;

namespace EasyExplain.PowerShell.Tests;

/// <summary>A folder with folders of photos, audited: where pictures go, what is expected, what a second run does.</summary>
public sealed class AuditTests : IDisposable
{
    private const string Explain =
        "$m = Import-CamModel; $photos = [System.IO.DirectoryInfo]::new(\"$($pwd.ProviderPath)/photos\").GetFiles('*', 'AllDirectories') " +
        "| Sort FullName; $photos | Invoke-CamExplanation -Model $m ";
    private readonly ModuleSession _session = new();

    public AuditTests()
    {
        Add("photos/cat/1.jpg", "cat.jpg");
        Add("photos/truck/1.jpg", "rocket.jpg");
        _session.Run("""function global:Sort { param($By) $all = @($input); [array]::Sort(@($all.$By), $all); $all }""").OrThrow();
    }

    public void Dispose() => _session.Dispose();

    [Theory]
    [InlineData("", "photos/cat/1_LayerCAM_cat_overlay.png", "photos/truck/1_LayerCAM_ship_overlay.png")]
    [InlineData("-RelativeTo photos", "cat/1_LayerCAM_cat_overlay.png", "truck/1_LayerCAM_ship_overlay.png")]
    [InlineData("-RelativeTo photos/cat", "1_LayerCAM_cat_overlay.png", "1_LayerCAM_ship_overlay.png")]
    [InlineData("-FileName '{Name}'", "1.png", "1 (2).png")]
    [InlineData("-FileName '{expected}/{NAME}.{extension} is {Predicted}' -Format Jpeg", "-/1.jpg is cat.jpg", "-/1.jpg is ship.jpg")]
    [InlineData("-RelativeTo photos -FileName '{Folder}\\{Class}-{Layers}-{Model}-{Style}' -Style Mask",
        "cat/3-layer3-resnet20-cifar10-mask.png", "truck/8-layer3-resnet20-cifar10-mask.png")]
    [InlineData("-FileName '/../{Label}/..'", "--/ship/--.png", "--/cat/--.png")]
    public void Pictures_LieBelowTheDestination_ByTheTemplate(string options, params string[] expected)
    {
        _session.Run($"{Explain} | Export-CamOverlay out {options}").OrThrow();
        Assert.Equal(expected.Order(StringComparer.Ordinal), Files("out"));
    }

    [Theory]
    [InlineData("{Nmae}", "{Name}")]
    [InlineData("{Name", "no partner")]
    [InlineData("a:{Name}", "':'")]
    public void AWrongTemplate_StopsAtOnce_AndSaysWhatWouldBeRight(string template, string named)
    {
        ErrorRecord? error = _session.Run($"{Explain} | Export-CamOverlay out -FileName $args[0]", template).Terminated;
        Assert.NotNull(error);
        Assert.StartsWith("FileNameInvalid,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains(named, error.ToString(), StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_session.Folder, "out")));
    }

    [Theory]
    [InlineData("ParentFolder", "cat:True truck:False")]
    [InlineData("CAT", "cat:True cat:False")]
    [InlineData("3", "cat:True cat:False")]
    [InlineData("{ if ($_.Directory.Name -eq 'truck') { 'ship' } }", ": ship:True")]
    [InlineData("{ $_.Length }", "34023: 54323:", 1)]
    [InlineData("{ throw 'no idea' }", ": :", 0, 2)]
    public void WhatIsExpected_IsComparedWithThePrediction(string expected, string rows, int warnings = 0, int errors = 0)
    {
        ModuleSession.Result result = _session.Run($"{Explain} -Class dog -ExpectedLabel {expected}");
        string said = string.Join(' ',
            result.Output.Select(row => $"{row.Properties["Expected"].Value}:{row.Properties["Correct"].Value}"));
        Assert.Equal(expected.Contains("Length", StringComparison.Ordinal) ? $"{Length("cat")}: {Length("truck")}:" : rows, said);
        Assert.Equal(warnings, result.Warnings.Count);
        Assert.Equal(Enumerable.Repeat("ExpectedLabelFailed", errors),
            result.Errors.Select(error => error.FullyQualifiedErrorId.Split(',')[0]));
        Assert.All(result.Errors, error => Assert.EndsWith("1.jpg", (string)error.TargetObject, StringComparison.Ordinal));
    }

    [Fact]
    public void Tab_CompletesWhatCanBeExpected_AndPlaceholders()
    {
        string Complete(string line) => string.Join(' ', _session.Run(
            "$global:m = Import-CamModel; [System.Management.Automation.CommandCompletion]::CompleteInput($args[0], $args[0].Length, " +
            "$null).CompletionMatches", line).OrThrow().Select(match => match.Properties["CompletionText"].Value));
        Assert.Equal("ParentFolder", Complete("Invoke-CamExplanation -ExpectedLabel Par"));
        Assert.Equal("deer", Complete("Invoke-CamExplanation -Model $m -ExpectedLabel de"));
        Assert.Equal("'{Folder}/{Predicted}' '{Folder}/{Probability}'",
            string.Join(' ', Complete("Export-CamOverlay out -FileName '{Folder}/{Pr").Split(' ').Order(StringComparer.Ordinal)));
    }

    /// <summary>Each change after a first run, and the photos that the second run explains again.</summary>
    [Theory]
    [InlineData("nothing", "", "")]
    [InlineData("a picture has another name", "", "")]
    [InlineData("a picture is half there", "", "cat")]
    [InlineData("a picture is gone", "", "truck")]
    [InlineData("a photo is another", "", "cat")]
    [InlineData("nothing", "-Method GradCAM", "cat truck")]
    [InlineData("nothing", "-Class dog", "cat truck")]
    [InlineData("nothing", "-Layer layer2", "cat truck")]
    public void TheSecondRun_ExplainsWhatHasNotAllItsPictures(string change, string options, string again)
    {
        _session.Run($"{Explain} | Export-CamOverlay out -Style Overlay, Mask").OrThrow();
        string Picture(string folder) => Directory.GetFiles(Path.Combine(_session.Folder, "out", "photos", folder), "*mask.png").Single();
        switch (change)
        {
            case "a picture has another name":
                File.Move(Picture("cat"), Path.Combine(_session.Folder, "out", "renamed.png"));
                break;
            case "a picture is half there":
                using (FileStream file = File.OpenWrite(Picture("cat")))
                {
                    file.SetLength(file.Length / 2);
                }
                break;
            case "a picture is gone":
                File.Delete(Picture("truck"));
                break;
            case "a photo is another":
                Add("photos/cat/1.jpg", "coffee.jpg");
                break;
        }
        ModuleSession.Result second = _session.Run($"{Explain} {options} -SkipExisting out -Verbose");
        Assert.Equal(2, second.OrThrow().Count); // a row of those that are passed over, too
        Assert.Equal(again, string.Join(' ',
            second.Output.Where(IsExplained).Select(one => Path.GetFileName(Path.GetDirectoryName((string)one.Properties["Path"].Value)))));
        Assert.Equal(again != "cat truck", second.Verbose.Any(line => line.Contains("passed over", StringComparison.Ordinal)));
    }

    [Fact]
    public void APhotoWithOneOfItsTwoClassesDrawn_IsExplainedAgain()
    {
        _session.Run($"{Explain} -Class Predicted, dog | Where-Object Label -ne dog | Export-CamOverlay out").OrThrow();
        Assert.Equal(4, _session.Run($"{Explain} -Class Predicted, dog -SkipExisting out").OrThrow().Count(IsExplained));
        _session.Run($"{Explain} -Class Predicted, dog | Where-Object Label -eq dog | Export-CamOverlay out").OrThrow();
        Assert.Equal(0, _session.Run($"{Explain} -Class Predicted, dog -SkipExisting out").OrThrow().Count(IsExplained));
    }

    private static bool IsExplained(PSObject one) => ((System.Collections.ICollection)one.Properties["Maps"].Value).Count > 0;

    [Theory]
    [InlineData("Png")]
    [InlineData("Jpeg")]
    [InlineData("Webp")]
    public void SkipExisting_LeavesWholePictures_AndWritesHalfOnesAgain(string format)
    {
        string export = $"{Explain} | Export-CamOverlay out -FileName '{{Label}}' -Format {format} -SkipExisting -PassThru";
        string[] first = [.. _session.Run(export).OrThrow().Select(file => (string)file.Properties["FullName"].Value)];
        Assert.Equal(2, first.Length);
        byte[] whole = File.ReadAllBytes(first[0]);
        File.WriteAllBytes(first[0], whole[..^1]);
        File.SetLastWriteTimeUtc(first[1], DateTime.UnixEpoch);
        Assert.Equal(first[0], _session.Run(export).Get<string>("FullName"));
        Assert.Equal(whole, File.ReadAllBytes(first[0]));
        Assert.Equal(DateTime.UnixEpoch, File.GetLastWriteTimeUtc(first[1]));
    }

    [Fact]
    public void WhatCannotBeRead_IsOneErrorEach_AndTheRestGoesOn()
    {
        Add("photos/locked.jpg", "cat.jpg");
        Add("photos/gone.jpg", "cat.jpg");
        using FileStream locked = new(Path.Combine(_session.Folder, "photos", "locked.jpg"), FileMode.Open, FileAccess.ReadWrite,
            FileShare.None);
        ModuleSession.Result result = _session.Run("""
            $m = Import-CamModel
            $all = [System.IO.DirectoryInfo]::new("$($pwd.ProviderPath)/photos").GetFileSystemInfos('*', 'AllDirectories') | Sort FullName
            [System.IO.File]::Delete("$($pwd.ProviderPath)/photos/gone.jpg")
            $all | Invoke-CamExplanation -Model $m -ErrorVariable problems | Export-CamOverlay out
            $?
            $problems.Count
            """);
        Assert.Equal([false, 4], result.Output.Select(one => one.BaseObject));
        Assert.Equal(
            ["PathIsFolder InvalidArgument cat", "ImageNotFound ObjectNotFound gone.jpg", "ImageInUse ResourceBusy locked.jpg",
                "PathIsFolder InvalidArgument truck"],
            result.Errors.Select(error => $"{error.FullyQualifiedErrorId.Split(',')[0]} {error.CategoryInfo.Category} " +
                $"{Path.GetFileName((string)error.TargetObject)}"));
        Assert.Equal(2, Files("out").Length);
    }

    [Fact]
    public void ErrorActionStop_StopsAtTheFirst()
    {
        File.WriteAllText(Path.Combine(_session.Folder, "photos", "cat", "0.jpg"), "");
        ModuleSession.Result result = _session.Run($"{Explain} -ErrorAction Stop | Export-CamOverlay out");
        Assert.StartsWith("ImageEmpty,", result.Terminated?.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Empty(Files("out"));

        File.Delete(Path.Combine(_session.Folder, "photos", "cat", "0.jpg"));
        File.WriteAllText(Path.Combine(_session.Folder, "file"), "");
        result = _session.Run($"{Explain} | Export-CamOverlay file -ErrorAction Stop");
        Assert.StartsWith("OverlayWriteFailed,", result.Terminated?.FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public void WhereAFileStands_WhereAFolderShould_EachPictureIsAnError()
    {
        File.WriteAllText(Path.Combine(_session.Folder, "file"), "");
        ModuleSession.Result result = _session.Run($"{Explain} | Export-CamOverlay file -RelativeTo photos -FileName '{{Name}}'; $?");
        Assert.Equal(["OverlayWriteFailed WriteError 1.png", "OverlayWriteFailed WriteError 1 (2).png"],
            result.Errors.Select(error => $"{error.FullyQualifiedErrorId.Split(',')[0]} {error.CategoryInfo.Category} " +
                $"{Path.GetFileName((string)error.TargetObject)}"));
        Assert.False((bool)result.Output.Single().BaseObject);
    }

    [FullDiskFact]
    public void AFullDisk_IsAnErrorForEachPicture_AndLeavesNoHalfFile()
    {
        string disk = Directory.CreateDirectory(Path.Combine(_session.Folder, "disk")).FullName;
        Assert.Equal(0, ChildProcess.Run("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", disk], _session.Folder).ExitCode);
        try
        {
            ModuleSession.Result result = _session
                .Run($"{Explain} | Export-CamOverlay disk -Style Overlay, Heatmap -FileName '{{Style}}{{Label}}' -MaxSize 64");
            Assert.Empty(result.Errors); // small ones fit
            result = _session.Run($"{Explain} | Export-CamOverlay disk -Style Overlay -FileName 'big{{Label}}'");
            Assert.Equal(["DiskFull ResourceUnavailable bigcat.png", "DiskFull ResourceUnavailable bigship.png"],
                result.Errors.Select(error => $"{error.FullyQualifiedErrorId.Split(',')[0]} {error.CategoryInfo.Category} " +
                    $"{Path.GetFileName((string)error.TargetObject)}"));
            Assert.Equal(["heatmapcat.png", "heatmapship.png", "overlaycat.png", "overlayship.png"], Files("disk"));
        }
        finally
        {
            ChildProcess.Run("umount", [disk], _session.Folder);
        }
    }

    [Theory]
    [InlineData("Invoke-CamExplanation -LiteralPath $args -Model (Import-CamModel)", "2 of 3", 33)]
    [InlineData("Invoke-CamExplanation -Path photos/*/1.jpg, $args[0] -Model (Import-CamModel)", "2 of 3", 33)]
    [InlineData("$args | Invoke-CamExplanation -Model (Import-CamModel)", "2", -1)]
    public void Progress_CountsAndTellsTheRate_AndTheTimeLeftWhereTheNumberIsKnown(string script, string count, int percent)
    {
        using var shell = System.Management.Automation.PowerShell.Create(_session.Runspace);
        string cat = Repository.Photo("cat.jpg");
        shell.AddScript(script).AddArgument(cat).AddArgument(cat).AddArgument(cat);
        Assert.Equal(3, shell.Invoke().Count);
        Assert.Matches($@"^{count}, [\d.,]+ a second: 1?(cat)?\.jpg$", shell.Streams.Progress[0].StatusDescription);
        Assert.Equal(percent, shell.Streams.Progress[0].PercentComplete);
        Assert.Equal(percent >= 0, shell.Streams.Progress[0].SecondsRemaining >= 0);
        Assert.Equal(ProgressRecordType.Completed, shell.Streams.Progress[^1].RecordType);
    }

    [Fact]
    public void PassThru_GivesEachFile_BeforeTheNextPhotoIsNamed()
    {
        ModuleSession.Result result = _session.Run("""
            $m = Import-CamModel
            $seen = [System.Collections.Generic.List[string]]::new()
            & { $seen.Add('first named'); 'photos/cat/1.jpg'; $seen.Add('second named'); 'photos/truck/1.jpg' } |
                Invoke-CamExplanation -Model $m | Export-CamOverlay out -PassThru | ForEach-Object { $seen.Add($_.Exists) }
            $seen
            """);
        Assert.Equal(["first named", "True", "second named", "True"], result.OrThrow().Select(one => one.ToString()));
    }

    [Fact]
    public void TheExample_CountsMistakes_AndDrawsTheWorst()
    {
        Add("photos/cat/2.jpg", "astronaut.jpg");
        string[] said = [.. _session.Run("& $args[0] -Path photos -Destination worst -Worst 1",
            Path.Combine(Repository.Root, "examples", "audit-cifar.ps1")).OrThrow().Select(line => line.ToString())];
        string[] called = Words(said, "is");
        Assert.Equal("1", Words(said, "cat")[Array.IndexOf(called, "cat") - 2]); // the corner is three words
        Assert.Equal("1", Words(said, "truck")[Array.IndexOf(called, "ship") - 2]);
        Assert.Equal("0", Words(said, "truck")[Array.IndexOf(called, "truck") - 2]);
        Assert.Contains("resnet20-cifar10 (resnet20): 33.33 % of 3 images are right.", said);
        Assert.Equal(2, Files("worst").Length); // as it was called, and as it should have been
    }

    private static string[] Words(string[] lines, string first) =>
        lines.Single(line => line.StartsWith(first + " ", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private void Add(string path, string photo)
    {
        string full = Path.Combine(_session.Folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.Copy(Repository.Photo(photo), full, overwrite: true);
    }

    private long Length(string folder) => new FileInfo(Path.Combine(_session.Folder, "photos", folder, "1.jpg")).Length;

    private string[] Files(string folder)
    {
        string full = Path.Combine(_session.Folder, folder);
        return Directory.Exists(full)
            ? [.. Directory.GetFiles(full, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(full, file).Replace('\\', '/')).Order(StringComparer.Ordinal)]
            : [];
    }
}

/// <summary>A test that makes a small disk of its own; skipped, with the reason, where that is not allowed.</summary>
internal sealed class FullDiskFactAttribute : FactAttribute
{
    private static readonly Lazy<bool> CanMount = new(() =>
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
        {
            return false;
        }
        DirectoryInfo disk = Directory.CreateTempSubdirectory();
        bool mounted = ChildProcess.Run("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", disk.FullName], disk.FullName).ExitCode == 0;
        if (mounted)
        {
            ChildProcess.Run("umount", [disk.FullName], "/");
        }
        disk.Delete();
        return mounted;
    });

    public FullDiskFactAttribute()
    {
        if (!CanMount.Value)
        {
            Skip = "needs the right to mount a small tmpfs";
        }
    }
}
