using EasyExplain.Audit;
using EasyExplain.Audit.Findings;
using EasyExplain.Reports.Numbers;
using EasyExplain.Reports.Page;
using EasyExplain.Reports.Views;

namespace EasyExplain.Reports;

/// <summary>A report's page: what one reads without its script, and the data that its script needs.</summary>
internal sealed record ReportPage
{
    /// <summary>Its heading.</summary>
    public required string Title { get; init; }

    /// <summary>All that the audit has; numbers are of these.</summary>
    public required ReportRows Rows { get; init; }

    /// <summary>What the gallery has, where that is not all: what links count by.</summary>
    public ReportRows? Kept { get; init; }

    /// <summary>The findings, ranked.</summary>
    public IReadOnlyList<CamIssue> Issues { get; init; } = [];

    /// <summary>A sentence about each thing that was not looked at.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>What the audit is called, such as its file's name without its folder; empty for none.</summary>
    public string Source { get; init; } = "";

    /// <summary>When the report is made; the page has it as UTC.</summary>
    public required DateTime Made { get; init; }

    /// <summary>A small picture of an image as a data: URL; null where the image is gone.</summary>
    public Func<CamAuditRow, string?> Thumbnail { get; init; } = _ => null;

    /// <summary>The mean map of each class; null where nobody collected it.</summary>
    public ClassMaps? Maps { get; init; }

    /// <summary>Writes the page; the data goes through to the writer, one piece at a time.</summary>
    /// <param name="to">Gets the page; written as UTF-8.</param>
    /// <param name="data">
    /// JSON for the page's script, by the ids of its elements. It has no &lt; in it: System.Text.Json writes \u003C.
    /// </param>
    /// <exception cref="ArgumentException">A piece of data has a &lt; in it, which could end its element.</exception>
    public void Write(TextWriter to, IEnumerable<(string Id, string Json)> data)
    {
        SliceNumbers[] numbers = [.. Enumerable.Range(0, Rows.Slices.Count).Select(slice => SliceNumbers.Of(Rows, slice))];
        Templates.Report(to, new
        {
            PageParts.Policy,
            PageParts.Style,
            PageParts.Script,
            PageParts.Licences,
            Title,
            Source,
            Made = (Made.Kind == DateTimeKind.Local ? Made.ToUniversalTime() : Made)
                .ToString("yyyy-MM-dd HH:mm 'UTC'", System.Globalization.CultureInfo.InvariantCulture),
            LookedAt = Sentences.LookedAt(Rows),
            Slices = numbers.Select((slice, place) => new
            {
                Place = place,
                Of = NameOf(place),
                HowGood = Sentences.HowGood(slice),
                Classes = ClassesView.Of(slice, place),
                Confusion = ConfusionView.Of(slice, place),
                Reliability = ReliabilityView.Of(slice, place),
            }).ToArray(),
            Found = Sentences.Found(Issues),
            Notes = Notes.Select(Isolated.Of),
            Kept = Sentences.Kept((Kept ?? Rows).Rows.Count, Rows.Rows.Count),
            Findings = FindingsView.Of(this, numbers),
            Failures = FailuresView.Of(Rows.Failures),
            Images = Phrases.Number((Kept ?? Rows).Rows.Count),
            Data = data,
        });
    }

    /// <summary>What a slice is called where there are several; those that only their model's file tells apart have numbers.</summary>
    private string? NameOf(int slice)
    {
        string name = Rows.Slices[slice].Name;
        return Rows.Slices.Count == 1 ? null : Rows.Slices.Count(other => other.Name == name) == 1 ? name
            : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{name} ({slice + 1})");
    }
}
