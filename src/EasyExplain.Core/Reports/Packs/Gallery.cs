using EasyExplain.Audit;
using EasyExplain.Audit.Findings;

namespace EasyExplain.Reports.Packs;

/// <summary>What packs need to know of all images before the first one is written: labels, sizes, and what is near to what.</summary>
internal sealed class Gallery
{
    private const int MostNear = 6;
    private const int MostAsked = 10_000; // images that one is compared with

    private readonly Dictionary<string, int> _labels = new(StringComparer.Ordinal);
    private readonly FeatureTable[] _features;
    private readonly int[][] _asked;

    private Gallery(ReportSource source, ReportRows rows, int largest, CancellationToken cancel)
    {
        Rows = rows;
        var features = new List<sbyte[]?>();
        int longest = 0;
        foreach ((ReportRow row, CamAuditRow whole) in rows.Rows.Zip(source.Rows(rows.Rows)))
        {
            cancel.ThrowIfCancellationRequested();
            Learn(row.Expected);
            Learn(row.PredictedLabel);
            Learn(row.Label);
            foreach (var prediction in whole.Predictions)
            {
                Learn(prediction.Label);
            }
            features.Add(whole.Channels?.Features.Values);
            longest = Math.Max(longest, whole.ImageSize.DefaultIfEmpty(0).Max());
        }
        (Side, PackSize) = PackSizes.For(rows.Rows.Count, longest, largest);
        _features = [.. rows.Slices.Select(slice => FeatureTable.Of(features.GetRange(slice.First, slice.Count)))];
        _asked = [.. rows.Slices.Select(slice => Sampling.Of([.. Enumerable.Range(0, slice.Count)], MostAsked))];
    }

    /// <summary>The images.</summary>
    public ReportRows Rows { get; }

    /// <summary>Every label that is named, once.</summary>
    public IReadOnlyList<string> Labels => [.. _labels.Keys];

    /// <summary>The most pixels of a thumbnail's longer side.</summary>
    public int Side { get; }

    /// <summary>The images of a pack; the last one may have fewer.</summary>
    public int PackSize { get; }

    /// <summary>How many packs there are.</summary>
    public int PackCount => (Rows.Rows.Count + PackSize - 1) / PackSize;

    /// <summary>Reads all rows once.</summary>
    /// <param name="source">Where whole rows come from.</param>
    /// <param name="rows">The images to show.</param>
    /// <param name="largest">The most pixels of a thumbnail's longer side.</param>
    /// <param name="cancel">Stops it.</param>
    public static Gallery Read(
        ReportSource source, ReportRows rows, int largest = PackSizes.LargestSide, CancellationToken cancel = default) =>
        new(source, rows, largest, cancel);

    /// <summary>The place of a label in <see cref="Labels"/>; −1 of none.</summary>
    public int LabelOf(string? label) => string.IsNullOrEmpty(label) ? -1 : _labels[label];

    /// <summary>The places of the images that are most like one by their features, in the same slice, the nearest first.</summary>
    public int[] Near(int place)
    {
        int slice = Rows.Rows[place].Slice, first = Rows.Slices[slice].First;
        if (!_features[slice].Has(place - first))
        {
            return [];
        }
        Span<Neighbour> nearest = stackalloc Neighbour[MostNear];
        int count = _features[slice].Nearest(place - first, _asked[slice], nearest);
        int[] places = new int[count];
        for (int i = 0; i < count; i++)
        {
            places[i] = first + nearest[i].Row;
        }
        return places;
    }

    private void Learn(string? label)
    {
        if (!string.IsNullOrEmpty(label))
        {
            _labels.TryAdd(label, _labels.Count);
        }
    }
}
