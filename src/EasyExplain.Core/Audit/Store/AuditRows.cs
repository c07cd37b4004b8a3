using EasyExplain.Explanation;
using EasyExplain.Imaging;
using EasyExplain.Models;

namespace EasyExplain.Audit.Store;

/// <summary>From explanations to the rows of an audit, and back.</summary>
internal static class AuditRows
{
    private const double LongestDuration = 1e9; // seconds; more is nobody's

    /// <summary>The row of an explanation, without the hash of its image.</summary>
    /// <param name="explanation">What was found out about a file.</param>
    /// <param name="root">What the image lies below.</param>
    public static CamAuditRow Of(CamExplanation explanation, AuditRoot root)
    {
        string path = explanation.Path
            ?? throw new ArgumentException("An audit has rows of files; this is an explanation of a tensor.", nameof(explanation));
        var image = PhotoFile.At(path);
        return new CamAuditRow(AuditedModel.Of(explanation.Model))
        {
            Path = path,
            File = root.FileOf(path),
            Length = image.Exists ? image.Length : 0,
            Modified = image.Exists ? image.LastWriteTimeUtc : default,
            Method = explanation.Method,
            Layers = explanation.Layers,
            Class = explanation.Class,
            Label = explanation.Label,
            Probability = explanation.Probability,
            Score = explanation.Score,
            Predictions = explanation.Predictions,
            PredictedClasses = explanation.PredictedClasses,
            ComparedWith = [.. explanation.ComparedWith.SelectMany(label => explanation.Model.ClassesOf(label).Take(1))],
            Expected = explanation.Expected,
            ExpectedClass = explanation.Expected is null ? -1 : explanation.ExpectedClass,
            Correct = explanation.Correct,
            ExpectedProbability = explanation.Expected is null ? null : explanation.ExpectedProbability,
            ImageSize = explanation.ImageSize,
            Smoothing = explanation.Smoothing,
            Seed = explanation.Seed,
            Seconds = explanation.Seconds,
            StoredMaps = [.. explanation.Maps.Append(explanation.Fused).OfType<CamMap>().Select(StoredMap.Of)],
            Channels = explanation.Channels,
            Measure = explanation.Measure,
            Request = explanation.Request,
            Detected = AuditedDetection.Of(explanation),
        };
    }

    /// <summary>The explanation that a row tells; null where the model has not the classes that it names.</summary>
    /// <param name="row">A row without an error.</param>
    /// <param name="photo">The photo.</param>
    /// <param name="model">The model that made it.</param>
    /// <param name="foundIn">The audit file.</param>
    public static CamExplanation? ToExplanation(this CamAuditRow row, string photo, CamModel model, string foundIn)
    {
        int[] named = [row.Class, .. row.PredictedClasses, .. row.ComparedWith];
        if (row.ErrorId is not null || row.ImageSize is not [> 0, > 0] || named.Any(@class => @class >= model.ClassCount))
        {
            return null;
        }
        (int height, int width) = (row.ImageSize[0], row.ImageSize[1]);
        PixelRegion region = model.Preprocessing.RegionOf(width, height);
        CamMap[] maps = [.. row.StoredMaps.Select(map => map.ToMap(region, width, height))];
        bool isWhole = maps.Length >= row.Layers.Count;
        return new CamExplanation(model, photo, [.. row.ImageSize], [.. row.Layers])
        {
            Method = row.Method,
            Class = row.Class,
            Label = row.Label,
            Probability = row.Probability,
            Score = row.Score,
            ComparedWith = [.. row.ComparedWith.Select(model.LabelOf)],
            Predicted = [.. row.PredictedClasses.Select(model.LabelOf)],
            PredictedClasses = row.PredictedClasses,
            Predictions = row.Predictions,
            ExpectedClass = row.ExpectedClass,
            ExpectedProbability = row.ExpectedProbability,
            Maps = isWhole ? [.. maps[..row.Layers.Count]] : [],
            Fused = isWhole && maps.Length > row.Layers.Count ? maps[row.Layers.Count] : null,
            Smoothing = row.Smoothing,
            Seed = row.Seed,
            Duration = new TimeSpan((long)Math.Round(Math.Clamp(row.Seconds, 0, LongestDuration) * TimeSpan.TicksPerSecond)),
            Channels = row.Channels,
            Measure = row.Measure,
            Request = row.Request,
            Box = row.Box,
            Detection = row.Detection,
            Judged = row.Detected,
            FoundIn = foundIn,
        };
    }
}
