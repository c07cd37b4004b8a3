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
internal sealed partial class FinishedPhotos : IFinished
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
                foreach (int row in RowsOf(note).Select(line => line.Row).Where(row => row >= 0 && row < finished.Rows.Length))
                {
                    finished.Rows[row] = file;
                }
            }
        }
    }

    /// <summary>Whether all pictures of this request are there, and a row for each of its explanations in them.</summary>
    public bool Contains(string requestId) =>
        _found.TryGetValue(requestId, out List<Finished>? all) && all.Exists(one => one.IsWhole);

    /// <summary>What the pictures of this request say: explanations without maps; null where a picture is there no more.</summary>
    /// <param name="requestId">The request.</param>
    /// <param name="photo">The photo that it is about.</param>
    /// <param name="model">The model that it is about.</param>
    public IReadOnlyList<CamExplanation>? Explanations(string requestId, string photo, CamModel model)
    {
        string?[] pictures = _found[requestId].Find(one => one.IsWhole)!.Rows;
        CamExplanation[] all =
            [.. pictures.Select((picture, row) => Row(picture!, row)?.ToExplanation(model, photo, picture!)).OfType<CamExplanation>()];
        return all.Length == pictures.Length ? all : null;
    }

    /// <summary>What a picture says about itself: a line for people, and where a later run may ask for it, its row.</summary>
    /// <param name="result">What it shows.</param>
    /// <param name="style">Which of its styles it is, from 0.</param>
    /// <param name="styles">How many there are of each explanation.</param>
    /// <param name="ofPhoto">How many pictures there are beside them, of all that was found in the photo.</param>
    public static string NoteOf(ICamResult result, int style, int styles, int ofPhoto = 0)
    {
        if (result is FoundInPhoto found)
        {
            return NoteOfAll(found, style, styles, ofPhoto);
        }
        if (result is CamAuditRow row)
        {
            return "EasyExplain: " + Line(string.Create(CultureInfo.InvariantCulture,
                $"{row.File}, {Said(row.Class, row.Label, row.Probability)}{row.Method} of {row.ModelName} at {row.Layers}"));
        }
        if (result is not CamExplanation explanation)
        {
            return $"EasyExplain: {result}";
        }
        string what = Line(string.Create(CultureInfo.InvariantCulture,
            $"{Path.GetFileName(explanation.Path) ?? "tensor"}, " +
            $"{Said(explanation.Class, explanation.Label, explanation.Probability)}{explanation.Method} of {explanation.Model} at " +
            $"{string.Join(", ", explanation.Layers)}"));
        return explanation.Request is { } request && PictureRow.Write(explanation) is { } json
            ? string.Create(CultureInfo.InvariantCulture,
                $"EasyExplain {request.Id} {request.Index * styles + style + 1}/{request.Count * styles + ofPhoto}: {what}\n{json}")
            : $"EasyExplain: {what}";
    }

    /// <summary>
    /// Of a picture of all that was found: with a row for each, as far as there is room. Where it is the only picture and the rows are too
    /// many, a later run explains the photo again.
    /// </summary>
    private static string NoteOfAll(FoundInPhoto found, int style, int styles, int ofPhoto)
    {
        string what = Line($"{found}");
        string?[] rows = [.. found.Results.Select(one => one is CamExplanation explanation ? PictureRow.Write(explanation) : null)];
        int length = 0;
        string[] fitting = [.. rows.OfType<string>().TakeWhile(row => (length += row.Length + 1) <= PictureRow.MaxLength)];
        return found.Results[0] is CamExplanation { Request: { } request } && fitting.Length > 0
            && (styles > 0 || fitting.Length == rows.Length)
            ? string.Create(CultureInfo.InvariantCulture,
                $"EasyExplain {request.Id} {request.Count * styles + style + 1}/{request.Count * styles + ofPhoto}: {what}\n") +
                string.Join('\n', fitting)
            : $"EasyExplain: {what}";
    }

    private static string Line(string text) =>
        ControlCharacters().Replace(text, " ") is var line && line.Length > LongestLine ? line[..LongestLine] : line;

    private static string Said(int @class, string label, double probability) =>
        @class < 0 ? "" : $"{new Prediction(@class, label, probability)}, ";

    private static PictureRow? Row(string picture, int row) =>
        Note(picture) is { } note ? RowsOf(note).FirstOrDefault(one => one.Row == row) : null;

    /// <summary>The rows of a note, a line each; the picture of one explanation has one.</summary>
    private static IEnumerable<PictureRow> RowsOf(string note) =>
        note.Split('\n').Skip(1).Select(PictureRow.Read).OfType<PictureRow>();

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
