using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Xml.Linq;
using Shell = System.Management.Automation.PowerShell;

namespace EasyExplain.PowerShell.Tests;

/// <summary>What Get-Help says, made from the XML comments of cmdlets: those of HelpFixture, and those the module exports.</summary>
public sealed class HelpTests
{
    private static readonly string Fixture = BuiltAssembly.Of("tests/HelpFixture", "HelpFixture.dll");

    [Fact]
    public void Text_ComesFromSummaryAndRemarks_WithReferencesByTheNamesReadersKnow()
    {
        Assert.Equal(["Peels a Fruit."], Ask(Fixture, "(Get-Help Remove-Skin).Synopsis"));
        Assert.Equal(
            ["Takes the skin off, and nothing else. A fruit from Get-Fruit goes to Fruit; 0 < 1.", "Second paragraph:", "- one",
                "- two: its meaning"],
            Ask(Fixture, "(Get-Help Remove-Skin).description.Text"));
        Assert.Equal(
            ["The fruit, as Get-Fruit gives it; not with -Name."],
            Ask(Fixture, "(Get-Help Remove-Skin -Parameter InputObject).description.Text"));
    }

    [Fact]
    public void Syntax_HasOneLineForEachParameterSet_TheDefaultFirst()
    {
        IReadOnlyList<string> lines = Ask(Fixture, """
            foreach ($item in (Get-Help Remove-Skin).syntax.syntaxItem) {
                $words = foreach ($p in $item.parameter) {
                    $place = if ($p.position -eq 'named') { '' } else { "@$($p.position)" }
                    $need = if ($p.required -eq 'true') { '!' } else { '' }
                    $values = if ($p.parameterValueGroup) { '{' + ($p.parameterValueGroup.parameterValue -join '|') + '}' } else { "$($p.parameterValue)" }
                    "$($p.name)$place$need $values".Trim()
                }
                $words -join ', '
            }
            """);

        Assert.Equal(
            [
                "Ripeness@1 {Green|Ripe}, Name! String[], Bowl String, Knife {small|large}, Keep, WhatIf, Confirm",
                "InputObject@0! Fruit[], Ripeness@1 {Green|Ripe}, Bowl String, Knife {small|large}, Keep, WhatIf, Confirm",
            ],
            lines);
    }

    [Theory]
    [InlineData("InputObject", "Fruit[]|true|0|None|True (ByValue)|none|false")]
    [InlineData("Name", "String[]|true|named|None|True (ByPropertyName)|FruitName, N|true")]
    [InlineData("Knife", "String|false|named|large|False|none|false")]
    [InlineData("Ripeness", "Ripeness|false|1|None|False|none|false")]
    [InlineData("Bowl", "String|false|named|None|False|none|false")]
    [InlineData("Keep", "SwitchParameter|false|named|False|False|none|false")]
    [InlineData("Confirm", "SwitchParameter|false|named|False|False|cf|false")]
    public void Parameter_SaysAllThereIsToKnow(string parameter, string expected)
    {
        string script = $"$p = Get-Help Remove-Skin -Parameter {parameter}; $p.type.name, $p.required, $p.position, $p.defaultValue, " +
            $"$p.pipelineInput, $p.aliases, $p.globbing -join '|'";

        Assert.Equal([expected], Ask(Fixture, script));
    }

    [Fact]
    public void Parameter_NamesTheValuesItTakes()
    {
        Assert.Equal(["Which knife.", "One of: small, large."], Ask(Fixture, "(Get-Help Remove-Skin -Parameter Knife).description.Text"));
        Assert.Equal(["How ripe it must be.", "One of: Green, Ripe."],
            Ask(Fixture, "(Get-Help Remove-Skin -Parameter Ripeness).description.Text"));
    }

    [Fact]
    public void Examples_HaveTitleCodeAndRemarks()
    {
        IReadOnlyList<string> examples = Ask(Fixture, """
            foreach ($e in (Get-Help Remove-Skin -Examples).examples.example) { $e.title.Trim('-', ' '), $e.code, ($e.remarks.Text -join '') -join '|' }
            """);

        Assert.Equal(
            [
                "Example 1: Peel an apple|Get-Fruit apple |\n    Remove-Skin -Knife small|The apple comes back without its skin.",
                "Example 2: Peel what has a name|Remove-Skin -Name 'a [1]' -WhatIf|Nothing happens.",
            ],
            examples);
    }

