using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using EasyExplain.Detectors;

namespace EasyExplain.Audit.Truth;

/// <summary>COCO's instances.json: images, annotations with boxes x, y, width, height in pixels, and categories.</summary>
/// <remarks>https://cocodataset.org/#format-data. A box of no width or no height, of which COCO itself has some, is left out.</remarks>
internal sealed class CocoTruth : GroundTruth
{
    private const long Largest = 1L << 30; // bytes; COCO's own largest has less than half of that

    private readonly PhotoFiles<Image> _photos = new();
    private readonly string _path;

    private CocoTruth(string path) => _path = path;

    /// <summary>Reads a file.</summary>
    public static CocoTruth Read(string path)
    {
        if (new FileInfo(path).Length > Largest)
        {
            throw new TruthException(path, "has more than a gigabyte, which is more than annotations of boxes have.");
        }
        File? file;
        try
        {
            using FileStream stream = System.IO.File.OpenRead(path);
            file = JsonSerializer.Deserialize<File>(stream);
        }
        catch (JsonException e)
        {
            string place = e.Path is { Length: > 1 } where ? where.Replace("$.", "", StringComparison.Ordinal) : "its beginning";
            throw TruthException.At(path, string.Create(CultureInfo.InvariantCulture, $"{place} (line {e.LineNumber + 1})"),
                "it is not what COCO has there.", e);
        }
        return file is { Images: not null, Annotations: not null, Categories: not null } ? new CocoTruth(path).Fill(file)
            : throw new TruthException(path, "is no file of COCO's instances: that has images, annotations and categories.");
    }

    /// <inheritdoc/>
    public override IReadOnlyList<TrueThing>? Of(string photo, int width, int height)
    {
        if (_photos.Of(photo) is not { } image)
        {
            return null;
        }
        return image is { Width: { } w, Height: { } h } && (w != width || h != height)
            ? throw new TruthException(_path, string.Create(CultureInfo.InvariantCulture,
                $"says that '{image.Name}' has {w}×{h} pixels, and '{photo}' has {width}×{height}: its boxes are of another picture."))
            : image.Things;
    }

    private CocoTruth Fill(File file)
    {
        var categories = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach ((Category category, int at) in file.Categories!.Select((category, at) => (category, at)))
        {
            if (category is not { Id: { } id, Name: { Length: > 0 } name } || !categories.TryAdd(Key(id), name))
            {
                throw At("categories", at, "a category has an id of its own and a name.");
            }
        }
        var images = new Dictionary<string, Image>(StringComparer.Ordinal);
        foreach ((Image image, int at) in file.Images!.Select((image, at) => (image, at)))
        {
            if (image is not { Id: { } id, Name: { Length: > 0 } name } || !images.TryAdd(Key(id), image))
            {
                throw At("images", at, "an image has an id of its own and a file_name.");
            }
            _photos.Add(name.Replace('\\', '/'), image);
        }
        foreach ((Annotation one, int at) in file.Annotations!.Select((one, at) => (one, at)))
        {
            if (one?.Image is not { } of || !images.TryGetValue(Key(of), out Image? image))
            {
                throw At("annotations", at, $"there is no image {one?.Image?.ToString() ?? "named"}.");
            }
            if (one.Category is not { } category || !categories.TryGetValue(Key(category), out string? label))
            {
                throw At("annotations", at, $"there is no category {one.Category?.ToString() ?? "named"}.");
            }
            if (one.Box is not [var x, var y, var width, var height] || width < 0 || height < 0
                || !Array.TrueForAll(one.Box, double.IsFinite))
            {
                throw At("annotations", at, "a bbox is x, y, width and height in pixels.");
            }
            if (width > 0 && height > 0)
            {
                bool isCrowd = one.IsCrowd is { ValueKind: JsonValueKind.True } or { ValueKind: JsonValueKind.Number }
                    && one.IsCrowd.Value.ToString() != "0";
                image.Things.Add(new TrueThing(label, -1, new DetectionBox(x, y, width, height), isCrowd));
            }
        }
        return this;
    }

    private TruthException At(string list, int at, string message) =>
        TruthException.At(_path, string.Create(CultureInfo.InvariantCulture, $"{list}[{at}]"), message);

    /// <summary>An id is a number, or in some programs' files a text.</summary>
    private static string Key(JsonElement id) => id.ToString();

    private sealed record File(
        [property: JsonPropertyName("images")] List<Image>? Images,
        [property: JsonPropertyName("annotations")] List<Annotation>? Annotations,
        [property: JsonPropertyName("categories")] List<Category>? Categories);

    private sealed record Category([property: JsonPropertyName("id")] JsonElement? Id, [property: JsonPropertyName("name")] string? Name);

    private sealed record Annotation(
        [property: JsonPropertyName("image_id")] JsonElement? Image, [property: JsonPropertyName("category_id")] JsonElement? Category,
        [property: JsonPropertyName("bbox")] double[]? Box, [property: JsonPropertyName("iscrowd")] JsonElement? IsCrowd);

    private sealed record Image(
        [property: JsonPropertyName("id")] JsonElement? Id, [property: JsonPropertyName("file_name")] string? Name,
        [property: JsonPropertyName("width")] double? Width, [property: JsonPropertyName("height")] double? Height)
    {
        [JsonIgnore]
        public List<TrueThing> Things { get; } = [];
    }
}
