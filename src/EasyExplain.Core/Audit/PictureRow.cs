using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using EasyExplain.Detectors;
using EasyExplain.Explanation;
using EasyExplain.Models;

namespace EasyExplain.Audit;

/// <summary>
/// What an explanation says beside its maps, as JSON in one line. Its pictures have it inside, so that a later run, which does not explain
/// the photo again, can say the same. It begins with which of the photo's explanations it is, from 0, and how many the photo has; the rest
/// is what <see cref="CamExplanation"/> calls so. What it took is left out: the same picture is the same file.
/// </summary>
internal sealed record PictureRow(
    int Row, int Of, string Method, int Class, string Label, double Probability, double Score, string[] ComparedWith,
    int[] Predicted, Prediction[] Predictions, string[] Layers, int[] ImageSize, Smoothing Smoothing, long? Seed,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DetectionBox? Box = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Detection = null)
{
    /// <summary>How long a row may be, in characters. Labels of some hundred each are far less.</summary>
    public const int MaxLength = 12_000;

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    /// <summary>The row of an explanation, <c>{"row":0,"of":1,…}</c>; null if nobody asked for that photo, or if it is too long.</summary>
    public static string? Write(CamExplanation explanation)
    {
        if (explanation.Request is not { } request)
            return null;
        var said = new PictureRow(
            request.Index, request.Count, explanation.Method, explanation.Class, explanation.Label, explanation.Probability,
            explanation.Score, [.. explanation.ComparedWith], [.. explanation.PredictedClasses], [.. explanation.Predictions],
            [.. explanation.Layers], [.. explanation.ImageSize], explanation.Smoothing, explanation.Seed, explanation.Box,
            explanation.Detection);
        string row = JsonSerializer.Serialize(said, Options);
        return row.Length <= MaxLength ? row : null;
    }

    /// <summary>Reads a row; null if it is none.</summary>
    public static PictureRow? Read(string json)
    {
        try
        {
            PictureRow? row = JsonSerializer.Deserialize<PictureRow>(json, Options);
            return row is
            {
                Method: not null, Label: not null, ComparedWith: not null, Predicted: not null, Predictions: not null,
                Layers: not null, ImageSize: [_, _]
            }
                ? row : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The explanation, without maps; null if it names classes that the model has not, as only a changed picture does.</summary>
    /// <param name="model">The model that was explained.</param>
    /// <param name="path">The photo.</param>
    /// <param name="foundIn">The picture that the row was in.</param>
    public CamExplanation? ToExplanation(CamModel model, string path, string foundIn) =>
        Predicted.Any(@class => @class < 0 || @class >= model.ClassCount) ? null : new(model, path, ImageSize, Layers)
        {
            Method = Method,
            Class = Class,
            Label = Label,
            Probability = Probability,
            Score = Score,
            ComparedWith = [.. ComparedWith],
            Predicted = [.. Predicted.Select(model.LabelOf)],
            PredictedClasses = Predicted,
            Predictions = [.. Predictions],
            Maps = [],
            Fused = null,
            Smoothing = Smoothing,
            Seed = Seed,
            Box = Box,
            Detection = Detection,
            FoundIn = foundIn,
        };
}