    [Fact]
    public void InputsOutputsAndLinks_AreThere()
    {
        Assert.Equal(["EasyExplain.HelpFixture.Fruit[]"], Ask(Fixture, "(Get-Help Remove-Skin -Full).inputTypes.inputType.type.name"));
        Assert.Equal(
            ["EasyExplain.HelpFixture.Fruit", "A fruit with a skin."],
            Ask(Fixture, "$r = (Get-Help Remove-Skin -Full).returnValues.returnValue; $r.type.name, $r.description.Text"));
        Assert.Equal(
            ["Get-Fruit", "About peeling https://example.org/peel"],
            Ask(Fixture, "foreach ($l in (Get-Help Remove-Skin).relatedLinks.navigationLink) { \"$($l.linkText) $($l.uri)\" }"));
    }

    [Theory]
    [InlineData("P:EasyExplain.HelpFixture.RemoveSkinCommand.Knife", "summary", "Remove-Skin -Knife has no documentation")]
    [InlineData("P:EasyExplain.HelpFixture.FruitCmdlet.Bowl", "summary", "Get-Fruit -Bowl has no documentation")]
    [InlineData("T:EasyExplain.HelpFixture.GetFruitCommand", "summary", "Get-Fruit has no documentation")]
    [InlineData("T:EasyExplain.HelpFixture.GetFruitCommand", "remarks", "Get-Fruit has no description")]
    [InlineData("T:EasyExplain.HelpFixture.RemoveSkinCommand", "code", "Remove-Skin has an example without")]
    public void WhatIsNotDocumented_FailsTheBuild_ByName(string member, string element, string complaint)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory();
        string At(string file) => Path.Combine(folder.FullName, file);
        XDocument documentation = XDocument.Load(Path.ChangeExtension(Fixture, ".xml"));
        documentation.Descendants("member").Single(m => (string)m.Attribute("name")! == member).Descendants(element).First().Remove();
        documentation.Save(At("doc.xml"));

        ChildProcess builder = MakeHelp(Fixture, At("doc.xml"), At("help.xml"));

