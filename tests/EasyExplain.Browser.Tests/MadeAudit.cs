using EasyExplain.Audit;
using EasyExplain.Audit.Findings;
using EasyExplain.Audit.Store;
using EasyExplain.Explanation;
using EasyExplain.Imaging;
using EasyExplain.Networks;

namespace EasyExplain.Tests.Browser;

/// <summary>Audits that nobody made, of pictures that are there: a colour for each class, and names that a page must not believe.</summary>
internal static class MadeAudit
{
    public const string Script = "<script>window.__hacked = 1</script>";
    public const string Image = "\"><img src=x onerror=\"window.__hacked = 2\">";
    public const string Backwards = "\u202Egpj.exe\n'`${window.__hacked = 3}`&amp;";

    private static readonly (byte Red, byte Green, byte Blue)[] Colors = [(200, 60, 60), (60, 160, 60), (60, 60, 200), (160, 160, 40)];

    /// <summary>
    /// 172 images of four classes, in the gallery's order: cat 60 right, 7 taken for dog; dog 3 taken for cat, 50 right; horse 40; a class
    /// called like a script 2 taken for cat, 10 right. The first cat is gone. Maps of two layers and a fused one cover the middle of each.
    /// </summary>
    public static (CamAuditRow[] Rows, CamIssue[] Issues) Small(string folder)
    {
        AuditedModel model = Model("cat", "dog", "horse", Script);
        (int Expected, int Predicted, int Count)[] counts =
            [(0, 0, 60), (0, 1, 7), (1, 0, 3), (1, 1, 50), (2, 2, 40), (3, 0, 2), (3, 3, 10)];
        string[] pictures = Pictures(folder, 64, 48);
        var rows = new List<CamAuditRow>();
        foreach ((int expected, int predicted, int count) in counts)
        {
            for (int i = 0; i < count; i++)
            {
                string file = $"{(expected == 3 ? "odd" : model.Labels[expected])}/{predicted}-{i:000}.png";
                string path = rows.Count == 0 ? Path.Combine(folder, "gone.png") : pictures[expected];
                rows.Add(Row(model, path, file, expected, predicted, 0.5 + (i + 1) * 0.4 / count, 64, 48));
            }
        }
        rows[1] = rows[1] with { File = $"cat/0-001 {Script}.png" };
        rows[2] = rows[2] with { File = $"cat/0-002 {Image}.png" };
        rows[3] = rows[3] with { File = $"cat/0-003 {Backwards}.png" };
        CamAuditRow[] confused = [.. rows.Where(row => row is { Expected: "cat", Correct: false })];
        return ([.. rows],
        [
            Issue(IssueKind.ConfusedPair, "cat ↔ dog", "7 images of 67 called cat are taken for dog.", confused),
            Issue(IssueKind.LabelError, Script, $"An image is called {Script} and is a {Image}.", [rows[161]]),
        ]);
    }

    /// <summary>So many images of the same four pictures, a class after the other, all right.</summary>
    public static CamAuditRow[] Large(string folder, int count)
    {
        AuditedModel model = Model("cat", "dog", "horse", "ship");
        string[] pictures = Pictures(folder, 32, 32);
        return [.. Enumerable.Range(0, count).Select(i =>
        {
            int @class = i * 4 / count;
            return Row(model, pictures[@class], $"{model.Labels[@class]}/{i:00000}.png", @class, @class, 0.9, 32, 32);
        })];
    }

    private static AuditedModel Model(params string[] labels) => new("small", "0", labels, Activation.Softmax,
        new Preprocessing(32, 32, [0.5, 0.5, 0.5], [0.5, 0.5, 0.5], ResizeMode.CenterCrop) { ResizeSize = 32 });

    private static string[] Pictures(string folder, int width, int height) => [.. Colors.Select((color, @class) =>
    {
        byte[] rgb = new byte[width * height * 3];
        for (int i = 0; i < rgb.Length; i += 3)
        {
            (rgb[i], rgb[i + 1], rgb[i + 2]) = color;
        }
        string path = Path.Combine(folder, $"{@class}.png");
        ImageEncoder.Save(new Photo(width, height, rgb), path, ImageFormat.Png);
        return path;
    })];

    private static CamAuditRow Row(
        AuditedModel model, string path, string file, int expected, int predicted, double probability, int width, int height)
    {
        int classes = model.Labels.Count;
        double Of(int @class) => @class == predicted ? probability : (1 - probability) / (classes - 1);
        var image = new FileInfo(path);
        return new CamAuditRow(model)
        {
            Path = path,
            File = file,
            Hash = FileHash.Of(path),
            Length = image.Exists ? image.Length : 0,
            Modified = image.Exists ? image.LastWriteTimeUtc : default,
            Method = "LayerCAM",
            Layers = ["layer2", "layer3"],
            Class = predicted,
            Label = model.Labels[predicted],
            Probability = probability,
            Predictions =
            [
                .. Enumerable.Range(0, classes).OrderByDescending(Of)
                    .Select(@class => new Prediction(@class, model.Labels[@class], Of(@class))),
            ],
            Expected = model.Labels[expected],
            ExpectedClass = expected,
            ExpectedProbability = Of(expected),
            Correct = expected == predicted,
            ImageSize = [height, width],
            StoredMaps = [Map("layer2", 0), Map("layer3", 128), Map("layer2+layer3", 255)],
            Channels = classes == 4 && width == 64 ? Features(expected, file) : null,
        };
    }

    /// <summary>A map of one value, so that its colour is known; of 0, it has one hot corner.</summary>
    private static StoredMap Map(string layer, byte value)
    {
        byte[] values = new byte[64];
        Array.Fill(values, value);
        values[0] = 255;
        return new StoredMap(layer, 8, 8, values);
    }

    private static ChannelEvidence Features(int @class, string file)
    {
        float[] features = [.. Enumerable.Range(0, 16).Select(channel => channel == @class ? 5f : 0.1f * ((file.Length + channel) % 7))];
        return new ChannelEvidence(ChannelVector.Of(features), ChannelVector.Of(features));
    }

    private static CamIssue Issue(IssueKind kind, string @class, string summary, CamAuditRow[] members) => new()
    {
        Kind = kind,
        Class = @class,
        Share = 0.1,
        Severity = 0.4,
        Confidence = 0.9,
        Where = "",
        Summary = summary,
        Members = [.. members],
        Evidence = [],
    };
}
