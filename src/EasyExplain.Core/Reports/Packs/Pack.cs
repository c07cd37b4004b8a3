using System.Globalization;
using System.Text.Json;
using EasyExplain.Audit;
using EasyExplain.Explanation;
using EasyExplain.Imaging;

namespace EasyExplain.Reports.Packs;

/// <summary>Images of a gallery that a page loads together: a sprite of their thumbnails, and what is to be known of each.</summary>
/// <param name="gallery">All images.</param>
/// <param name="number">Which pack it is.</param>
/// <param name="images">Its images.</param>
internal sealed class Pack(Gallery gallery, int number, IReadOnlyList<PackedImage> images)
{
    private const int Quality = 82, QualityOfSmall = 90; // small ones are shown enlarged
    private const int Small = 64; // pixels
    private const double MostBeside = 0.5; // bytes of everything else for each byte of the thumbnails

    private readonly Sprite _sprite = Sprite.Of([.. images.Select(image => image.Thumbnail)]);

    /// <summary>Such as pack-0007.</summary>
    public string Name { get; } = string.Create(CultureInfo.InvariantCulture, $"pack-{number:0000}");

    /// <summary>The sprite as a JPEG file.</summary>
    public byte[] Jpeg => field ??= ImageEncoder.Bytes(_sprite.Picture, ImageFormat.Jpeg, _sprite.Cell > Small ? Quality : QualityOfSmall);

    /// <summary>Everything else.</summary>
    /// <param name="sprite">The sprite's URL, in ASCII that JSON has no other form for.</param>
    public byte[] Json(string sprite)
    {
        StoredMap[][] maps = [.. images.Select(image => image.Row.StoredMaps.ToArray())];
        // A smaller map's size takes no more digits, so this is the most that there is beside the maps.
        long beside = (long)(Jpeg.Length * MostBeside) - PageJson.Script(Name, Json(Name + ".jpg", maps, [])).Length;
        int side = SmallMaps.SideFor([.. maps.SelectMany(own => own)], Math.Max(0, beside / 4 * 3));
        maps = [.. maps.Select(own => Array.ConvertAll(own, map => SmallMaps.Reduce(map, side)))];
        return Json(sprite, maps, [.. maps.SelectMany(own => own).SelectMany(map => map.Values)]);
    }

    private byte[] Json(string sprite, StoredMap[][] maps, byte[] values) => PageJson.Of(json =>
    {
        json.WriteStartObject();
        json.WritePropertyName("sprite");
        json.WriteRawValue($"\"{sprite}\""); // the writer would escape each + of base64
        json.WriteNumber("cell", _sprite.Cell);
        json.WriteNumber("columns", _sprite.Columns);
        json.WriteStartArray("rows");
        for (int place = 0; place < images.Count; place++)
        {
            Write(json, images[place], maps[place]);
        }
        json.WriteEndArray();
        json.WriteBase64String("maps", values);
        json.WriteEndObject();
    });

    private void Write(Utf8JsonWriter json, PackedImage image, StoredMap[] maps)
    {
        (int height, int width) = image.Row.ImageSize is [var rows, var columns] ? (rows, columns) : (0, 0);
        json.WriteStartArray();
        json.WriteNumberValue(width);
        json.WriteNumberValue(height);
        json.WriteNumberValue(image.Thumbnail?.Width ?? 0);
        json.WriteNumberValue(image.Thumbnail?.Height ?? 0);
        json.WriteStartArray();
        foreach (Prediction prediction in image.Row.Predictions)
        {
            json.WriteNumberValue(gallery.LabelOf(prediction.Label));
            json.WriteNumberValue(double.IsFinite(prediction.Probability) ? (int)Math.Round(prediction.Probability * 1000) : 0);
        }
        json.WriteEndArray();
        json.WriteStartArray();
        foreach (int near in image.Near)
        {
            json.WriteNumberValue(near);
        }
        json.WriteEndArray();
        json.WriteStartArray();
        foreach (StoredMap map in maps)
        {
            json.WriteNumberValue(map.Height);
            json.WriteNumberValue(map.Width);
        }
        json.WriteEndArray();
        WriteRegion(json, image.Row, width, height);
        if (image.Row.IsOfDetector && width > 0 && height > 0)
        {
            WriteBoxes(json, image.Row, width, height);
        }
        json.WriteEndArray();
    }

    /// <summary>The boxes of what was found and of what is there in truth, as shares of the image, and 1 behind one of truth.</summary>
    private static void WriteBoxes(Utf8JsonWriter json, CamAuditRow row, int width, int height)
    {
        json.WriteStartArray();
        foreach (DrawnBox box in DrawnMaps.BoxesOf(row))
        {
            json.WriteStartArray();
            foreach (double share in new[] { box.Box.X / width, box.Box.Y / height, box.Box.Width / width, box.Box.Height / height })
            {
                json.WriteNumberValue(Math.Round(share, 5));
            }
            json.WriteNumberValue(box.IsTruth ? 1 : 0);
            json.WriteEndArray();
        }
        json.WriteEndArray();
    }

    /// <summary>The part of the image that its maps cover.</summary>
    private static void WriteRegion(Utf8JsonWriter json, CamAuditRow row, int width, int height)
    {
        PixelRegion whole = PixelRegion.Whole(Math.Max(width, 1), Math.Max(height, 1));
        PixelRegion region = width > 0 && height > 0 ? row.Model.Preprocessing.RegionOf(width, height) : whole;
        if (region == whole)
        {
            json.WriteNumberValue(0);
            return;
        }
        json.WriteStartArray();
        foreach (double share in new[] { region.X / width, region.Y / height, region.Width / width, region.Height / height })
        {
            json.WriteNumberValue(Math.Round(share, 5));
        }
        json.WriteEndArray();
    }
}

/// <summary>An image on its way into a pack.</summary>
/// <param name="Row">All that is known of it.</param>
/// <param name="Thumbnail">Its thumbnail; null where there is none.</param>
/// <param name="Near">The places of the images that are most like it.</param>
internal sealed record PackedImage(CamAuditRow Row, Photo? Thumbnail, int[] Near);
