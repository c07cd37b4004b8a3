namespace EasyExplain.Imaging;

/// <summary>Finds the largest area of set pixels that hang together; those that touch at a corner do.</summary>
/// <remarks>It goes row by row and knows runs of pixels, not pixels, so that a photo of many millions takes little memory.</remarks>
internal static class LargestArea
{
    /// <summary>An area: how many pixels, and the rectangle around them.</summary>
    public readonly record struct Area(long Pixels, int Left, int Top, int Right, int Bottom);

    /// <summary>The largest area, of two of a size the upper one; null where no pixel is set.</summary>
    /// <param name="isSet">Row by row, <paramref name="width"/> pixels each.</param>
    /// <param name="width">Pixels in a row, at least 1.</param>
    public static Area? Of(ReadOnlySpan<bool> isSet, int width)
    {
        var parents = new List<int>(); // by label, the label that it was found to be the same area as, or itself
        var areas = new List<Area>();
        List<(int First, int End, int Label)> above = [], here = [];
        for (int y = 0; (y + 1) * (long)width <= isSet.Length; y++)
        {
            ReadOnlySpan<bool> row = isSet.Slice(y * width, width);
            int next = 0;
            for (int x = row.IndexOf(true); x >= 0 && x < width;)
            {
                int length = row[x..].IndexOf(false), end = length < 0 ? width : x + length;
                int label = parents.Count;
                parents.Add(label);
                areas.Add(new Area(end - x, x, y, end - 1, y));
                while (next < above.Count && above[next].End < x)
                {
                    next++;
                }
                for (int touching = next; touching < above.Count && above[touching].First <= end; touching++)
                {
                    label = Unite(above[touching].Label, label);
                }
                here.Add((x, end, label));
                int gap = row[end..].IndexOf(true);
                x = gap < 0 ? width : end + gap;
            }
            (above, here) = (here, above);
            here.Clear();
        }
        Area[] whole = [.. Enumerable.Range(0, parents.Count).Where(label => parents[label] == label).Select(label => areas[label])];
        return whole.Length == 0 ? null : whole.MaxBy(area => area.Pixels);

        int Root(int label)
        {
            while (parents[label] != label)
            {
                label = parents[label] = parents[parents[label]];
            }
            return label;
        }

        int Unite(int first, int second)
        {
            (int into, int from) = (Root(first), Root(second));
            if (into != from)
            {
                (into, from) = (Math.Min(into, from), Math.Max(into, from));
                Area a = areas[into], b = areas[from];
                parents[from] = into;
                areas[into] = new Area(
                    a.Pixels + b.Pixels,
                    Math.Min(a.Left, b.Left), Math.Min(a.Top, b.Top), Math.Max(a.Right, b.Right), Math.Max(a.Bottom, b.Bottom));
            }
            return into;
        }
    }
}
