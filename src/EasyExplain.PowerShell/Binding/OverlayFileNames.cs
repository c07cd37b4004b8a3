using EasyExplain.Explanation;
using EasyExplain.Imaging;

namespace EasyExplain.PowerShell.Binding;

/// <summary>Names pictures after what they show; no two pictures of one run get the same name.</summary>
internal sealed class OverlayFileNames
{
    // What Windows does not allow is left out everywhere, so that results can be copied to any machine.
    private static readonly char[] Forbidden = [.. "<>:\"/\\|?*", .. Enumerable.Range(0, 32).Select(code => (char)code)];

    private readonly HashSet<string> _given = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Such as <c>cat_LayerCAM_tabby_overlay.png</c>; a name that this run has given before gets a number.</summary>
    public string For(ICamResult explanation, OverlayStyle style, ImageFormat format)
    {
        string photo = Path.GetFileNameWithoutExtension(explanation.Path) ?? "tensor";
        string stem = Clean($"{photo}_{explanation.Subject}_{style.ToString().ToLowerInvariant()}");
        string extension = format == ImageFormat.Jpeg ? ".jpg" : "." + format.ToString().ToLowerInvariant();
        string name = stem + extension;
        for (int number = 2; !_given.Add(name); number++)
        {
            name = $"{stem} ({number}){extension}";
        }
        return name;
    }

    private static string Clean(string name) => string.Concat(name.Select(letter => Forbidden.Contains(letter) ? '-' : letter));
}
