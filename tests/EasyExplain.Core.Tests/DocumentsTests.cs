using System.Text.RegularExpressions;
using EasyExplain.Explanation.Methods;

namespace EasyExplain.Tests;

/// <summary>What the documents say of the code, and of each other.</summary>
public class DocumentsTests
{
    private static readonly string[] Pages =
    [
        .. Directory.GetFiles(Repository.Root, "*.md"),
        .. Directory.GetFiles(Path.Combine(Repository.Root, "docs"), "*.md", SearchOption.AllDirectories),
    ];

    [Fact]
    public void Methods_HasARowForEachMethod_AndWhatItNeeds()
    {
        string page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "methods.md"));
        IEnumerable<string> rows = Regex.Matches(page, @"^\| (\w+) \| [^|]+ \| ([^|]+) \| [^|]+ \|\r?$", RegexOptions.Multiline)
            .Select(row => $"{row.Groups[1]}: {row.Groups[2]}")
            .Where(row => row != "method: needs");
        Assert.Equal(MethodCatalog.All.Select(method => $"{method.Name}: {Needs(method)}"), rows);

        static string Needs(CamMethod method)
        {
            string[] needs =
            [
                .. method.NeedsClass ? ["class"] : (string[])[],
                .. method.UsesGradients || method.HasOwnGradients ? ["gradients"] : (string[])[],
                .. method.NeedsSeveralLayers ? ["several layers"] : (string[])[],
            ];
            return needs.Length > 0 ? string.Join(", ", needs) : "nothing";
        }
    }

    [Fact]
    public void EveryPathThatIsNamed_IsThere() => Assert.Empty(
        from page in Pages.Where(page => Path.GetFileName(page) != "CHANGELOG.md")
        from Match path in Regex.Matches(File.ReadAllText(page), @"`((?:src|tests|tools|build|docs|\.ci)/[\w./-]+)`")
        where !Path.Exists(Path.Combine(Repository.Root, path.Groups[1].Value))
        select $"{Path.GetRelativePath(Repository.Root, page)}: {path.Groups[1].Value}");

    [Fact]
    public void NoLineOfCode_HasMoreThan140Columns() => Assert.Empty(
        from folder in new[] { "src", "tools", "build" }
        from file in Directory.GetFiles(Path.Combine(Repository.Root, folder), "*.cs", SearchOption.AllDirectories)
        where !Regex.IsMatch(file, @"[\\/](bin|obj)[\\/]")
        from line in File.ReadLines(file).Select((text, i) => (Text: text, Number: i + 1))
        where line.Text.Length > 140
        select $"{Path.GetRelativePath(Repository.Root, file)}:{line.Number}");

    [Fact]
    public void EveryLink_LeadsSomewhere()
    {
        string[] broken =
        [
            .. from page in Pages
               from Match link in Regex.Matches(File.ReadAllText(page), @"\]\((?!https?:)([^)\s]+)\)")
               where !Exists(page, link.Groups[1].Value.Split('#'))
               select $"{Path.GetRelativePath(Repository.Root, page)}: {link.Groups[1].Value}",
        ];
        Assert.Empty(broken);

        static bool Exists(string page, string[] link)
        {
            string target = link[0].Length > 0 ? Path.Combine(Path.GetDirectoryName(page)!, link[0]) : page;
            return link.Length == 1 ? Path.Exists(target) : File.ReadLines(target).Any(line => Anchor(line) == link[1]);
        }

        // As GitHub makes them.
        static string? Anchor(string line) => line.StartsWith('#')
            ? Regex.Replace(line.TrimStart('#').Trim().ToLowerInvariant(), @"[^\w\- ]", "").Replace(' ', '-')
            : null;
    }
}
