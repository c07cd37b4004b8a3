using System.Globalization;
using System.Text.RegularExpressions;
using EasyExplain.Reports.Numbers;
using HandlebarsDotNet;

namespace EasyExplain.Reports.Page;

/// <summary>The page's templates, compiled at the first report.</summary>
internal static partial class Templates
{
    private static readonly Lazy<HandlebarsTemplate<TextWriter, object, object>> Compiled = new(Compile);

    /// <summary>Writes a page. What is written into {{ }} is escaped.</summary>
    public static void Report(TextWriter to, object values) => Compiled.Value(to, values, null!);

    private static HandlebarsTemplate<TextWriter, object, object> Compile()
    {
        IHandlebars handlebars = Handlebars.Create(new HandlebarsConfiguration
        {
            TextEncoder = new HtmlEncoder(),
            FormatProvider = CultureInfo.InvariantCulture,
        });
        handlebars.RegisterHelper("said", (output, _, arguments) =>
            Said(output, arguments.At<string>(0) ?? ""));
        handlebars.RegisterHelper("scripts", (output, _, arguments) =>
            Scripts(output, arguments.At<IEnumerable<(string Id, string Json)>>(0) ?? []));
        foreach (string name in PageParts.TemplateNames)
        {
            using var partial = new StringReader(PageParts.Template(name));
            handlebars.RegisterTemplate(name, handlebars.Compile(partial));
        }
        using var report = new StringReader(PageParts.Template("report"));
        return handlebars.Compile(report);
    }

    /// <summary>A sentence, with an element around each name; no line begins with a percent sign.</summary>
    private static void Said(in EncodedTextWriter output, string sentence)
    {
        sentence = Percent().Replace(sentence, "\u00A0%");
        int from = 0;
        for (int at = 0; at < sentence.Length; at++)
        {
            if (sentence[at] is Isolated.First or Isolated.Last)
            {
                output.Write(sentence[from..at]);
                output.WriteSafeString(sentence[at] == Isolated.First ? "<bdi>" : "</bdi>");
                from = at + 1;
            }
        }
        output.Write(sentence[from..]);
    }

    private static void Scripts(in EncodedTextWriter output, IEnumerable<(string Id, string Json)> data)
    {
        foreach ((string id, string json) in data)
        {
            if (json.Contains('<', StringComparison.Ordinal))
            {
                throw new ArgumentException($"The data '{id}' has a < in it, which could end its element.", nameof(data));
            }
            output.WriteSafeString("<script type=\"application/json\" id=\"");
            output.Write(id);
            output.WriteSafeString("\">");
            output.WriteSafeString(json);
            output.WriteSafeString("</script>\n");
        }
    }

    [GeneratedRegex("(?<=[0-9]) %")]
    private static partial Regex Percent();
}
