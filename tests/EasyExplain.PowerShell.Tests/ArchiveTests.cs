
namespace EasyExplain.PowerShell.Tests;

/// <summary>Images in tars and zips, without unpacking: wherever a path of an image goes, the path of a member goes.</summary>
public sealed class ArchiveTests : IDisposable
{
    private const string Explain = "Invoke-CamExplanation -Model (Import-CamModel)";

    private readonly ModuleSession _session = new();

    public ArchiveTests()
    {
        foreach (string name in new[] { "pax.tar", "images.zip", "wrong.tar", "cut.tar", "webdataset.tar" })
        {
            File.Copy(Repository.Data("archives", name), InFolder(name));
        }
        // The same images in files, in the order of the archives.
        Directory.CreateDirectory(InFolder("loose"));
        System.Formats.Tar.TarFile.ExtractToDirectory(InFolder("pax.tar"), InFolder("loose"), overwriteFiles: false);
    }

    public void Dispose() => _session.Dispose();

    private static string[] Names => [.. File.ReadLines(Repository.Data("archives", "members.txt")).Select(line => line.Split(' ', 3)[2])];

    [Theory]
    [InlineData("Invoke-CamExplanation pax.tar -Model (Import-CamModel)", "pax.tar")]
    [InlineData("Get-ChildItem *.tar | Where-Object Name -eq pax.tar | Invoke-CamExplanation -Model (Import-CamModel)", "pax.tar")]
    [InlineData("Invoke-CamExplanation -Path *.zip -Model (Import-CamModel)", "images.zip")]
    [InlineData("Import-CamModel | Invoke-CamExplanation -LiteralPath images.zip", "images.zip")]
    public void AnArchive_StandsForItsImages_InItsOrder(string script, string archive)
    {
        string[] loose = [.. Names.Select(name => InFolder(Path.Combine("loose", name)))];
        ModuleSession.Result expected = _session.Run("Invoke-CamExplanation -LiteralPath $args -Model (Import-CamModel)", loose);
        ModuleSession.Result found = _session.Run(script);
        Assert.Empty(found.Errors);
        Assert.Equal(Names.Select(name => InFolder(Path.Combine(archive, name))), Of(found, "Path"));
        Assert.Equal(Of(expected, "Label"), Of(found, "Label"));
        Assert.Equal(Of(expected, "Probability"), Of(found, "Probability"));
        Assert.Equal(7, found.Output.Count);
    }

    [Theory]
    [InlineData("-Path 'pax.tar/n01/cat.jpg'", "pax.tar/n01/cat.jpg")]
    [InlineData("-Path 'pax.tar/n01/cat [1].jpg'", "pax.tar/n01/cat [1].jpg")]
    [InlineData("-Path 'pax.tar/n01/cat `[1`].jpg'", "pax.tar/n01/cat [1].jpg")]
    [InlineData("-LiteralPath 'images.zip/n01/cat [1].jpg'", "images.zip/n01/cat [1].jpg")]
    [InlineData("-LiteralPath images.zip/./n01/../top.jpg", "images.zip/top.jpg")]
    public void AMember_IsNamedByItsPath(string named, string path)
    {
        ModuleSession.Result one = _session.Run($"{Explain} {named}");
        Assert.Empty(one.Errors);
        Assert.Equal(InFolder(path), one.Get<string>("Path"));
        foreach (string command in new[] { "Measure-CamExplanation", "Get-CamConcept" })
        {
            ModuleSession.Result result = _session.Run($"{command} {named} -Model (Import-CamModel)" +
                (command[0] == 'M' ? " -Method LayerCAM -PassThru" : ""));
            Assert.Empty(result.Errors);
            Assert.Equal(InFolder(path), Of(result, "Path")[0]);
        }
    }

    [Fact]
    public void WhatIsNotThere_IsAnError_AndAFolderOfSuchANameIsAFolder()
    {
        Assert.Equal(["ImageNotFound " + InFolder("pax.tar/n01/dog.jpg")], Errors(_session.Run($"{Explain} pax.tar/n01/dog.jpg")));
        Assert.Contains("In an archive there are no wildcards",
            _session.Run($"{Explain} pax.tar/n01/*.jpg").Errors.Single().ToString(), StringComparison.Ordinal);
        Assert.Equal(["ImageNotFound " + InFolder("gone.tar")], Errors(_session.Run($"{Explain} gone.tar")));
        Directory.CreateDirectory(InFolder("folder.tar"));
        File.Copy(Repository.Photo("cat.jpg"), InFolder("folder.tar/cat.jpg"));
        Assert.Equal("cat", _session.Run($"{Explain} folder.tar/cat.jpg").Get<string>("Label"));
        Assert.Equal(["PathIsFolder " + InFolder("folder.tar")], Errors(_session.Run($"{Explain} folder.tar")));
    }

