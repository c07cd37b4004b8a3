using EasyExplain.Explanation;
using EasyExplain.Explanation.Metrics;
using EasyExplain.Models;

namespace EasyExplain.Audit;

/// <summary>A row of an audit file: one explanation of one image, or an image that could not be explained.</summary>
public sealed partial record CamAuditRow : ICamResult
{
    internal CamAuditRow(AuditedModel model) => Model = model;

    /// <summary>Its number in the audit file, from 1.</summary>
    public long Id { get; init; }

    /// <summary>The image's full path: <see cref="File"/> below the audit's root.</summary>
    public required string Path { get; init; }

    /// <summary>The image's path below the audit's root, with / between folders.</summary>
    public required string File { get; init; }

    /// <summary>XxHash128 of the image's bytes, in hexadecimal digits; null where they could not be read.</summary>
    public string? Hash { get; init; }

    /// <summary>The image file's size in bytes.</summary>
    public long Length { get; init; }

    /// <summary>When the image file was last written, UTC.</summary>
    public DateTime Modified { get; init; }

    /// <summary>The model's name.</summary>
    public string ModelName => Model.Name;

    /// <summary>XxHash128 of the model's file, in hexadecimal digits.</summary>
    public string ModelHash => Model.Hash;

    /// <summary>The method's name.</summary>
    public required string Method { get; init; }

    /// <summary>The layers' names in the order asked.</summary>
    public required CamList<string> Layers { get; init; }

    /// <summary>The explained class; −1 where there is none.</summary>
    public int Class { get; init; } = -1;

    /// <summary>The explained class's label; empty where there is none.</summary>
    public string Label { get; init; } = "";

    /// <summary>The explained class's probability, 0 to 1.</summary>
    public double Probability { get; init; } = double.NaN;

    /// <summary>The explained class's logit.</summary>
    public double Score { get; init; } = double.NaN;

    /// <summary>The five most probable classes.</summary>
    public CamList<Prediction> Predictions { get; init; } = [];

    /// <summary>What the image was expected to show; null where nothing was expected.</summary>
    public string? Expected { get; init; }

    /// <summary>Whether the prediction is right; null where nothing was expected, or a label that the model does not know.</summary>
    public bool? Correct { get; init; }

    /// <summary>The probability of the expected class; null where there is not exactly one.</summary>
    public double? ExpectedProbability { get; init; }

    /// <summary>Height and width of the image in pixels, upright.</summary>
    public CamList<int> ImageSize { get; init; } = [];

    /// <summary>What the explanation took, in seconds.</summary>
    public double Seconds { get; init; }

    /// <summary>What kind of error it was; null of an image that was explained.</summary>
    public string? ErrorId { get; init; }

    /// <summary>The error's message; null of an image that was explained.</summary>
    public string? Error { get; init; }

    /// <summary>The model that explained it.</summary>
    internal AuditedModel Model { get; }

    /// <summary>The class's number in the model that was expected; −1 where there is not exactly one.</summary>
    internal int ExpectedClass { get; init; } = -1;

    /// <summary>The most probable class; −1 where there is none.</summary>
    internal int PredictedClass => Predictions.Count > 0 ? Predictions[0].Class : -1;

    /// <summary>The label of the most probable class; of the explained one where no others are known.</summary>
    internal string PredictedLabel => Predictions.Count > 0 ? Predictions[0].Label : Label;

    /// <summary>The probability of the most probable class, 0 to 1; of the explained one where no others are known.</summary>
    internal double PredictedProbability => Predictions.Count > 0 ? Predictions[0].Probability : Probability;

    /// <summary>A map for each layer in their order, then the fused one where there are several; none of an error.</summary>
    internal IReadOnlyList<StoredMap> StoredMaps { get; init; } = [];

    /// <summary>What the channels say of it; null of an error, and of what older rows lack.</summary>
    internal ChannelEvidence? Channels { get; init; }

    /// <summary>How far it is to be believed; null where that was not measured.</summary>
    internal CamMeasure? Measure { get; init; }

    /// <summary>What asked for it; its id is empty where nobody knows it.</summary>
    internal Request? Request { get; init; }

    /// <summary>All predicted classes, as <see cref="CamExplanation.PredictedClasses"/> has them.</summary>
    internal IReadOnlyList<int> PredictedClasses { get; init; } = [];

    /// <summary>The classes that a comparing method set it against.</summary>
    internal IReadOnlyList<int> ComparedWith { get; init; } = [];

    /// <summary>How the maps were made less noisy.</summary>
    internal Smoothing Smoothing { get; init; }

    /// <summary>The seed of the noise that was drawn; null where the method draws none.</summary>
    internal long? Seed { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{File}: {ErrorId ?? Label}";
}
