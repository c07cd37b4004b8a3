using EasyExplain.Audit;
using EasyExplain.Explanation;
using EasyExplain.Imaging;
using EasyExplain.Networks;

namespace EasyExplain.Tests.Audit;

/// <summary>Rows of an audit that nobody explained an image for: as large as those of ImageNet's classes, the same every time.</summary>
internal static class SyntheticRows
{
    public static AuditedModel Model(int classes = 1000) => new("resnet50", "00112233445566778899aabbccddeeff",
        [.. Enumerable.Range(0, classes).Select(@class => $"label of class {@class}")], Activation.Softmax,
        new Preprocessing(224, 224, [0.485, 0.456, 0.406], [0.229, 0.224, 0.225], ResizeMode.CenterCrop) { ResizeSize = 232 });

    /// <summary>A row whose file has a path of 64 characters, with a map of 7×7 and numbers of 128 channels.</summary>
    public static CamAuditRow Row(AuditedModel model, int number, string root)
    {
        var random = new Random(number);
        int[] top = [.. Enumerable.Range(0, 5).Select(place => (number * 7 + place) % model.Labels.Count)];
        string file = $"photos of the year 2026/folder {number % 1000:0000}/{number:000000000000000000000}.jpeg";
        byte[] map = new byte[49];
        random.NextBytes(map);
        return new CamAuditRow(model)
        {
            Path = Path.Combine(root, file),
            File = file,
            Hash = $"{number:x32}",
            Length = 100_000 + number,
            Modified = new DateTime(2026, 11, 28, 12, 0, 0, DateTimeKind.Utc).AddTicks(number * 12_345_678L),
            Method = "GradCAM",
            Layers = ["layer4"],
            Class = top[0],
            Label = model.Labels[top[0]],
            Probability = 0.5 + random.NextDouble() / 2,
            Score = 10 * random.NextDouble(),
            Predictions = [.. top.Select((@class, place) =>
                new Prediction(@class, model.Labels[@class], random.NextDouble() / (place + 1)))],
            PredictedClasses = [top[0]],
            Expected = model.Labels[top[number % 2]],
            ExpectedClass = top[number % 2],
            Correct = number % 2 == 0,
            ExpectedProbability = random.NextDouble(),
            ImageSize = [480, 640],
            Seconds = random.NextDouble(),
            StoredMaps = [new StoredMap("layer4", 7, 7, map)],
            Channels = new ChannelEvidence(Channels(random), Channels(random)),
        };
    }

    private static ChannelVector Channels(Random random) =>
        new(random.NextSingle() + 0.001f, [.. Enumerable.Range(0, ChannelVector.MaxLength).Select(_ => (sbyte)random.Next(-127, 128))]);
}
