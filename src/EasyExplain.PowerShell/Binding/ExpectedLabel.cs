using System.Collections.ObjectModel;
using System.Management.Automation;
using EasyExplain.Imaging;

namespace EasyExplain.PowerShell.Binding;

/// <summary>
/// What a photo is expected to show, as a user writes it: a label, ParentFolder, Sidecar, or a script block that tells it of each file.
/// </summary>
/// <remarks>PowerShell makes one of a string, a number or a script block by itself, and of nothing else.</remarks>
public sealed class ExpectedLabel
{
    /// <summary>Stands for the name of the folder that a photo lies in, or of the archive without its ending.</summary>
    public const string ParentFolder = nameof(ParentFolder);

    /// <summary>Stands for what the .cls file beside a photo says: the label or the class's number, as WebDataset keeps it.</summary>
    public const string Sidecar = nameof(Sidecar);

    private const int LongestSidecar = 4096; // bytes

    private readonly string _label = "";
    private readonly ScriptBlock? _script;

    /// <summary>The same for all photos, or <see cref="ParentFolder"/>.</summary>
    public ExpectedLabel(string label) => _label = label;

    /// <summary>The class's number, the same for all photos.</summary>
    public ExpectedLabel(int number) => _label = number.ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Gets the photo's file as $_ and gives its labels, or nothing.</summary>
    public ExpectedLabel(ScriptBlock script) => _script = script;

    /// <inheritdoc/>
    public override string ToString() => _script?.ToString() ?? _label;

    /// <summary>What is expected of a photo; empty for nothing. Of a tensor, <paramref name="photo"/> is null.</summary>
    /// <exception cref="RuntimeException">The script block failed.</exception>
    /// <exception cref="IOException">The file beside the photo cannot be read.</exception>
    internal IReadOnlyList<string> For(string? photo)
    {
        IEnumerable<string?> labels = _script is null
            ? [_label.Equals(ParentFolder, StringComparison.OrdinalIgnoreCase) ? PhotoFile.FolderName(photo)
                : _label.Equals(Sidecar, StringComparison.OrdinalIgnoreCase) ? Beside(photo) : _label]
            : Said(_script.InvokeWithContext(null, [new PSVariable("_", photo is null ? null : new FileInfo(photo))]));
        return [.. labels.OfType<string>().Where(label => label.Length > 0)];
    }

    /// <summary>
    /// What stands beside a photo: of <c>a.left.jpg</c> in <c>a.left.cls</c>, or else in <c>a.cls</c>, as the files of one sample share
    /// their names up to the first dot. Null where there is no such file.
    /// </summary>
    private static string? Beside(string? photo)
    {
        if (photo is null)
        {
            return null;
        }
        string name = Path.GetFileNameWithoutExtension(photo), folder = Path.GetDirectoryName(photo) ?? "";
        foreach (string stem in new[] { name, name.Split('.')[0] }.Distinct())
        {
            string file = Path.Combine(folder, stem + ".cls");
            if (PhotoFile.At(file) is { Exists: true } found)
            {
                using var text = new StreamReader(PhotoFile.Open(file));
                return found.Length <= LongestSidecar ? text.ReadToEnd().Trim()
                    : throw new IOException($"'{file}' has {found.Length} bytes, too many for a label.");
            }
        }
        return null;
    }

    private static IEnumerable<string?> Said(Collection<PSObject> said) =>
        said.SelectMany(each => LanguagePrimitives.GetEnumerable(each)?.Cast<object?>() ?? [each])
            .Select(LanguagePrimitives.ConvertTo<string?>);
}
