using System.Collections.ObjectModel;
using System.Management.Automation;

namespace EasyExplain.PowerShell.Binding;

/// <summary>
/// What a photo is expected to show, as a user writes it: a label, ParentFolder, or a script block that tells it of each file.
/// </summary>
/// <remarks>PowerShell makes one of a string, a number or a script block by itself, and of nothing else.</remarks>
public sealed class ExpectedLabel
{
    /// <summary>Stands for the name of the folder that a photo lies in.</summary>
    public const string ParentFolder = nameof(ParentFolder);

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
    internal IReadOnlyList<string> For(string? photo)
    {
        IEnumerable<string?> labels = _script is null
            ? [_label.Equals(ParentFolder, StringComparison.OrdinalIgnoreCase) ? Path.GetFileName(Path.GetDirectoryName(photo)) : _label]
            : Said(_script.InvokeWithContext(null, [new PSVariable("_", photo is null ? null : new FileInfo(photo))]));
        return [.. labels.OfType<string>().Where(label => label.Length > 0)];
    }

    private static IEnumerable<string?> Said(Collection<PSObject> said) =>
        said.SelectMany(each => LanguagePrimitives.GetEnumerable(each)?.Cast<object?>() ?? [each])
            .Select(LanguagePrimitives.ConvertTo<string?>);
}
