using System.Text;
using System.Xml.Linq;

namespace EasyExplain.HelpBuilder;

/// <summary>The XML comments of one assembly, as plain text.</summary>
/// <param name="file">The documentation file the compiler wrote.</param>
/// <param name="nameOf">What a reader calls a member, given its documentation ID such as <c>T:EasyExplain.CamModel</c>.</param>
internal sealed class DocComments(string file, Func<string, string> nameOf)
{
    private readonly Dictionary<string, XElement> _members = XDocument.Load(file, LoadOptions.PreserveWhitespace)
        .Descendants("member").ToDictionary(member => (string)member.Attribute("name")!);

    /// <summary>The paragraphs of one section (summary, remarks, value) of a member; none when it is not there.</summary>
    public IReadOnlyList<string> Section(string id, string section) =>
        _members.TryGetValue(id, out XElement? member) && member.Element(section) is { } element ? Paragraphs(element.Nodes()) : [];

    /// <summary>The examples of a member: a title (or a first paragraph), code, and what follows it.</summary>
    public IReadOnlyList<ExampleHelp> Examples(string id) =>
        _members.TryGetValue(id, out XElement? member) ? [.. member.Elements("example").Select(Example)] : [];

    /// <summary>The seealso elements of a member.</summary>
    public IReadOnlyList<LinkHelp> Links(string id) =>
        _members.TryGetValue(id, out XElement? member) ? [.. member.Elements("seealso").Select(Link)] : [];

    private ExampleHelp Example(XElement example)
    {
        XElement? code = example.Element("code");
        XElement? title = example.Element("title") ?? example.Elements("para").FirstOrDefault(para => code?.IsAfter(para) ?? false);
        return new ExampleHelp(
            title is null ? "" : string.Join(' ', Paragraphs(title.Nodes())),
            code is null ? "" : Verbatim(code),
            Paragraphs(example.Nodes().Where(node => node != title && node != code)));
    }

    private LinkHelp Link(XElement link) => (string?)link.Attribute("href") is { } uri
        ? new LinkHelp(link.Value.Length > 0 ? link.Value.Trim() : uri, uri)
        : new LinkHelp(nameOf((string)link.Attribute("cref")!), "");

    private List<string> Paragraphs(IEnumerable<XNode> nodes)
    {
        var paragraphs = new List<string>();
        var line = new StringBuilder();
        void Break()
        {
            string text = string.Join(' ', line.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
            if (text.Length > 0)
            {
                paragraphs.Add(text);
            }
            line.Clear();
        }
        void Add(IEnumerable<XNode> content)
        {
            foreach (XNode node in content)
            {
                switch (node)
                {
                    case XText text:
                        line.Append(text.Value);
                        break;
                    case XElement { Name.LocalName: "code" } code:
                        Break();
                        paragraphs.Add(Verbatim(code));
                        break;
                    case XElement { Name.LocalName: "para" or "item" } block:
                        Break();
                        line.Append(block.Name.LocalName == "item" ? "- " : "");
                        Add(block.Nodes());
                        Break();
                        break;
                    case XElement { Name.LocalName: "term" } term when term.NextNode is not null:
                        Add(term.Nodes());
                        line.Append(": ");
                        break;
                    case XElement element when Reference(element) is { } name:
                        line.Append(name);
                        break;
                    case XElement element:
                        Add(element.Nodes());
                        break;
                }
            }
        }
        Add(nodes);
        Break();
        return paragraphs;
    }

    /// <summary>What an element that only points at something says, or null when it has words of its own.</summary>
    private string? Reference(XElement element)
    {
        if ((string?)element.Attribute("href") is { } uri)
        {
            return element.IsEmpty ? uri : $"{element.Value} ({uri})";
        }
        if (!element.IsEmpty)
        {
            return null;
        }
        return (string?)element.Attribute("cref") is { } id ? nameOf(id)
            : (string?)element.Attribute("langword") is { } word ? "$" + word
            : (string?)element.Attribute("name");
    }

    /// <summary>The text as it stands, without the indentation all its lines share and without empty lines around it.</summary>
    private static string Verbatim(XElement code)
    {
        string[] lines = code.Value.ReplaceLineEndings("\n").Split('\n');
        int indent = lines.Where(line => line.Trim().Length > 0).Select(line => line.Length - line.TrimStart().Length).DefaultIfEmpty()
            .Min();
        return string.Join('\n', lines.Select(line => line.Length > indent ? line[indent..].TrimEnd() : "")).Trim('\n');
    }
}
