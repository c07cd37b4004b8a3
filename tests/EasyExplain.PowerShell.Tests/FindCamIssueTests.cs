namespace EasyExplain.PowerShell.Tests;

public class FindCamIssueTests(ModuleSession session) : IClassFixture<ModuleSession>
{
    private const string Audit = """
        function Audit { Invoke-CamExplanation *.jpg -Model (Import-CamModel) @args | Export-CamAudit 'audit [1].db' };
        """;

    [Theory]
    [InlineData("Find-CamIssue 'audit [1].db'")]
    [InlineData("Find-CamIssue -LiteralPath 'audit [1].db'")]
    [InlineData("Find-CamIssue 'audit*.db'")]
    [InlineData("Find-CamIssue 'audit [1].db' (Import-CamModel)")]
    [InlineData("Get-CamAudit -LiteralPath 'audit [1].db' | Find-CamIssue")]
    [InlineData("[System.IO.FileInfo]::new(\"$pwd/audit [1].db\") | Find-CamIssue -Kind Duplicate, OddOneOut")]
    public void AnAuditOrItsRows_GiveTheSameFindings(string script)
    {
        CopyPhotos();
        ModuleSession.Result result = session.Run(Audit + "Audit -ExpectedLabel cat; " + script);
        Assert.Equal("1 image of cat is there more than once (the same bytes).", result.Get<string>("Summary"));
        Assert.Equal("audit [1].db", Path.GetFileName(Directory.GetFiles(session.Folder, "*.db").Single()));
    }

    [Fact]
    public void WhatCannotBeDone_IsAWarning()
    {
        CopyPhotos();
        ModuleSession.Result result = session.Run(Audit + "Audit; Find-CamIssue 'audit [1].db' -Kind LabelError, Background");
        Assert.Empty(result.OrThrow());
        Assert.Contains(result.Warnings, said => said.StartsWith("No image has an expected label", StringComparison.Ordinal));
    }

    [Fact]
    public void AnotherModel_IsNotAsked_AndAWarningSaysSo()
    {
        CopyPhotos();
        ModuleSession.Result result = session.Run(
            Audit + "Audit -ExpectedLabel cat; Find-CamIssue 'audit [1].db' $args[0] -Kind LabelError",
            Repository.Data("vww", "model.onnx"));
        Assert.Contains(result.Warnings, said => said.Contains("has other classes than resnet20-cifar10", StringComparison.Ordinal));
    }

    [Fact]
    public void PhotosThatAreGone_AreAWarning_AndTheRestGoesOn()
    {
        CopyPhotos();
        foreach (string name in new[] { "b.jpg", "c.jpg", "d.jpg" }) // of fewer than five nobody says that they are confused
        {
            File.Copy(Repository.Photo("cat.jpg"), Path.Combine(session.Folder, name));
        }
        ModuleSession.Result result = session.Run(Audit + """
            Audit -ExpectedLabel dog
            foreach ($photo in [System.IO.Directory]::GetFiles("$pwd", '*.jpg')) { [System.IO.File]::Delete($photo) }
            Find-CamIssue 'audit [1].db' (Import-CamModel)
            """);
        Assert.Equal(["ConfusedPair", "Duplicate"],
            result.OrThrow().Select(issue => $"{issue.Properties["Kind"].Value}").Distinct().Order());
        Assert.Contains(result.Warnings, said =>
            said.StartsWith("5 images of confused pairs are gone or have changed since", StringComparison.Ordinal));
    }

    [Fact]
    public void ThresholdsOfShortcuts_AreTaken()
    {
        CopyPhotos();
        ModuleSession.Result result = session.Run(Audit + """
            Audit -ExpectedLabel cat
            Find-CamIssue 'audit [1].db' -MinimumGroup 5 -DifferenceSilhouette -0.5 -ShortcutTurned 0.625 -ShortcutEffect 0.125 -Verbose
            """);
        Assert.Single(result.OrThrow());
        string thresholds = Assert.Single(result.Verbose, said => said.Contains("Thresholds", StringComparison.Ordinal));
        foreach (string threshold in new[] { "FewestMembers = 5", "Difference = -0.5", "ShortcutTurned = 0.625", "ShortcutEffect = 0.125" })
        {
            Assert.Contains(threshold, thresholds, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("-MinimumGroup 1")]
    [InlineData("-DifferenceSilhouette 1.5")]
    [InlineData("-ShortcutTurned -0.1")]
    [InlineData("-ShortcutEffect 2")]
    public void AThresholdOutOfItsRange_IsRefused(string parameter) => Assert.StartsWith("ParameterArgumentValidationError",
        session.Run("Find-CamIssue gone.db " + parameter).Terminated?.FullyQualifiedErrorId, StringComparison.Ordinal);

    private void CopyPhotos()
    {
        foreach (string file in Directory.GetFiles(session.Folder))
        {
            File.Delete(file);
        }
        File.Copy(Repository.Photo("cat.jpg"), Path.Combine(session.Folder, "cat.jpg"));
        File.Copy(Repository.Photo("cat.jpg"), Path.Combine(session.Folder, "a [1].jpg"));
    }
}
