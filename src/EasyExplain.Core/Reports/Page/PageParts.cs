using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using EasyExplain.Imaging;

namespace EasyExplain.Reports.Page;

/// <summary>What every report's page has in it, made of the embedded files once.</summary>
internal static class PageParts
{
    private const string Folder = "Page/", Libraries = "Page/lib/", LicenceEnding = ".LICENSE.txt";

    // Each of these needs what stands before it.
    private static readonly string[] LibraryOrder = ["preact.js", "hooks.js", "htm.js"];

    /// <summary>The page's only script: the colours, the libraries, then our own files in the order of their names.</summary>
    public static string Script { get; } = Colormaps() + Whole(
        [.. LibraryOrder.Select(name => Libraries + name), .. Names(".js").Where(IsOurs)],
        "</script", "<!--");

    /// <summary>The page's only style.</summary>
    public static string Style { get; } = Whole(Names(".css"), "</style");

    /// <summary>The licences of the libraries, by their names.</summary>
    public static IReadOnlyList<(string Name, string Text)> Licences { get; } =
        [.. Names(LicenceEnding).Select(name => (name[Libraries.Length..^LicenceEnding.Length], Read(name)))];

    /// <summary>What the page may load: its own script and what that adds, its own style, and pictures beside it or in it.</summary>
    public static string Policy { get; } =
        $"default-src 'none'; script-src '{Hash(Script)}' 'strict-dynamic'; style-src '{Hash(Style)}'; " +
        "img-src 'self' file: data: blob:; base-uri 'none'; form-action 'none'";

    /// <summary>The templates' names, such as "report".</summary>
    public static IEnumerable<string> TemplateNames => Names(".html").Select(name => name[Folder.Length..^".html".Length]);

    /// <summary>The text of a template.</summary>
    public static string Template(string name) => Read($"{Folder}{name}.html");

    /// <summary>The tables that pictures are painted by, as [256, 3] in hexadecimal digits.</summary>
    private static string Colormaps() => "const colormaps = {" + string.Join(", ", Enum.GetValues<Colormap>()
        .Select(map => $"{map.ToString().ToLowerInvariant()}: \"{Convert.ToHexString(ColormapTables.Of(map))}\"")) + "};\n";

    /// <summary>Texts one after the other.</summary>
    /// <param name="names">The resources.</param>
    /// <param name="never">What would end the element that it stands in.</param>
    /// <exception cref="InvalidOperationException">One of them has such a text in it.</exception>
    private static string Whole(IEnumerable<string> names, params string[] never)
    {
        var whole = new StringBuilder();
        foreach (string name in names)
        {
            string text = Read(name);
            if (never.FirstOrDefault(end => text.Contains(end, StringComparison.OrdinalIgnoreCase)) is { } found)
            {
                throw new InvalidOperationException($"'{name}' has {found} in it, which ends what it is embedded in.");
            }
            whole.Append(text).Append('\n');
        }
        return whole.ToString();
    }

    private static bool IsOurs(string name) => !name.StartsWith(Libraries, StringComparison.Ordinal);

    private static IEnumerable<string> Names(string ending) => Assembly.GetExecutingAssembly().GetManifestResourceNames()
        .Where(name => name.StartsWith(Folder, StringComparison.Ordinal) && name.EndsWith(ending, StringComparison.Ordinal))
        .Order(StringComparer.Ordinal);

    // A browser takes any line's end for \n before it computes the hash, whatever git made of it.
    private static string Read(string name)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd().Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
    }

    private static string Hash(string text) => "sha256-" + Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
