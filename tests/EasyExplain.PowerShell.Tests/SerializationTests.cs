using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Text.RegularExpressions;

namespace EasyExplain.PowerShell.Tests;

/// <summary>What is left of objects that come back from jobs, remote sessions and Export-Clixml.</summary>
public class SerializationTests(ModuleSession session) : IClassFixture<ModuleSession>
{
    private const string Explain = "$e = Import-CamModel | Get-CamLayer layer? | Invoke-CamExplanation -LiteralPath $args[0]; ";

    // In the session: its table of types says how to serialise.
    private const string ThereAndBack =
        "$back = [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($e)); ";

    private static readonly string Cat = Repository.Photo("cat.jpg");

    [Theory]
    [InlineData("$e", "CamExplanation")]
    [InlineData("$e.Maps[0]", "CamMap")]
    [InlineData("(Import-CamModel | Get-CamLayer layer1)", "CamLayer")]
    public void EveryPublicProperty_ComesBack(string what, string type)
    {
        var results = session.Run(Explain + $"$e = {what}; " + ThereAndBack + "$e; $back", Cat).OrThrow();
        PSObject there = results[0], back = results[1];
        Assert.StartsWith("Deserialized.", back.TypeNames[0], StringComparison.Ordinal);
        Assert.EndsWith(type, back.TypeNames[0], StringComparison.Ordinal);
        // One that is missing has to be named in EasyExplain.Types.ps1xml.
        Assert.Empty(there.BaseObject.GetType().GetProperties().Select(property => property.Name)
            .Except(back.Properties.Select(property => property.Name)));
        Assert.DoesNotContain(back.Properties, property => property.Name is "Model" or "Tensor" or "Map");
    }

    [Theory]
    [InlineData("$back", "cat.jpg cat 75.5 % LayerCAM")]
    [InlineData("$back.Maps", "layer3 8 8 140, 131 False")]
    [InlineData("$back.Predictions", "3 cat 75.5 %")]
    public void WhatComesBack_StillShowsItsTable(string what, string row)
    {
        var host = new WindowHost();
        using Runspace runspace = RunspaceFactory.CreateRunspace(host, InitialSessionState.CreateDefault2());
        runspace.Open();
        using var shell = System.Management.Automation.PowerShell.Create(runspace);
        shell.AddCommand("Import-Module").AddParameter("Name", WildcardPattern.Escape(Path.Combine(Repository.Root, "EasyExplain.psd1")))
            .AddStatement().AddScript(Explain + ThereAndBack + what).AddArgument(Cat).AddCommand("Out-Default");
        shell.Invoke();
        Assert.Contains(host.Lines, line => Regex.Replace(line, @"\s+", " ").Trim().StartsWith(row, StringComparison.Ordinal));
    }
}
