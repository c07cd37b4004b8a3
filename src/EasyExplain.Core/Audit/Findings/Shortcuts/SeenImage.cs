namespace EasyExplain.Audit.Findings.Shortcuts;

/// <summary>An image and where the network looked in it.</summary>
/// <param name="Row">Its row.</param>
/// <param name="Input">The image as the model gets it, <c>[3, H, W]</c>.</param>
/// <param name="Heat">Its map, enlarged to the input (bilinear): <c>[H, W]</c>.</param>
internal sealed record SeenImage(CamAuditRow Row, float[] Input, float[] Heat)
{
    private (double Share, bool[] Places)? _hottest; // asked for once for each host in turn

    /// <summary>An image as a model sees it; null where it is gone, has changed, or has no map.</summary>
    public static SeenImage? Of(CamAuditRow row, ModelProbe probe) =>
        row.StoredMaps is [.., { IsEmpty: false } map] && probe.Input(row) is { } input
            ? new SeenImage(row, input, Enlarge(map, probe.Height, probe.Width)) : null;

    /// <summary>The hottest places that make up a share of the image.</summary>
    /// <param name="share">0 to 1.</param>
    public bool[] Hottest(double share)
    {
        if (_hottest is var (known, places) && known == share)
        {
            return places;
        }
        int count = Math.Max(1, (int)Math.Round(share * Heat.Length));
        var hottest = new bool[Heat.Length];
        foreach (int place in Enumerable.Range(0, Heat.Length).OrderByDescending(place => Heat[place]).ThenBy(place => place).Take(count))
        {
            hottest[place] = true;
        }
        _hottest = (share, hottest);
        return hottest;
    }

    private static float[] Enlarge(StoredMap map, int height, int width)
    {
        var heat = new float[height * width];
        for (int y = 0; y < height; y++)
        {
            (int top, int bottom, float down) = Between(y, height, map.Height);
            for (int x = 0; x < width; x++)
            {
                (int left, int right, float across) = Between(x, width, map.Width);
                float above = map.Values[top * map.Width + left] * (1 - across) + map.Values[top * map.Width + right] * across;
                float below = map.Values[bottom * map.Width + left] * (1 - across) + map.Values[bottom * map.Width + right] * across;
                heat[y * width + x] = (above * (1 - down) + below * down) / 255;
            }
        }
        return heat;
    }

    /// <summary>Between which cells a pixel lies, and how near to the second (align_corners = false).</summary>
    private static (int First, int Second, float Share) Between(int pixel, int pixels, int cells)
    {
        float at = Math.Clamp((pixel + 0.5f) * cells / pixels - 0.5f, 0, cells - 1);
        int first = Math.Min((int)at, Math.Max(0, cells - 2));
        return (first, Math.Min(first + 1, cells - 1), cells == 1 ? 0 : at - first);
    }
}
