using EasyExplain.Audit;
using EasyExplain.Explanation;
using EasyExplain.Imaging;
using EasyExplain.Networks;

namespace EasyExplain.Tests.Audit;

/// <summary>Rows of an audit, made by hand.</summary>
internal static class HandMadeRows
{
    public static readonly AuditedModel Model = new(
        "tiny", "00ff", ["ant", "bee, or \"wasp\""], Activation.Softmax, new Preprocessing(8, 8, [0, 0, 0], [1, 1, 1], ResizeMode.Stretch));

    /// <summary>A row with every value.</summary>
    public static CamAuditRow Full(string file = "pets/a.jpg") => new(Model)
    {
        Id = 1,
        Path = "/photos/" + file,
        File = file,
        Hash = "0123456789abcdef0123456789abcdef",
        Length = 1234,
        Modified = new DateTime(2026, 11, 28, 15, 4, 5, 678, DateTimeKind.Utc),
        Method = "LayerCAM",
        Layers = ["layer2", "layer3"],
        Class = 1,
        Label = Model.Labels[1],
        Probability = 0.75,
        Score = -1.5,
        Predictions = [new Prediction(1, Model.Labels[1], 0.75), new Prediction(0, "ant", 0.25)],
        Expected = "ant",
        Correct = false,
        ExpectedProbability = 0.25,
        ImageSize = [40, 60],
        Seconds = 0.125,
        StoredMaps = [Map("layer2", 2, 3, 10), Map("layer3", 1, 2, 20), Map("layer2+layer3", 2, 3, 30)],
    };

    /// <summary>A row of an image that is not there.</summary>
    public static CamAuditRow Failed { get; } = new(Model)
    {
        Id = 2,
        Path = "/photos/=gone.jpg",
        File = "=gone.jpg",
        Method = "LayerCAM",
        Layers = ["layer2", "layer3"],
        ErrorId = "ImageNotFound",
        Error = "There is no\n'=gone.jpg'.",
    };

    /// <summary>A map of which each value is one more than the one before.</summary>
    public static StoredMap Map(string layer, int height, int width, byte first) =>
        new(layer, height, width, [.. Enumerable.Range(first, height * width).Select(value => (byte)value)]);
}
