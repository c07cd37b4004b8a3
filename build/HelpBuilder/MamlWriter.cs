using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace EasyExplain.HelpBuilder;

/// <summary>Writes help in the form Get-Help reads: MAML, with the elements that platyPS writes.</summary>
internal static class MamlWriter
{
    private static readonly XNamespace Items = "http://msh";
    private static readonly XNamespace Maml = "http://schemas.microsoft.com/maml/2004/10";
    private static readonly XNamespace Command = "http://schemas.microsoft.com/maml/dev/command/2004/10";
    private static readonly XNamespace Dev = "http://schemas.microsoft.com/maml/dev/2004/10";

    /// <summary>A title fits on one line of a console of 80 columns, indented as Get-Help does.</summary>
    private const int TitleWidth = 72;

    public static void Write(string file, IEnumerable<CmdletHelp> cmdlets)
    {
        var document = new XDocument(new XElement(Items + "helpItems", new XAttribute("schema", "maml"), cmdlets.Select(Cmdlet)));
        using var writer = XmlWriter.Create(file, new XmlWriterSettings
        {
            Indent = true,
            NewLineChars = "\n",
            NewLineHandling = NewLineHandling.None, // line breaks in examples stay as they are
            Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
        });
        document.Save(writer);
    }

    private static XElement Cmdlet(CmdletHelp cmdlet) => new(Command + "command",
        new XAttribute(XNamespace.Xmlns + "maml", Maml),
        new XAttribute(XNamespace.Xmlns + "command", Command),
        new XAttribute(XNamespace.Xmlns + "dev", Dev),
        new XElement(Command + "details",
            new XElement(Command + "name", cmdlet.Name),
            new XElement(Command + "verb", cmdlet.Verb),
            new XElement(Command + "noun", cmdlet.Noun),
            Description([cmdlet.Synopsis])),
        Description(cmdlet.Description),
        new XElement(Command + "syntax", cmdlet.Syntax.Select(set => new XElement(Command + "syntaxItem",
            new XElement(Maml + "name", cmdlet.Name),
            set.Select(parameter => Parameter(parameter, ValueGroup(parameter)))))),
        new XElement(Command + "parameters", cmdlet.Parameters.Select(parameter => Parameter(parameter, null))),
        new XElement(Command + "inputTypes", cmdlet.Inputs.Select(type => Typed("inputType", type))),
        new XElement(Command + "returnValues", cmdlet.Outputs.Select(type => Typed("returnValue", type))),
        new XElement(Command + "examples", cmdlet.Examples.Select(Example)),
        new XElement(Command + "relatedLinks", cmdlet.Links.Select(link => new XElement(Maml + "navigationLink",
            new XElement(Maml + "linkText", link.Text),
            new XElement(Maml + "uri", link.Uri)))));

    private static XElement Parameter(ParameterHelp parameter, XElement? values) => new(Command + "parameter",
        new XAttribute("required", parameter.Mandatory),
        new XAttribute("variableLength", parameter.TypeName?.EndsWith("[]", StringComparison.Ordinal) ?? false),
        new XAttribute("globbing", parameter.Wildcards),
        new XAttribute("pipelineInput", PipelineInput(parameter)),
        new XAttribute("position", parameter.Position?.ToString() ?? "named"),
        new XAttribute("aliases", parameter.Aliases.Count == 0 ? "none" : string.Join(", ", parameter.Aliases)),
        new XElement(Maml + "name", parameter.Name),
        Description(parameter.Values.Count == 0 ? parameter.Description
            : [.. parameter.Description, $"One of: {string.Join(", ", parameter.Values)}."]),
        values,
        parameter.TypeName is null || values is not null ? null : new XElement(Command + "parameterValue",
            new XAttribute("required", true),
            new XAttribute("variableLength", parameter.TypeName.EndsWith("[]", StringComparison.Ordinal)),
            parameter.TypeName),
        Type(parameter.TypeName ?? "SwitchParameter"),
        new XElement(Dev + "defaultValue", parameter.Default));

    /// <summary>The list the syntax shows in braces.</summary>
    private static XElement? ValueGroup(ParameterHelp parameter) => parameter.Values.Count == 0 ? null
        : new XElement(Command + "parameterValueGroup", parameter.Values.Select(value => new XElement(Command + "parameterValue",
            new XAttribute("required", false),
            new XAttribute(Command + "variableLength", false),
            value)));

    private static string PipelineInput(ParameterHelp parameter) => (parameter.FromPipeline, parameter.FromProperty) switch
    {
        (true, true) => "True (ByValue, ByPropertyName)",
        (true, false) => "True (ByValue)",
        (false, true) => "True (ByPropertyName)",
        _ => "False",
    };

    private static XElement Typed(string element, TypeHelp type) =>
        new(Command + element, Type(type.Name), Description([type.Description]));

    private static XElement Type(string name) =>
        new(Dev + "type", new XElement(Maml + "name", name), new XElement(Maml + "uri"));

    private static XElement Example(ExampleHelp example, int index) => new(Command + "example",
        new XElement(Maml + "title", $"Example {index + 1}: {example.Title}".TrimEnd('.').Rule()),
        new XElement(Dev + "code", example.Code),
        new XElement(Dev + "remarks", Paragraphs([.. example.Remarks, ""]))); // an empty line before the next title

    /// <summary>A title between dashes: Get-Help shows it as it stands.</summary>
    private static string Rule(this string title)
    {
        string dashes = new('-', Math.Max(4, (TitleWidth - title.Length - 2) / 2));
        return $"{dashes} {title} {dashes}";
    }

    private static XElement Description(IReadOnlyList<string> paragraphs) => new(Maml + "description", Paragraphs(paragraphs));

    private static IEnumerable<XElement> Paragraphs(IReadOnlyList<string> paragraphs) =>
        paragraphs.Select(text => new XElement(Maml + "para", text));
}