    [Fact]
    public void AnAudit_KnowsEachMember_GoesOn_AndDrawsThem()
    {
        const string run = "Get-Item pax.tar, images.zip | Invoke-CamExplanation -Model (Import-CamModel) -SkipExisting audit.db -Verbose";
        _session.Run($"{run} | Export-CamAudit audit.db").OrThrow();
        ModuleSession.Result rows = _session.Run("Get-CamAudit audit.db");
        Assert.Equal(
            new[] { "images.zip/", "pax.tar/" }.SelectMany(archive => Names.Select(name => archive + name)).Order(StringComparer.Ordinal),
            Of(rows, "File").Order(StringComparer.Ordinal));
        // What is the same image has the same hash and size, in the tar, in the zip and in a file.
        Assert.Equal(7, Of(rows, "Hash").Distinct().Count());
        Assert.Equal(["2023-11-14 22:13:20Z", "True"], Said(
            "$row = Get-CamAudit audit.db | Where-Object File -eq images.zip/n01/cat.jpg; '{0:u}' -f $row.Modified; " +
            "$row.Length -eq (Get-Item loose/n01/cat.jpg).Length"));

        ModuleSession.Result again = _session.Run(run);
        Assert.Equal(14, again.Output.Count);
        Assert.Contains("14 of the photos were passed over: 'audit.db' has them.", again.Verbose);

        string[] drawn = Said("Get-CamAudit audit.db | Where-Object File -like '*/n0?/c*' | Export-CamOverlay . -PassThru | " +
            "ForEach-Object { $_.FullName }");
        Assert.Equal(6, drawn.Length);
        Assert.All(drawn, file => Assert.Matches(@"(images-zip|pax-tar).n0[12].(cat|cat \[1\]|coffee)_LayerCAM_.*_overlay\.png$", file));
        Assert.Equal(7, Said($"{Explain} pax.tar | Export-CamOverlay out -Style Panel -PassThru").Length);

        // Another image of the same name and size, at another time: a map over it would lie.
        File.Copy(Repository.Data("archives", "cut.tar"), InFolder("pax.tar"), overwrite: true);
        string[] errors = Errors(_session.Run("Get-CamAudit audit.db | Where-Object File -eq pax.tar/top.jpg | Export-CamOverlay out"));
        Assert.Equal(["ImageNotFound " + InFolder("pax.tar/top.jpg")], errors);
    }

    [Fact]
    public void EachMemberThatFails_IsAnErrorOfItsPath_WithItsRow_AndTheRestGoesOn()
    {
        ModuleSession.Result result = _session.Run(
            $"{Explain} wrong.tar | Export-CamAudit audit.db -PassThru | ForEach-Object {{ $_.Path }}");
        Assert.Equal([InFolder("wrong.tar/good.jpg"), InFolder("wrong.tar/last.jpg")], result.Output.Select(one => one.ToString()));
        string[] wrong =
        [
            "MemberNameInvalid --/out.jpg", "MemberNameInvalid a/--/--/out.jpg", "MemberNameInvalid absolute.jpg",
            "MemberNameInvalid C-/drive.jpg", "MemberNameInvalid back-slash.jpg", "MemberNotAFile link.jpg", "MemberNotAFile hard.jpg",
            "MemberNotAFile pipe.jpg", "MemberUnsupported sparse.jpg", "ImageEmpty empty.jpg", "ImageNotAnImage text.jpg",
            "MemberDuplicate good.jpg",
        ];
        Assert.Equal(wrong, Errors(result).Select(error => error.Replace(InFolder("wrong.tar/"), "", StringComparison.Ordinal)));
        Assert.Equal(
            wrong[..^1].Order(StringComparer.Ordinal), // of two of one name the audit has the first
            Said("Get-CamAudit audit.db | Where-Object ErrorId | ForEach-Object { $_.ErrorId.Split(',')[0] + ' ' + $_.File.Substring(10) }")
                .Order(StringComparer.Ordinal));
        Assert.Equal("", Said("(Get-CamAudit audit.db | Where-Object File -like '*/good.jpg').ErrorId")[0]);
    }

