using EasyExplain.Audit;
using EasyExplain.Audit.Findings;
using EasyExplain.Reports.Numbers;

namespace EasyExplain.Reports.Views;

/// <summary>The findings: the worst of each kind as articles, the others as lists.</summary>
internal static class FindingsView
{
    private const int MostSingle = 5, MostLarge = 12; // of a kind, about one image and about several
    private const int PictureBytes = 1_500_000;

    /// <summary>What the template needs.</summary>
    public static object Of(ReportPage page, IReadOnlyList<SliceNumbers> numbers)
    {
        ReportRows gallery = page.Kept ?? page.Rows;
        var opened = new Dictionary<(IssueKind, bool IsSingle), int>();
        var articles = new List<int>();
        var folded = new List<int>();
        for (int place = 0; place < page.Issues.Count; place++)
        {
            bool isSingle = page.Issues[place].Count < 2;
            var kind = (page.Issues[place].Kind, isSingle);
            opened[kind] = opened.GetValueOrDefault(kind) + 1;
            (opened[kind] <= (isSingle ? MostSingle : MostLarge) ? articles : folded).Add(place);
        }
        var pictures = new PictureBudget(page.Thumbnail, PictureBytes);
        return new
        {
            Articles = articles.ConvertAll(place => FindingView.Of(page, place, gallery, numbers, pictures)),
            Folded = folded.GroupBy(place => page.Issues[place].Kind).Select(kind => new
            {
                Name = KindNames.CountedMore(kind.Key, kind.Count()),
                Items = kind.Select(place => new
                {
                    Place = place,
                    Summary = Isolated.Of(page.Issues[place].Summary),
                    Href = Links.Gallery(("issue", Links.Number(place))),
                }),
            }),
            Any = page.Issues.Count > 0,
        };
    }
}

/// <summary>Gives small pictures until they take too much.</summary>
/// <param name="pictures">The pictures.</param>
/// <param name="most">How many characters all of them may have.</param>
internal sealed class PictureBudget(Func<CamAuditRow, string?> pictures, int most)
{
    private int _left = most;

    /// <summary>A picture; null where there is none, or no room for it.</summary>
    public string? Of(CamAuditRow row)
    {
        if (_left <= 0 || pictures(row) is not { } picture)
        {
            return null;
        }
        _left -= picture.Length;
        return _left >= 0 ? picture : null;
    }
}
