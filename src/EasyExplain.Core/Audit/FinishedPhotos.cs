using System.Globalization;
using System.Text.RegularExpressions;
using EasyExplain.Explanation;
using EasyExplain.Imaging;
using EasyExplain.Models;

namespace EasyExplain.Audit;

/// <summary>
/// Which photos a folder has all pictures of, and what they say. The pictures say so themselves, whatever they are called, wherever below
/// the folder they lie.
/// </summary>
internal sealed partial class FinishedPhotos
{
    private const int LongestLine = 1000;

    private readonly Dictionary<string, List<Finished>> _found = []; // by the request, for each number of pictures that some want

    /// <summary>
    /// Reads what the whole pictures of <paramref name="folder"/> and of all folders below say; files that cannot be read count as not
    /// there.
    /// </summary>
    public FinishedPhotos(string folder)
    {
        var everywhere = new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true };
        foreach (string file in Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*", everywhere) : [])
        {
            if (Note(file) is { } note && Mark().Match(note) is { Success: true } mark)
            {
                int Number(int group) => int.Parse(mark.Groups[group].Value, CultureInfo.InvariantCulture);
                _found.TryAdd(mark.Groups[1].Value, []);
                List<Finished> all = _found[mark.Groups[1].Value];
                Finished? finished = all.Find(one => one.Wanted == Number(3) && one.Rows.Length == Number(5));
                if (finished is null)
                {
                    all.Add(finished = new Finished(Number(3), new string?[Number(5)]));
                }
                finished.Pictures.Add(Number(2));
                if (Number(4) < finished.Rows.Length)
                {
                    finished.Rows[Number(4)] = file;
                }
            }
        }
    }

    /// <summary>Whether all pictures of this request are there, and a row for each of its explanations in them.</summary>
    public bool Contain(string request) =>
        _found.TryGetValue(request, out List<Finished>? all) && all.Exists(one => one.IsWhole);

    /// <summary>What the pictures of this request say: explanations without maps; null where a picture is there no more.</summary>
    /// <param name="request">The request.</param>
    /// <param name="photo">The photo that it is about.</param>
    /// <param name="model">The model that it is about.</param>
    public IReadOnlyList<CamExplanation>? Explanations(string request, string photo, CamModel model)
    {
        string?[] pictures = _found[request].Find(one => one.IsWhole)!.Rows;
        CamExplanation[] all =
            [.. pictures.Select(picture => Row(picture!)?.ToExplanation(model, photo, picture!)).OfType<CamExplanation>()];
        return all.Length == pictures.Length ? all : null;
    }

    /// <summary>What a picture says about itself: a line for people, and where a later run may ask for it, its row.</summary>
    /// <param name="result">What it shows.</param>
    /// <param name="style">Which of its styles it is, from 0.</param>
    /// <param name="styles">How many there are.</param>
    public static string NoteOf(ICamResult result, int style, int styles)
    {
        if (result is not CamExplanation explanation)
        {
            return $"EasyExplain: {result}";
        }
        string what = ControlCharacters().Replace(string.Create(CultureInfo.InvariantCulture,
            $"{Path.GetFileName(explanation.Path) ?? "tensor"}, {Said(explanation)}{explanation.Method} of {explanation.Model} at " +
            $"{string.Join(", ", explanation.Layers)}"), " ");
        what = what.Length > LongestLine ? what[..LongestLine] : what;
        return explanation.Request is { } request && PictureRow.Write(explanation) is { } row
            ? string.Create(CultureInfo.InvariantCulture,
                $"EasyExplain {request.Id} {request.Index * styles + style + 1}/{request.Count * styles}: {what}\n{row}")
            : $"EasyExplain: {what}";
    }

    private static string Said(CamExplanation explanation) =>
        explanation.Class < 0 ? "" : $"{new Prediction(explanation.Class, explanation.Label, explanation.Probability)}, ";

    private static PictureRow? Row(string picture) =>
        Note(picture) is { } note && note.IndexOf('\n', StringComparison.Ordinal) is > 0 and var end
        ? PictureRow.Read(note[(end + 1)..])
        : null;

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

    // What was written before there were rows does not match, and is made once more.
    [GeneratedRegex("""^EasyExplain ([0-9A-F]{16}) (\d{1,6})/(\d{1,6}): [^\n]*\n\{"row":(\d{1,6}),"of":(\d{1,5}),""")]
    private static partial Regex Mark();

    [GeneratedRegex(@"\p{Cc}+")]
    private static partial Regex ControlCharacters();

    /// <summary>Pictures of one request.</summary>
    /// <param name="Wanted">How many there are to be.</param>
    /// <param name="Rows">For each explanation a picture that has its row.</param>
    private sealed record Finished(int Wanted, string?[] Rows)
    {
        /// <summary>Which of the pictures are there.</summary>
        public HashSet<int> Pictures { get; } = [];

        public bool IsWhole => Pictures.Count == Wanted && Rows.All(row => row is not null);
    }
}
