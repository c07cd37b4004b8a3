using System.Globalization;
using System.Text.RegularExpressions;
using EasyExplain.Explanation;
using EasyExplain.Imaging;

namespace EasyExplain.PowerShell.Binding;

/// <summary>Which photos a folder has all pictures of. The pictures say so themselves, whatever they are called, wherever below the folder they lie.</summary>
internal sealed partial class FinishedPhotos
{
    private readonly Dictionary<string, HashSet<int>> _found = []; // by the request, which pictures of it
    private readonly Dictionary<string, int> _wanted = [];

    /// <summary>Reads what the whole pictures of <paramref name="folder"/> and of all folders below say; files that cannot be read count as not there.</summary>
    public FinishedPhotos(string folder)
    {
        var all = new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true };
        foreach (string file in Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*", all) : [])
        {
            if (Note(file) is { } note && Mark().Match(note) is { Success: true } mark)
            {
                string id = mark.Groups[1].Value;
                _found.TryAdd(id, []);
                _found[id].Add(int.Parse(mark.Groups[2].Value, CultureInfo.InvariantCulture));
                _wanted[id] = int.Parse(mark.Groups[3].Value, CultureInfo.InvariantCulture);
            }
        }
    }

    /// <summary>Whether all pictures of this request are there.</summary>
    public bool Contain(string request) => _found.TryGetValue(request, out HashSet<int>? found) && found.Count == _wanted[request];

    /// <summary>What a picture says about itself.</summary>
    /// <param name="result">What it shows.</param>
    /// <param name="style">Which of its styles it is, from 0.</param>
    /// <param name="styles">How many there are.</param>
    public static string NoteOf(ICamResult result, int style, int styles)
    {
        if (result is not CamExplanation explanation)
        {
            return $"EasyExplain: {result}";
        }
        string what = string.Create(CultureInfo.InvariantCulture,
            $"{Path.GetFileName(explanation.Path) ?? "tensor"}, {explanation.Label} {explanation.Probability * 100:0.0} %, {explanation.Method} of {explanation.Model} at {string.Join(", ", explanation.Layers)}");
        return explanation.Request is { } request
            ? string.Create(CultureInfo.InvariantCulture, $"EasyExplain {request.Id} {request.Index * styles + style + 1}/{request.Count * styles}: {what}")
            : $"EasyExplain: {what}";
    }

    private static string? Note(string file)
    {
        try
        {
            return PictureNote.Read(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    [GeneratedRegex(@"^EasyExplain ([0-9A-F]{16}) (\d{1,6})/(\d{1,6}): ")]
    private static partial Regex Mark();
}
