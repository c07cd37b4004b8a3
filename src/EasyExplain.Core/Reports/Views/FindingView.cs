using System.Globalization;
using EasyExplain.Audit;
using EasyExplain.Audit.Findings;
using EasyExplain.Reports.Numbers;

namespace EasyExplain.Reports.Views;

/// <summary>A finding: its sentence, its proof, where the heat is, and some of its images.</summary>
internal static class FindingView
{
    private const int MostPictures = 6;

    /// <summary>What the template needs.</summary>
    public static object Of(
        ReportPage page, int place, ReportRows gallery, IReadOnlyList<SliceNumbers> numbers, PictureBudget pictures)
    {
        CamIssue issue = page.Issues[place];
        SliceNumbers? slice = issue.Members.Count == 0 ? null
            : numbers.FirstOrDefault(one => one.Slice.Kind == AuditSliceKind.Of(issue.Members[0]));
        return new
        {
            Place = place,
            Kind = KindNames.Of(issue.Kind),
            issue.Class,
            Summary = Isolated.Of(issue.Summary),
            issue.Where,
            Severity = Level(issue.Severity),
            Confidence = Level(issue.Confidence),
            Proof = ProofView.Of(issue, slice),
            Maps = MeanMapView.Of(issue, page.Maps),
            Members = issue.Members.Take(MostPictures).Select(row => Member(row, place, gallery, pictures)).ToArray(),
            All = issue.Count switch
            {
                0 => null,
                1 => "Show this image in the gallery",
                _ => $"Show all {Wording.Images(issue.Count)}",
            },
            Href = Links.Gallery(("issue", Links.Number(place))),
        };
    }

    private static object Member(CamAuditRow row, int issue, ReportRows gallery, PictureBudget pictures)
    {
        int image = gallery.PlaceOf(row);
        string? href = image < 0 ? null : Links.Gallery(("issue", Links.Number(issue)), ("image", Links.Number(image)));
        string? picture = pictures.Of(row);
        return new
        {
            File = ReportName.Of(row.File),
            Name = Wording.Name(row),
            row.Expected,
            Predicted = row.PredictedLabel,
            Probability = double.IsNaN(row.PredictedProbability) ? null : Phrases.Percent(row.PredictedProbability),
            Picture = picture,
            Href = href,
            Link = picture is null ? href : null, // else the picture is the link
        };
    }

    /// <summary>Such as "high (0.98)".</summary>
    private static string Level(double level) =>
        (level >= 0.6 ? "high" : level >= 0.3 ? "moderate" : "low") + level.ToString(" (0.##)", CultureInfo.InvariantCulture);
}
