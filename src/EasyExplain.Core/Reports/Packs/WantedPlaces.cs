using EasyExplain.Audit.Findings;
using EasyExplain.Audit.Store;

namespace EasyExplain.Reports.Packs;

/// <summary>In which order images are wanted in a report that has not room for all.</summary>
internal static class WantedPlaces
{
    private const int SampleEach = 4; // every fourth is of the sample, so that findings of many images leave it some room

    /// <summary>
    /// The places of all images: those of findings, clearest first, the findings taking turns; among them and after them a sample in which
    /// slices and expected classes have their shares.
    /// </summary>
    /// <param name="rows">All images.</param>
    /// <param name="issues">The findings, ranked.</param>
    public static int[] Of(ReportRows rows, IReadOnlyList<CamIssue> issues)
    {
        var order = new List<int>(rows.Rows.Count);
        var taken = new HashSet<int>();
        var found = new Queue<int>(InTurns(rows, issues));
        var sample = new Queue<int>(Sample(rows));
        while (sample.Count > 0)
        {
            Queue<int> from = found.Count > 0 && order.Count % SampleEach != SampleEach - 1 ? found : sample;
            if (from.Dequeue() is var place && taken.Add(place))
            {
                order.Add(place);
            }
        }
        return [.. order];
    }

    private static IEnumerable<int> InTurns(ReportRows rows, IReadOnlyList<CamIssue> issues)
    {
        int[][] members = [.. issues.Select(issue => issue.Members.Select(rows.PlaceOf).Where(place => place >= 0).ToArray())];
        int turns = members.Select(own => own.Length).DefaultIfEmpty(0).Max();
        return Enumerable.Range(0, turns).SelectMany(turn => members.Where(own => turn < own.Length).Select(own => own[turn]));
    }

    /// <summary>
    /// However many are taken, each class of each slice has its share, and at least one. Within a class they come by hashes of their names:
    /// as good as drawn, and the same images in all slices.
    /// </summary>
    private static IEnumerable<int> Sample(ReportRows rows) => Enumerable.Range(0, rows.Rows.Count)
        .GroupBy(place => (rows.Rows[place].Slice, rows.Rows[place].ExpectedClass, rows.Rows[place].Expected))
        .SelectMany(places =>
        {
            int[] mixed = [.. places.OrderBy(place => FileHash.OfText(rows.Rows[place].File), StringComparer.Ordinal)];
            return mixed.Select((place, at) => (Place: place, Share: (double)at / mixed.Length));
        })
        .OrderBy(one => one.Share)
        .Select(one => one.Place);
}
