using System.Globalization;
using EasyExplain.Audit;
using EasyExplain.Detectors;
using EasyExplain.Explanation.Metrics;
using EasyExplain.Imaging;
using EasyExplain.Models;
using EasyExplain.Networks;

namespace EasyExplain.Explanation;

/// <summary>A class and what the network gives it.</summary>
/// <param name="Class">Its index, from 0.</param>
/// <param name="Label">Its name, or its index where there are no labels.</param>
/// <param name="Probability">
/// 0 to 1: of the softmax of all logits, or the sigmoid of its own (<see cref="CamModel.Activation"/>); not a number where the model has
/// none.
/// </param>
public sealed record Prediction(int Class, string Label, double Probability)
{
    /// <inheritdoc/>
    public override string ToString() =>
        double.IsNaN(Probability) ? Label : string.Create(CultureInfo.InvariantCulture, $"{Label} {Probability * 100:0.0} %");
}

/// <summary>Where in one picture a network looked, by one method, for one class, at one or more layers.</summary>
public sealed record CamExplanation : ICamResult
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

    /// <summary>The explained class; −1 of a network that has none.</summary>
    public required int Class { get; init; }

    /// <summary>The explained class's label, or its number where there are no labels; empty of a network that has no classes.</summary>
    public required string Label { get; init; }

    /// <summary>
    /// The explained class's probability, 0 to 1; not a number where the model has none (<see cref="CamModel.Activation"/>).
    /// </summary>
    public required double Probability { get; init; }

    /// <summary>
    /// The explained number: the class's logit, or where the side of a box is, in pixels of the input; not a number of a network that has
    /// no classes.
    /// </summary>
    public required double Score { get; init; }

    /// <summary>
    /// Whether there is anything to explain: false where a detector or a segmenter found nothing, or nothing of what was asked for.
    /// </summary>
    public bool Found => Class >= 0 || Model.ClassCount == 0;

    /// <summary>Of a detector, the number of what is explained among what it found in the photo, from 0, the most certain first.</summary>
    public int? Detection { get; init; }

    /// <summary>
    /// Of a detector, where in the photo what is explained was found; of a segmenter, the rectangle around where the class is explained.
    /// </summary>
    public DetectionBox? Box { get; init; }

    /// <summary>The labels of the classes that a comparing method (FinerCAM) set it against; empty for all other methods.</summary>
    public required CamList<string> ComparedWith { get; init; }

    /// <summary>The five most probable classes.</summary>
    public required CamList<Prediction> Predictions { get; init; }

    /// <summary>
    /// The labels of the predicted classes: one of classes that exclude each other; of classes that are each there or not
    /// (<see cref="Activation.Sigmoid"/>), all whose probability is at least 0.5, or else the most probable.
    /// </summary>
    public required CamList<string> Predicted { get; init; }

    /// <summary>
    /// What the photo was expected to show: labels of the model, or as they were given where it has none such, with commas; null where
    /// nothing was expected.
    /// </summary>
    public string? Expected { get; private init; }

    /// <summary>
    /// Whether the prediction is right; null where nothing was expected, or a label that the model does not know. Of classes that exclude
    /// each other, the predicted one must be one of those expected; of classes that are each there or not, the predicted ones must be the
    /// expected ones, all of them and no others.
    /// </summary>
    public bool? Correct { get; private init; }

    /// <summary>One map a layer, in the order asked; none of a photo that -SkipExisting passed over.</summary>
    public required CamList<CamMap> Maps { get; init; }

    /// <summary>The maps of all layers in one; null for a single layer.</summary>
    public required CamMap? Fused { get; init; }

    /// <summary>The layers' names in the order asked.</summary>
    public CamList<string> Layers => [.. AskedLayers ?? _layers ?? Maps.Select(map => map.Layer)];

    /// <summary>Height and width of the photo in pixels, upright.</summary>
    public CamList<int> ImageSize => [.. Source.Size];

    /// <summary>How the maps were made less noisy.</summary>
    public required Smoothing Smoothing { get; init; }

    /// <summary>The seed of the noise that was drawn; null where the method draws none.</summary>
    public required long? Seed { get; init; }

    /// <summary>
    /// What it took in seconds, from pixels to maps; work shared by several explanations of one photo counts for the first.
    /// </summary>
    public double Seconds => Duration.TotalSeconds;

    /// <summary>The name of the model that was explained.</summary>
    public string ModelName => Model.Name;

    // Public properties are what ConvertTo-Json and Export-Clixml write. The rest are properties in PowerShell, too: see
    // EasyExplain.Types.ps1xml.

    /// <summary>What <see cref="Seconds"/> says.</summary>
    internal TimeSpan Duration { get; init; }

    /// <summary>What is explained; null of an explanation that a picture of an earlier run tells.</summary>
    internal Target? Target { get; init; }

    /// <summary>The model that was explained.</summary>
    internal CamModel Model { get; }

    /// <summary>The photo that was explained.</summary>
    internal ExplainedPhoto Source { get; private init; }

    /// <summary>What asked for it; null for an input tensor.</summary>
    internal Request? Request { get; init; }

    /// <summary>The map that stands for the whole explanation: the fused one, or the only one.</summary>
    /// <exception cref="NoMapException">It has none.</exception>
    internal CamMap Map => Fused ?? (Maps.Length > 0 ? Maps[0] : throw new NoMapException(Path));

    /// <summary>The layers' names of an explanation that has no maps, since there is nothing to explain; else null.</summary>
    internal IReadOnlyList<string>? AskedLayers { get; init; }

    /// <summary>
    /// All that a detector found in the photo, explained or not, the most certain first; null of other models, and where nobody knows.
    /// </summary>
    internal IReadOnlyList<Detection>? AllFound { get; init; }

    /// <summary>What the ground truth says of what a detector found; null where nobody asked it.</summary>
    internal AuditedDetection? Judged { get; init; }

    /// <summary>A picture of an earlier run that says what this explanation says; null for one that was computed.</summary>
    internal string? FoundIn { get; init; }

    /// <summary>The predicted classes.</summary>
    internal IReadOnlyList<int> PredictedClasses { get; init; } = [];

    /// <summary>The expected labels that the model does not know.</summary>
    internal IReadOnlyList<string> Unknown { get; private init; } = [];

    /// <summary>The class that was expected; −1 unless it is exactly one.</summary>
    internal int ExpectedClass { get; init; } = -1;

    /// <summary>The probability of the class that was expected; null unless it is exactly one, or where nobody knows it.</summary>
    internal double? ExpectedProbability { get; init; }

    /// <summary>The probability of each class, shared by a photo's explanations; null where there are none, or nobody knows them.</summary>
    internal float[]? Probabilities { get; init; }

    /// <summary>What the method was set to; null where nobody knows any more.</summary>
    internal MethodSettings? Settings { get; init; }

    /// <summary>How far it is to be believed; null where that was not measured.</summary>
    internal CamMeasure? Measure { get; init; }

    /// <summary>What the channels say of the photo; null of a method that explains the input, and of what a picture tells.</summary>
    internal ChannelEvidence? Channels { get; init; }

    /// <summary>The same, of the photo that another explanation of the same input is of.</summary>
    internal CamExplanation OfPhoto(CamExplanation other) =>
        this with { Source = other.Source, Detection = other.Detection, Box = other.Box };

    /// <summary>The same, with what the photo should show: labels or the numbers of classes, at least one.</summary>
    internal CamExplanation Expecting(params IReadOnlyList<string> expected)
    {
        int[][] classes = [.. expected.Select(Model.ClassesOf)];
        string[] unknown = [.. expected.Where((_, i) => classes[i].Length == 0)];
        // Several classes may have the same label, any of which is meant then.
        bool noOthers = PredictedClasses.All(predicted => classes.Any(found => found.Contains(predicted)));
        bool onlyOne = Model.Task == CamTask.Classify && Model.Activation != Activation.Sigmoid;
        bool allThere = onlyOne || classes.All(found => found.Any(PredictedClasses.Contains));
        int only = unknown.Length == 0 && classes.SelectMany(found => found).Distinct().ToArray() is [var single] ? single : -1;
        return this with
        {
            ExpectedClass = only,
            ExpectedProbability = only < 0 ? null : ProbabilityOf(only),
            Expected = string.Join(", ", expected.Zip(classes, (given, found) => found.Length == 1 ? Model.LabelOf(found[0]) : given)),
            Correct = unknown.Length > 0 ? null : noOthers && allThere,
            Unknown = unknown,
        };
    }

    // The most probable ones are known exactly; of what an audit file tells, the one that was expected then.
    private double? ProbabilityOf(int @class)
    {
        double? known = Predictions.FirstOrDefault(prediction => prediction.Class == @class)?.Probability
            ?? Probabilities?[@class] ?? (@class == ExpectedClass ? ExpectedProbability : null);
        return known is { } probability && double.IsNaN(probability) ? null : known;
    }

    /// <summary>The photo as its file has it, decoded again if it is no longer in memory.</summary>
    /// <exception cref="ImageFileException">The file is no longer the picture it was.</exception>
    public Photo GetPhoto() => Source.Get();

    /// <inheritdoc/>
    public override string ToString() => $"{System.IO.Path.GetFileName(Path) ?? "tensor"}: {DrawnMaps.Said(this)} ({Method})";

    CamModel? ICamResult.Model => Model;

    Photo ICamResult.Draw(CamPicture picture, OverlayStyle style) => picture.Draw(this, style);
}
