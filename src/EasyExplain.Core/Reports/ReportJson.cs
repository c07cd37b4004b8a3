using EasyExplain.Audit.Findings;
using EasyExplain.Reports.Packs;

namespace EasyExplain.Reports;

/// <summary>What a report's page is told at once: what there is, and where.</summary>
internal static class ReportJson
{
    /// <summary>JSON for a script element.</summary>
    /// <param name="gallery">The images that the report shows.</param>
    /// <param name="issues">The findings, in the report's order.</param>
    /// <param name="title">The report's title.</param>
    /// <param name="folder">The URL of the data folder; empty of a single file.</param>
    /// <param name="originals">The URL that images are found below; null where nobody is to know.</param>
    /// <param name="total">How many images the audit has, also those that the report leaves out.</param>
    public static byte[] Of(
        Gallery gallery, IReadOnlyList<CamIssue> issues, string title, string folder, string? originals, int total) => PageJson.Of(json =>
    {
        json.WriteStartObject();
        json.WriteNumber("version", 1);
        json.WriteString("title", title);
        json.WriteString("folder", folder);
        json.WriteNumber("count", gallery.Rows.Rows.Count);
        json.WriteNumber("packSize", gallery.PackSize);
        json.WriteStartArray("labels");
        foreach (string label in gallery.Labels)
        {
            json.WriteStringValue(label);
        }
        json.WriteEndArray();
        json.WriteStartArray("slices");
        foreach (ReportSlice slice in gallery.Rows.Slices)
        {
            json.WriteStartObject();
            json.WriteString("name", slice.Name);
            json.WriteNumber("first", slice.First);
            json.WriteNumber("count", slice.Count);
            json.WriteStartArray("maps");
            foreach (string map in slice.Layers.Count > 1 ? slice.Layers.Append(string.Join("+", slice.Layers)) : slice.Layers)
            {
                json.WriteStringValue(map);
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("issues");
        foreach (CamIssue issue in issues)
        {
            json.WriteStartObject();
            json.WriteString("kind", $"{issue.Kind}");
            json.WriteString("class", issue.Class);
            json.WriteString("summary", issue.Summary);
            PageJson.Numbers(json, "members", issue.Members.Select(gallery.Rows.PlaceOf).Where(place => place >= 0));
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteString("originals", originals);
        json.WriteNumber("total", total);
        if (gallery.Rows.Slices.Any(slice => slice.Detections is not null))
        {
            json.WriteBoolean("things", true);
        }
        json.WriteEndObject();
    });
}
