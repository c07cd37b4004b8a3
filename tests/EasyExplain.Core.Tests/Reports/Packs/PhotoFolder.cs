using System.Globalization;
using System.Text;
using System.Text.Json;
using EasyExplain.Audit;
using EasyExplain.Explanation;
using EasyExplain.Imaging;
using EasyExplain.Networks;
using EasyExplain.Reports;
using EasyExplain.Reports.Packs;

namespace EasyExplain.Tests.Reports.Packs;

/// <summary>A folder with a few photos, and rows of an audit that show them.</summary>
internal sealed class PhotoFolder : IDisposable
{
    public static readonly AuditedModel Model = ModelOf(ResizeMode.Stretch);

    public string Path { get; } = Directory.CreateTempSubdirectory("private [1] ").FullName;

    public static AuditedModel ModelOf(ResizeMode resize, string name = "net") => new(
        name, "00ff", ["ant", "bee", "cat", "dog", "elk", "fox"], Activation.Softmax, new Preprocessing(32, 32, [0, 0, 0], [1, 1, 1], resize));

    /// <summary>A photo with soft and fine structure, as one of a camera has.</summary>
    public static Photo Photo(int width, int height, int seed)
    {
        byte[] rgb = new byte[width * height * 3];
        var random = new Random(seed);
        double fx = 3 + random.NextDouble() * 5, fy = 2 + random.NextDouble() * 5;
        for (int at = 0; at < rgb.Length; at++)
        {
            int x = at / 3 % width, y = at / 3 / width;
            double soft = Math.Sin(fx * x / width + at % 3) * Math.Cos(fy * y / height) * 70;
            double fine = Math.Sin(60.0 * x / width + 40.0 * y / height) * 20 + random.Next(-12, 13);
            rgb[at] = (byte)(128 + soft + fine);
        }
        return new Photo(width, height, rgb);
    }

    /// <summary>Saves a photo, by its name as PNG or JPEG.</summary>
    public FileInfo Save(string name, Photo photo)
    {
        string path = System.IO.Path.Combine(Path, name);
        ImageEncoder.Save(photo, path, name.EndsWith(".png", StringComparison.Ordinal) ? ImageFormat.Png : ImageFormat.Jpeg);
        return new FileInfo(path);
    }

    /// <summary>Some rows of a few photos of the same size; each row's name is another.</summary>
    public CamAuditRow[] Rows(int count, int width, int height, params (int Height, int Width)[] maps)
    {
        FileInfo[] photos = [.. Enumerable.Range(0, Math.Min(count, 7)).Select(seed => Save($"{width}-{seed}.jpg", Photo(width, height, seed)))];
        return [.. Enumerable.Range(0, count).Select(number => Row(photos[number % photos.Length], width, height, number, maps))];
    }

    /// <summary>A row of a photo.</summary>
    public static CamAuditRow Row(FileInfo photo, int width, int height, int number, params (int Height, int Width)[] maps)
    {
        var random = new Random(number);
        string[] layers = maps.Length > 1 ? [.. maps.SkipLast(1).Select((_, place) => $"layer{place + 1}")] : ["layer1"];
        int top = number % 6, expected = number % 5 == 0 ? (number + 1) % 6 : top;
        return new CamAuditRow(Model)
        {
            Id = number + 1,
            Path = photo.FullName,
            File = string.Create(CultureInfo.InvariantCulture, $"pets/{number:00000}.jpg"),
            Length = photo.Length,
            Modified = photo.LastWriteTimeUtc,
            Method = "LayerCAM",
            Layers = [.. layers],
            Class = top,
            Label = Model.Labels[top],
            Probability = 0.5,
            Predictions = [.. Enumerable.Range(0, 5).Select(at => new Prediction((top + at) % 6, Model.Labels[(top + at) % 6], 0.5 / (at + 1)))],
            Expected = Model.Labels[expected],
            ExpectedClass = expected,
            Correct = expected == top,
            ExpectedProbability = 0.25,
            ImageSize = [height, width],
            StoredMaps = [.. maps.Select(size => Map(size.Height, size.Width, random))],
            Channels = new ChannelEvidence(
                new ChannelVector(1, [.. Enumerable.Range(0, 64).Select(_ => (sbyte)random.Next(-127, 128))]), null),
        };
    }

    public static StoredMap Map(int height, int width, Random random)
    {
        byte[] values = new byte[height * width];
        random.NextBytes(values);
        return new StoredMap("layer", height, width, values);
    }

    /// <summary>Writes rows as packs, and gives back the folder.</summary>
    public string Write(string name, params IReadOnlyList<CamAuditRow> rows)
    {
        string folder = Directory.CreateDirectory(System.IO.Path.Combine(Path, name)).FullName;
        ReportSource source = ReportSource.Of(rows);
        PackFolder.Write(folder, source, Gallery.Read(source, ReportRows.Read(source)));
        return folder;
    }

    /// <summary>What a script gives to the page.</summary>
    public static JsonElement Taken(string folder, string name)
    {
        string text = File.ReadAllText(System.IO.Path.Combine(folder, name + ".js"), Encoding.UTF8), start = $"EasyExplain.take(\"{name}\", ";
        Assert.StartsWith(start, text, StringComparison.Ordinal);
        Assert.EndsWith(");\n", text, StringComparison.Ordinal);
        return JsonDocument.Parse(text[start.Length..^3]).RootElement;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
