using System.Text;

namespace EasyExplain.Reports.Packs;

/// <summary>What a report in a single file has of its images.</summary>
/// <param name="Rows">The images that it shows.</param>
/// <param name="Data">JSON by the ids of the script elements that hold it: report, rows, names and packs.</param>
internal sealed record SingleFile(ReportRows Rows, IReadOnlyList<(string Id, string Json)> Data)
{
    private const int PilotImages = 200, PilotReach = 4000;
    private const int Element = 64; // bytes of a script element without its id and content
    private const double Full = 0.93, Careful = 0.97;
    private const int MostTries = 3; // after which what fits is good enough

    private long Size => Data.Sum(one => (long)Element + one.Id.Length + one.Json.Length);

    /// <summary>As many images as there is room for, the most wanted ones; all if they fit.</summary>
    /// <param name="source">Where whole rows come from.</param>
    /// <param name="rows">All images.</param>
    /// <param name="wanted">The places of all images, the most wanted first: see <see cref="WantedPlaces"/>.</param>
    /// <param name="report">What a page is told at once of a gallery: see <see cref="ReportJson"/>.</param>
    /// <param name="most">The most bytes that all data may have.</param>
    /// <param name="largest">The most pixels of a thumbnail's longer side.</param>
    /// <param name="progress">Is told how much is done, 0 to 1.</param>
    /// <param name="cancel">Stops it.</param>
    /// <remarks>
    /// Some images tell how many bytes one takes. Then about as many as fit are decoded, rarely twice; of the others, nothing is read.
    /// </remarks>
    public static SingleFile Fit(
        ReportSource source, ReportRows rows, IReadOnlyList<int> wanted, Func<Gallery, byte[]> report, long most,
        int largest = PackSizes.LargestSide, Action<double>? progress = null, CancellationToken cancel = default)
    {
        double shown = 0;
        SingleFile none = Of([]), best = none;
        int count = wanted.Count <= PilotImages ? wanted.Count : Fitting(Pilot());
        for (int tries = 1; count > 0; tries++)
        {
            SingleFile made = Of([.. wanted.Take(count)]);
            bool fits = made.Size <= most;
            if (fits && made.Rows.Rows.Count > best.Rows.Rows.Count)
            {
                best = made;
            }
            if (fits && (count == wanted.Count || made.Size >= Full * most) || tries >= MostTries && best != none)
            {
                break;
            }
            int other = Fitting(made);
            count = fits ? other : Math.Min(other, count - 1);
            if (fits && count <= made.Rows.Rows.Count)
            {
                break;
            }
        }
        return best;

        SingleFile Of(IReadOnlyCollection<int> places) => Make(source, Gallery.Read(source, rows.Only(places), largest, cancel), report,
            done => progress?.Invoke(shown = Math.Max(shown, (double)done / places.Count)), cancel);

        SingleFile Pilot()
        {
            int reach = Math.Min(wanted.Count, PilotReach);
            int[] spread = [.. Enumerable.Range(0, PilotImages).Select(image => wanted[image * reach / PilotImages])];
            return Make(source, Gallery.Read(source, rows.Only(spread), largest, cancel), report, progress: null, cancel);
        }

        int Fitting(SingleFile made)
        {
            int images = made.Rows.Rows.Count;
            return (int)Math.Clamp(Careful * (most - none.Size) * images / Math.Max(1, made.Size - none.Size), 0, wanted.Count);
        }
    }

    private static SingleFile Make(
        ReportSource source, Gallery gallery, Func<Gallery, byte[]> report, Action<int>? progress, CancellationToken cancel)
    {
        var data = new List<(string, string)>
        {
            ("report", Text(report(gallery))),
            ("rows", Text(GalleryJson.Rows(gallery))),
            ("names", Text(GalleryJson.Names(gallery))),
        };
        foreach (Pack pack in new PackMaker(source, gallery).Make(progress, cancel))
        {
            data.Add((pack.Name, Text(pack.Json(Thumbnails.DataUrl(pack.Jpeg)))));
        }
        return new SingleFile(gallery.Rows, data);
    }

    private static string Text(byte[] json) => Encoding.ASCII.GetString(json);
}
