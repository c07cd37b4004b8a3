using EasyExplain.Audit;
using EasyExplain.Explanation;
using EasyExplain.Imaging;
using EasyExplain.Networks;

namespace EasyExplain.Tests.Audit.Findings;

/// <summary>Rows of an audit that nobody made: classes apart in features, maps with a blob near the centre, nine in ten right.</summary>
internal static class PlantedRows
{
    /// <summary>A model with so many classes, called a, b, …; of more than 26, by number.</summary>
    public static AuditedModel Model(int classes = 4, Activation activation = Activation.Softmax) => new(
        "synthetic", "0", [.. Enumerable.Range(0, classes).Select(i => classes <= 26 ? $"{(char)('a' + i)}" : $"{i}")], activation,
        new Preprocessing(32, 32, [0.5, 0.5, 0.5], [0.5, 0.5, 0.5], ResizeMode.Stretch));

    /// <summary>Makes rows, always the same of a seed.</summary>
    /// <param name="count">How many, of the classes in turn.</param>
    /// <param name="model">The model; one of four classes by default.</param>
    /// <param name="maps">How many layers have a map; of several there is a fused one, too.</param>
    /// <param name="side">Of a map, in cells.</param>
    /// <param name="channels">How many channels there are.</param>
    /// <param name="wrong">How many of a hundred predictions are wrong.</param>
    /// <param name="seed">What they are drawn from.</param>
    public static CamAuditRow[] Make(
        int count, AuditedModel? model = null, int maps = 1, int side = 8, int channels = 32, int wrong = 10, int seed = 1)
    {
        model ??= Model();
        var random = new Random(seed);
        int classes = model.Labels.Count;
        float[][] prototypes = [.. Enumerable.Range(0, classes).Select(_ => Noise(random, channels, 1))];
        string[] layers = [.. Enumerable.Range(1, maps).Select(layer => $"layer{layer}")];
        return [.. Enumerable.Range(0, count).Select(i =>
        {
            int expected = i % classes;
            int predicted = random.Next(100) < wrong ? (expected + 1 + random.Next(classes - 1)) % classes : expected;
            float[] features = [.. prototypes[predicted].Zip(Noise(random, channels, 0.6f), (own, noise) => own + noise)];
            var channelEvidence = new ChannelEvidence(ChannelVector.Of(features), ChannelVector.Of(Noise(random, channels, 1)));
            string[] names = maps > 1 ? [.. layers, string.Join('+', layers)] : layers;
            CamAuditRow row = Row(model, i, expected, predicted, 0.6 + 0.39 * random.NextDouble());
            return row with
            {
                Layers = [.. layers],
                StoredMaps =
                [
                    .. names.Select(name => Blob(name, side, 0.35 + 0.3 * random.NextDouble(), 0.35 + 0.3 * random.NextDouble())),
                ],
                Channels = channelEvidence,
            };
        })];
    }

    /// <summary>A row without maps and channels: the rest of the probability is shared evenly among the other classes.</summary>
    public static CamAuditRow Row(AuditedModel model, int number, int expected, int predicted, double probability)
    {
        int classes = model.Labels.Count;
        double Of(int @class) => @class == predicted ? probability : (1 - probability) / (classes - 1);
        string file = $"{model.Labels[expected]}/{number:000000}.jpg";
        return new CamAuditRow(model)
        {
            Id = number + 1,
            Path = "/photos/" + file,
            File = file,
            Hash = $"{number:X32}",
            Method = "LayerCAM",
            Layers = ["layer1"],
            Class = predicted,
            Label = model.Labels[predicted],
            Probability = probability,
            Predictions =
            [
                .. Enumerable.Range(0, classes).OrderByDescending(Of).ThenBy(@class => @class).Take(5)
                    .Select(@class => new Prediction(@class, model.Labels[@class], Of(@class))),
            ],
            Expected = model.Labels[expected],
            ExpectedClass = expected,
            ExpectedProbability = Of(expected),
            Correct = expected == predicted,
            ImageSize = [32, 32],
        };
    }

    /// <summary>A map with a blob, at shares of its height and width.</summary>
    public static StoredMap Blob(string layer, int side, double y, double x, double width = 0.15) => Map(layer, side, (row, column) =>
        Math.Exp(-(Math.Pow((row + 0.5) / side - y, 2) + Math.Pow((column + 0.5) / side - x, 2)) / (2 * width * width)));

    /// <summary>A square map, 0 to 1 in each cell.</summary>
    public static StoredMap Map(string layer, int side, Func<int, int, double> heat) => new(layer, side, side,
        [.. Enumerable.Range(0, side * side).Select(cell => (byte)Math.Round(255 * heat(cell / side, cell % side)))]);

    private static float[] Noise(Random random, int count, float scale) =>
        [.. Enumerable.Range(0, count).Select(_ => scale * random.NextSingle())];
}
