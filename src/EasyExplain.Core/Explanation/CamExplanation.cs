using System.Globalization;
using EasyExplain.Imaging;
using EasyExplain.Models;

namespace EasyExplain.Explanation;

/// <summary>A class and what the network gives it.</summary>
/// <param name="Class">Its index, from 0.</param>
/// <param name="Label">Its name, or its index where there are no labels.</param>
/// <param name="Probability">The softmax of the logits, 0 to 1.</param>
public sealed record Prediction(int Class, string Label, double Probability)
{
    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Label} {Probability * 100:0.0} %");

    /// <summary>All classes with their probabilities (softmax), the most probable first.</summary>
    /// <exception cref="InvalidDataException">A logit is not finite.</exception>
    internal static IReadOnlyList<Prediction> Rank(CamModel model, float[] logits)
    {
        if (!logits.All(float.IsFinite))
        {
            throw new InvalidDataException($"The output of {model} is not finite, so there is nothing to explain: its weights or the input hold NaN or infinity.");
        }
        double highest = logits.Max(), total = logits.Sum(logit => Math.Exp(logit - highest));
        return [.. logits
            .Select((logit, @class) => new Prediction(@class, model.LabelOf(@class), Math.Exp(logit - highest) / total))
            .OrderByDescending(prediction => prediction.Probability)];
    }
}

/// <summary>Where in one picture a network looked, by one method, for one class, at one or more layers.</summary>
/// <remarks>Its lists are plain arrays: PowerShell cannot index every other list.</remarks>
public sealed class CamExplanation : ICamResult
{
    private readonly string[]? _layers; // of an explanation without maps

    internal CamExplanation(CamModel model, Photo photo, string? path) => (Model, Source) = (model, new ExplainedPhoto(photo, path));

    /// <summary>Makes one without maps, of what an earlier run found out.</summary>
    internal CamExplanation(CamModel model, string path, int[] imageSize, string[] layers) =>
        (Model, Source, _layers) = (model, new ExplainedPhoto(path, imageSize), layers);

    /// <summary>The photo's full path; null for an input tensor.</summary>
    public string? Path => Source.Path;

    /// <summary>The method's name.</summary>
    public required string Method { get; init; }

    /// <summary>The explained class.</summary>
    public required int Class { get; init; }

    /// <summary>The explained class's label, or its number where there are no labels.</summary>
    public required string Label { get; init; }

    /// <summary>The explained class's probability, 0 to 1.</summary>
    public required double Probability { get; init; }

    /// <summary>The explained class's logit.</summary>
    public required double Score { get; init; }

    /// <summary>The labels of the classes that a comparing method (FinerCAM) set it against; empty for all other methods.</summary>
    public required string[] ComparedWith { get; init; }

    /// <summary>The five most probable classes.</summary>
    public required Prediction[] Predictions { get; init; }

    /// <summary>What the photo was expected to show: a label of the model, or as it was given where the model has none such; null where nothing was expected.</summary>
    public string? Expected { get; private set; }

    /// <summary>Whether the predicted class is the expected one; null where nothing was expected, or a label that the model does not know.</summary>
    public bool? Correct { get; private set; }

    /// <summary>One map a layer, in the order asked; none of a photo that -SkipExisting passed over.</summary>
    public required CamMap[] Maps { get; init; }

    /// <summary>The maps of all layers in one; null for a single layer.</summary>
    public required CamMap? Fused { get; init; }

    /// <summary>The layers' names in the order asked.</summary>
    public string[] Layers => _layers ?? [.. Maps.Select(map => map.Layer)];

    /// <summary>Height and width of the photo in pixels, upright.</summary>
    public int[] ImageSize => Source.Size;

    /// <summary>How the maps were made less noisy.</summary>
    public required Smoothing Smoothing { get; init; }

    /// <summary>The seed of the noise that was drawn; null where the method draws none.</summary>
    public required long? Seed { get; init; }

    /// <summary>What it took in seconds, from pixels to maps; work shared by several explanations of one photo counts for the first.</summary>
    public double Seconds => Duration.TotalSeconds;

    /// <summary>The name of the model that was explained.</summary>
    public string ModelName => Model.Name;

    // Public properties are what ConvertTo-Json and Export-Clixml write. The rest are properties in PowerShell, too: see EasyExplain.Types.ps1xml.

    /// <summary>What <see cref="Seconds"/> says.</summary>
    internal TimeSpan Duration { get; init; }

    /// <summary>The model that was explained.</summary>
    internal CamModel Model { get; }

    /// <summary>The photo that was explained.</summary>
    internal ExplainedPhoto Source { get; }

    /// <summary>What asked for it; null for an input tensor.</summary>
    internal Request? Request { get; set; }

    /// <summary>The map that stands for the whole explanation: the fused one, or the only one.</summary>
    /// <exception cref="NoMapException">It has none.</exception>
    internal CamMap Map => Fused ?? (Maps.Length > 0 ? Maps[0] : throw new NoMapException(Path));

    /// <summary>A picture of an earlier run that says what this explanation says; null for one that was computed.</summary>
    internal string? FoundIn { get; init; }

    /// <summary>Says what the photo should show: a label or the number of a class.</summary>
    internal void Expect(string expected)
    {
        int[] classes = Model.ClassesOf(expected);
        Expected = classes.Length == 1 ? Model.LabelOf(classes[0]) : expected;
        Correct = classes.Length == 0 ? null : classes.Contains(Predictions[0].Class);
    }

    /// <summary>The photo as its file has it, decoded again if it is no longer in memory.</summary>
    /// <exception cref="ImageFileException">The file is no longer the picture it was.</exception>
    public Photo GetPhoto() => Source.Get();

    /// <inheritdoc/>
    public override string ToString() => $"{System.IO.Path.GetFileName(Path) ?? "tensor"}: {Label} ({Method})";

    Photo ICamResult.Draw(CamPicture picture, OverlayStyle style) => picture.Draw(this, style);
}
