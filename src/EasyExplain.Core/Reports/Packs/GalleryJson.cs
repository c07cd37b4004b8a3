namespace EasyExplain.Reports.Packs;

/// <summary>What a page knows of all images of a gallery before it loads a pack.</summary>
internal static class GalleryJson
{
    /// <summary>Numbers of each image, by which a page filters and sorts.</summary>
    public static byte[] Rows(Gallery gallery)
    {
        IReadOnlyList<ReportRow> rows = gallery.Rows.Rows;
        return PageJson.Of(json =>
        {
            json.WriteStartObject();
            PageJson.Numbers(json, "expected", rows.Select(row => gallery.LabelOf(row.Expected)));
            PageJson.Numbers(json, "predicted", rows.Select(row => row.Predicted < 0 ? -1 : gallery.LabelOf(row.PredictedLabel)));
            PageJson.Numbers(json, "verdict", rows.Select(row => (byte)(row.Correct is { } correct ? (correct ? 1 : 0) : 2)));
            PageJson.Numbers(json, "probability", rows.Select(row => Share(row.Probability)));
            PageJson.Numbers(json, "expectedProbability", rows.Select(row => Share(row.ExpectedProbability ?? 0)));
            if (rows.Any(row => row.Verdict is not null))
            {
                PageJson.Numbers(json, "said", rows.Select(row => (byte)(row.Verdict is { } verdict ? (int)verdict + 1 : 0)));
            }
            json.WriteEndObject();
        });
    }

    /// <summary>The name of each image.</summary>
    public static byte[] Names(Gallery gallery) => PageJson.Of(json =>
    {
        json.WriteStartArray();
        foreach (ReportRow row in gallery.Rows.Rows)
        {
            json.WriteStringValue(row.File);
        }
        json.WriteEndArray();
    });

    private static ushort Share(double probability) =>
        (ushort)Math.Round(double.IsFinite(probability) ? Math.Clamp(probability, 0, 1) * ushort.MaxValue : 0);
}