    [Fact]
    public void AnArchiveThatIsCutShort_IsOneErrorAfterWhatIsWhole()
    {
        ModuleSession.Result result = _session.Run(
            $"{Explain} cut.tar, webdataset.tar -ErrorAction Continue 2>&1 | ForEach-Object {{ \"$_\" }}");
        string[] said = [.. result.Output.Select(one => one.ToString()!.Split(' ')[0].TrimEnd(':'))];
        Assert.Equal(["000000.jpg", "000001.jpg", $"'{InFolder("cut.tar").Split(' ')[0]}", "000000.jpg", "000001.jpg", "000002.jpg"], said);
        result = _session.Run($"{Explain} cut.tar | Export-CamAudit audit.db");
        Assert.Equal(["ArchiveTruncated " + InFolder("cut.tar")], Errors(result));
        Assert.Contains("the member '000002.jpg' at byte 9,728 is not all there", result.Errors[0].ToString(), StringComparison.Ordinal);
        Assert.Equal(["cut.tar/000000.jpg", "cut.tar/000001.jpg"], Of(_session.Run("Get-CamAudit audit.db"), "File"));
    }

    [Fact]
    public void WhatIsNoImage_IsPassedOver_AndTheLabelBesideOneIsRead()
    {
        ModuleSession.Result result = _session.Run(
            $"{Explain} webdataset.tar -ExpectedLabel Sidecar -Verbose | ForEach-Object {{ \"$($_.Path[-5]) $($_.Expected)\" }}");
        Assert.Empty(result.Errors);
        string[] labels = Said("$l = (Import-CamModel).Labels; $l[3]; $l[8]");
        Assert.Equal([$"0 {labels[0]}", $"1 {labels[1]}", "2 "], result.Output.Select(one => one.ToString()));
        Assert.Contains(
            $"8 members of '{InFolder("webdataset.tar")}' were passed over: by their names they are no images.", result.Verbose);

        // Folders of the archive are classes, and so are archives.
        File.Copy(InFolder("webdataset.tar"), InFolder("truck.tar"));
        Assert.Equal(["truck", "truck", "truck"], Of(_session.Run($"{Explain} truck.tar -ExpectedLabel ParentFolder"), "Expected"));
        Assert.Equal(["n01"], Of(_session.Run(
            $"{Explain} images.zip/n01/cat.jpg -ExpectedLabel ParentFolder -WarningAction Ignore"), "Expected"));
        Assert.Equal(["images.zip"], Of(_session.Run(
            $"{Explain} images.zip/n01/cat.jpg -ExpectedLabel {{ $_.Directory.Parent.Name }} -WarningAction Ignore"), "Expected"));
        Assert.Contains("has no images", _session.Run(
            "[IO.Compression.ZipFile]::Open((Join-Path $pwd.Path none.zip), 'Create').CreateEntry('a.txt').Archive.Dispose(); " +
            $"{Explain} none.zip").Warnings.Single(), StringComparison.Ordinal);
    }

    [Fact]
    public void FindingsAndReports_SeeTheImages()
    {
        _session.Run($"{Explain} images.zip, pax.tar -Class Predicted -ExpectedLabel cat | Export-CamAudit audit.db").OrThrow();
        // The same images in two archives: that is what duplicates are.
        Assert.Contains("Duplicate", Of(_session.Run("Find-CamIssue audit.db -Model (Import-CamModel) -WarningAction Ignore"), "Kind"));
        // Pages of the zip and of the same images in files have the same thumbnails.
        foreach (string source in new[] { "images.zip", "loose" })
        {
            _session.Run($"Get-ChildItem {source} -Recurse -File | {Explain} | Sort-Object Path | Export-CamAudit {source}.db").OrThrow();
            _session.Run($"Export-CamReport {source}.db page-{source}").OrThrow();
        }
        byte[][] packs = [.. new[] { "page-images.zip", "page-loose" }.Select(name => File.ReadAllBytes(
            Directory.GetFiles(InFolder(name), "pack-*.jpg", SearchOption.AllDirectories).Single()))];
        Assert.Equal(packs[1], packs[0]);
    }

    private static string[] Of(ModuleSession.Result result, string property) =>
        [.. result.Output.Select(one => one.Properties[property]?.Value?.ToString() ?? "")];

    private static string[] Errors(ModuleSession.Result result) =>
        [.. result.Errors.Select(error => $"{error.FullyQualifiedErrorId.Split(',')[0]} {error.TargetObject}")];

    private string[] Said(string script) => [.. _session.Run(script).OrThrow().Select(one => one?.ToString() ?? "")];

    private string InFolder(string name) => Path.Combine(_session.Folder, name.Replace('/', Path.DirectorySeparatorChar));
}