        Assert.Equal(1, builder.ExitCode);
        Assert.Contains($"HelpFixture.dll : error HELP001: {complaint}", builder.Error);
        Assert.False(File.Exists(At("help.xml")));
        folder.Delete(recursive: true);
    }

    [Fact]
    public void Page_SaysTheSameInMarkdown_AndShowsNothingAsMarkup()
    {
        string folder = Directory.CreateTempSubdirectory().FullName;

        Assert.Equal(0, MakeHelp(Fixture, Path.ChangeExtension(Fixture, ".xml"), folder).ExitCode);

        Assert.Equal(["Get-Fruit.md", "README.md", "Remove-Skin.md"], Directory.GetFiles(folder).Select(Path.GetFileName).Order());
        string page = File.ReadAllText(Path.Combine(folder, "Remove-Skin.md"));
        Assert.All(
            [
                "# Remove-Skin\n\nPeels a Fruit.\n",
                "Remove-Skin [[-Ripeness] {Green | Ripe}] -Name <String[]> [-Bowl <String>] [-Knife {small | large}]\n    [-Keep]",
                @"A fruit from Get-Fruit goes to Fruit; 0 \< 1.",
                "### Peel an apple\n\n```powershell\nGet-Fruit apple |\n    Remove-Skin -Knife small\n```\n\nThe apple comes back",
                "### -Knife\n\nWhich knife.\n\n* Type: `String`\n* One of: `small`, `large`\n* Default: `large`\n",
                "* Type: `String[]`, required\n* From the pipeline: by property name\n* Takes wildcards\n* Aliases: `-FruitName`, `-N`\n",
                "* [Get-Fruit](Get-Fruit.md)\n* [About peeling](https://example.org/peel)\n",
            ],
            expected => Assert.Contains(expected, page, StringComparison.Ordinal));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void PagesInDocs_AreThoseOfTheHelp()
    {
        string folder = Directory.CreateTempSubdirectory().FullName, docs = Path.Combine(Repository.Root, "docs", "cmdlets");
        string module = Path.Combine(Repository.Root, "bin", "EasyExplain.PowerShell.dll");

        Assert.Equal(0, MakeHelp(module, Path.ChangeExtension(module, ".xml"), folder).ExitCode);

        Dictionary<string, string> made = Pages(folder), kept = Pages(docs);
        string[] old = [.. made.Keys.Union(kept.Keys).Where(page => made.GetValueOrDefault(page) != kept.GetValueOrDefault(page)).Order()];
        Assert.True(old.Length == 0, $"{string.Join(", ", old)} in docs/cmdlets: not what the help says. " +
            "'dotnet build src/EasyExplain.PowerShell -t:CmdletPages' writes the pages anew; delete those of cmdlets that are gone.");
        Directory.Delete(folder, recursive: true);

        static Dictionary<string, string> Pages(string at) =>
            Directory.GetFiles(at).ToDictionary(page => Path.GetFileName(page), page => File.ReadAllText(page).ReplaceLineEndings("\n"));
    }

    [Fact]
    public void EveryExportedCmdlet_IsDocumented()
    {
        IReadOnlyList<string> gaps = Ask(Path.Combine(Repository.Root, "EasyExplain.psd1"), """
            foreach ($command in Get-Command -Module EasyExplain -CommandType Cmdlet) {
                $help = Get-Help $command.Name -Full
                # Without a help file, the engine makes up a synopsis out of the syntax.
                if (-not $help.Synopsis.Trim() -or $help.Synopsis.Trim().StartsWith($command.Name)) { "${command}: no synopsis" }
                if (-not ($help.description.Text -join '')) { "${command}: no description" }
                if (@($help.examples.example).Count -lt 2) { "${command}: fewer than 2 examples" }
                $common = [Management.Automation.PSCmdlet]::CommonParameters
                foreach ($name in $command.Parameters.Keys | Where-Object { $_ -notin $common }) {
                    $parameter = $help.parameters.parameter | Where-Object name -EQ $name
                    if (-not ($parameter.description.Text -join '')) { "${command}: no description of -$name" }
                }
            }
            """);

        Assert.Empty(gaps);
    }

    [Fact]
    public void EveryExportedCmdlet_DocumentsTheDefaultsItHas()
    {
        IReadOnlyList<string> wrong = Ask(Path.Combine(Repository.Root, "EasyExplain.psd1"), """
            foreach ($command in Get-Command -Module EasyExplain -CommandType Cmdlet) {
                $fresh = [Activator]::CreateInstance($command.ImplementingType)
                foreach ($parameter in (Get-Help $command.Name -Full).parameters.parameter | Where-Object required -EQ 'false') {
                    $property = $command.ImplementingType.GetProperty($parameter.name)
                    $value = if ($property) { $property.GetValue($fresh) }
                    $plain = $value -is [ValueType] -or ($value -is [string] -and $value)
                    if ($plain -and $value -isnot [switch] -and "$value" -ne $parameter.defaultValue) {
                        "$command -$($parameter.name): is '$value', documented '$($parameter.defaultValue)'"
                    }
                }
            }
            """);

        Assert.Empty(wrong);
    }

    /// <summary>Runs HelpBuilder: help from an assembly and its documentation to a file (.xml) or to pages in a folder.</summary>
    private static ChildProcess MakeHelp(string assembly, string documentation, string output)
    {
        string references = Path.GetTempFileName(), folder = Path.GetDirectoryName(assembly)!;
        string engine = (string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!;
        File.WriteAllLines(references, [.. Directory.GetFiles(folder, "*.dll"), .. engine.Split(Path.PathSeparator)]);
        ChildProcess builder = ChildProcess.Run(
            "dotnet", [BuiltAssembly.Of("build/HelpBuilder", "HelpBuilder.dll"), assembly, documentation, references, output], folder);
        File.Delete(references);
        return builder;
    }

    /// <summary>What a script puts out, as strings, with a module imported.</summary>
    private static IReadOnlyList<string> Ask(string module, string script)
    {
        using Runspace runspace = RunspaceFactory.CreateRunspace(InitialSessionState.CreateDefault2());
        runspace.Open();
        using var shell = Shell.Create(runspace);
        shell.AddCommand("Import-Module").AddParameter("Name", WildcardPattern.Escape(module)).AddStatement().AddScript(script);
        List<string> output = [.. shell.Invoke<string>().Select(line => line.TrimEnd())];
        Assert.Empty(shell.Streams.Error);
        return output;
    }
}
