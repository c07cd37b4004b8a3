using System.Text;
using System.Text.RegularExpressions;

namespace EasyExplain.HelpBuilder;

/// <summary>Writes the same help as pages for people: one Markdown file for each cmdlet.</summary>
internal static partial class MarkdownWriter
{
    /// <summary>Writes <c>&lt;cmdlet&gt;.md</c> for each cmdlet, and <c>README.md</c> with a line on each.</summary>
    public static void Write(string folder, IReadOnlyList<CmdletHelp> cmdlets)
    {
        Directory.CreateDirectory(folder);
        HashSet<string> pages = [.. cmdlets.Select(cmdlet => cmdlet.Name)];
        foreach (CmdletHelp cmdlet in cmdlets)
        {
            Save(cmdlet.Name, Page(cmdlet, pages));
        }
        IEnumerable<string> list = cmdlets.Select(cmdlet => $"* [{cmdlet.Name}]({cmdlet.Name}.md): {Plain(cmdlet.Synopsis)}");
        Save("README", ["# Cmdlets", string.Join('\n', list)]);

        void Save(string name, IEnumerable<string> blocks) =>
            File.WriteAllText(Path.Combine(folder, name + ".md"), string.Join("\n\n", blocks) + "\n");
    }

    private static IEnumerable<string> Page(CmdletHelp cmdlet, HashSet<string> pages) =>
    [
        "# " + cmdlet.Name,
        Plain(cmdlet.Synopsis),
        "## Syntax",
        Code("text", string.Join("\n\n", cmdlet.Syntax.Select(set => Syntax(cmdlet.Name, set)))),
        "## Description",
        .. cmdlet.Description.Select(Plain),
        "## Examples",
        .. cmdlet.Examples.SelectMany(example => (string[])
            [$"### {Plain(example.Title).TrimEnd('.')}", Code("powershell", example.Code), .. example.Remarks.Select(Plain)]),
        "## Parameters",
        .. cmdlet.Parameters.SelectMany(parameter => (string[])
            [$"### -{parameter.Name}", .. parameter.Description.Select(Plain), string.Join('\n', Facts(parameter))]),
        "## Inputs",
        Types(cmdlet.Inputs),
        "## Outputs",
        Types([.. cmdlet.Outputs.Select(type => IsOwn(type) ? type : type with { Description = "" })]),
        "## See also",
        string.Join('\n', cmdlet.Links.Select(link => "* " + Link(link, pages)).Append("* [All cmdlets](README.md)")),
    ];

    /// <summary>How a parameter set is typed, as Get-Command -Syntax writes it, with a break where a line gets long.</summary>
    private static string Syntax(string name, IEnumerable<ParameterHelp> parameters)
    {
        const int width = 100;
        var text = new StringBuilder(name);
        int start = 0;
        foreach (string parameter in parameters.Select(Syntax).Append("[<CommonParameters>]"))
        {
            if (text.Length - start + 1 + parameter.Length > width)
            {
                text.Append('\n');
                start = text.Length;
                text.Append("   ");
            }
            text.Append(' ').Append(parameter);
        }
        return text.ToString();
    }

    private static string Syntax(ParameterHelp parameter)
    {
        string value = parameter.Values.Count > 0 ? $" {{{string.Join(" | ", parameter.Values)}}}"
            : parameter.TypeName is { } type ? $" <{type}>" : "";
        string typed = (parameter.Position is null ? "-" + parameter.Name : $"[-{parameter.Name}]") + value;
        return parameter.Mandatory ? typed : $"[{typed}]";
    }

    private static IEnumerable<string> Facts(ParameterHelp parameter)
    {
        yield return $"* Type: `{parameter.TypeName ?? "SwitchParameter"}`{(parameter.Mandatory ? ", required" : "")}";
        if (parameter.Values.Count > 0)
        {
            yield return $"* One of: {string.Join(", ", parameter.Values.Select(value => $"`{value}`"))}";
        }
        if (parameter.Default is not ("None" or "False"))
        {
            yield return $"* Default: `{parameter.Default}`";
        }
        if (parameter.Position is { } position)
        {
            yield return $"* Position: {position}";
        }
        if (parameter.FromPipeline || parameter.FromProperty)
        {
            yield return "* From the pipeline: "
                + (!parameter.FromProperty ? "by value" : !parameter.FromPipeline ? "by property name" : "by value, by property name");
        }
        if (parameter.Wildcards)
        {
            yield return "* Takes wildcards";
        }
        if (parameter.Aliases.Count > 0)
        {
            yield return $"* Aliases: {string.Join(", ", parameter.Aliases.Select(alias => $"`-{alias}`"))}";
        }
    }

    /// <summary>What .NET says of its own types depends on the machine that asks.</summary>
    private static bool IsOwn(TypeHelp type) => !type.Name.StartsWith("System.", StringComparison.Ordinal);

    private static string Types(IReadOnlyList<TypeHelp> types) => types.Count == 0 ? "None."
        : string.Join('\n', types.Select(type => $"* `{type.Name}`{(type.Description.Length > 0 ? ": " + Plain(type.Description) : "")}"));

    private static string Link(LinkHelp link, HashSet<string> pages) =>
        pages.Contains(link.Text) ? $"[{link.Text}]({link.Text}.md)"
        : link.Uri.Length > 0 ? $"[{Plain(link.Text)}]({link.Uri})"
        : Plain(link.Text);

    private static string Code(string language, string code) => $"```{language}\n{code}\n```";

    /// <summary>Text that Markdown shows as it stands; of several lines, as code.</summary>
    private static string Plain(string text) => text.Contains('\n') ? Code("text", text) : Special().Replace(text, @"\$&");

    /// <summary>What Markdown would take for its own: underlines only at the edge of a word.</summary>
    [GeneratedRegex(@"[\\`*<~]|(?<!\w)_|_(?!\w)")]
    private static partial Regex Special();
}
