using EasyExplain.Audit;
using EasyExplain.Detectors;
using EasyExplain.Explanation;
using EasyExplain.Imaging;
using EasyExplain.Networks;

namespace EasyExplain.Tests.Audit;

/// <summary>Rows of a detector's audit, made by hand.</summary>
internal static class DetectionRows
{
    public static readonly AuditedModel Model = new("boxes", "00ff", ["cat", "dog", "traffic light"], Activation.Sigmoid,
        new Preprocessing(64, 64, [0, 0, 0], [1, 1, 1], ResizeMode.Stretch));

    /// <summary>Something that was found in a photo of 200×100 pixels, whose map of 4×8 cells is warm in one cell.</summary>
    public static CamAuditRow Row(string file, int number, int @class, double probability, DetectionBox box, int warm = 0) => new(Model)
    {
        Path = "/photos/" + file,
        File = file,
        Length = 1234,
        Modified = new DateTime(2026, 11, 29, 8, 0, 0, DateTimeKind.Utc),
        Hash = file.PadLeft(32, '0'),
        Method = "LayerCAM",
        Layers = ["neck"],
        Class = @class,
        Label = Model.Labels[@class],
        Probability = probability,
        Score = 1,
        Predictions = [new Prediction(@class, Model.Labels[@class], probability)],
        PredictedClasses = [@class],
        ImageSize = [100, 200],
        StoredMaps = [new StoredMap("neck", 4, 8, [.. Enumerable.Range(0, 32).Select(cell => (byte)(cell == warm ? 255 : 0))])],
        Detected = new AuditedDetection { Number = number, Box = box, Found = 1 },
        Request = new Request("", 0, 1),
    };

    /// <summary>A photo in which nothing was found.</summary>
    public static CamAuditRow Nothing(string file) => Row(file, 0, 0, 0, new DetectionBox(0, 0, 1, 1)) with
    {
        Class = -1,
        Label = "",
        Probability = double.NaN,
        Score = double.NaN,
        Predictions = [],
        PredictedClasses = [],
        StoredMaps = [],
        Detected = new AuditedDetection { Found = 0 },
    };

    /// <summary>Something that was missed.</summary>
    public static CamAuditRow Missed(string file, int @class, DetectionBox box) => Nothing(file) with
    {
        Detected = new AuditedDetection
        {
            Verdict = DetectionVerdict.Missed,
            Truth = Model.Labels[@class],
            TruthClass = @class,
            TruthBox = box,
            Found = 0,
        },
    };

    /// <summary>What the truth says of a row.</summary>
    public static CamAuditRow Judged(this CamAuditRow row, DetectionVerdict verdict, int truth = -1, double energy = 0.8) => row with
    {
        Detected = row.Detected! with
        {
            Verdict = verdict,
            Truth = truth < 0 ? null : Model.Labels[truth],
            TruthClass = truth,
            TruthBox = truth < 0 ? null : row.Box,
            Overlap = truth < 0 ? null : 0.7,
            EnergyInBox = energy,
            PeakInBox = energy > 0.5,
        },
    };
}
