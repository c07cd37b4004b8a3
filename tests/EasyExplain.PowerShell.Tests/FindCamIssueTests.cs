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
