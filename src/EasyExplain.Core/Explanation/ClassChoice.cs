using System.Globalization;
using EasyExplain.Detectors;
using EasyExplain.Models;
using EasyExplain.Runtime;

namespace EasyExplain.Explanation;

/// <summary>What of a picture is explained: classes, or things that were found in it; named ones, or the most probable ones.</summary>
public sealed record ClassChoice
{
    private readonly Func<Ranking, IEnumerable<int>> _choose;
    private readonly Func<IReadOnlyList<Detection>, IEnumerable<Detection>> _chooseOf;

    private ClassChoice(Func<Ranking, IEnumerable<int>> choose, Func<IReadOnlyList<Detection>, IEnumerable<Detection>> chooseOf) =>
        (_choose, _chooseOf) = (choose, chooseOf);

    /// <summary>The predicted class; of a model whose classes are each there or not, all that are predicted.</summary>
    public static ClassChoice Predicted { get; } = new(ranking => ClassesOf(ranking.Predicted), found => found);

    /// <summary>The <paramref name="count"/> most probable classes.</summary>
    public static ClassChoice Top(int count) => new(ranking => ClassesOf(ranking.All.Take(count)), found => found.Take(count));

    /// <summary>The class of this index, whatever the image.</summary>
    internal static ClassChoice Only(int @class) => new(_ => [@class], found => found.Where(one => one.Class == @class));

    /// <summary>
    /// What was explained of another picture: its class of a classifier; of others the same candidate or places, whatever is there now.
    /// </summary>
    internal static ClassChoice Again(Target target) => Only(target.Class) with
    {
        Same = target is DetectionTarget or BoxTarget or RegionTarget ? target : null,
        Side = (target as BoxTarget)?.Side,
    };

    /// <summary>Of a detector, the things of these numbers in a picture, from 0, the most certain first; in the order asked.</summary>
    public static ClassChoice Numbered(params IReadOnlyList<int> numbers) => new(ranking => ClassesOf(ranking.Predicted),
        found => numbers.Distinct().SelectMany(number => found.Where(one => one.Number == number)))
    { Numbers = numbers };

    /// <summary>
    /// Classes in the order asked, each once, by label (case matters only between labels that differ in nothing else), by index from 0,
    /// or as <c>Predicted</c>, which stands for what is predicted of each picture unless the model has a label of that name.
    /// </summary>
    /// <exception cref="SelectionException">
    /// The model has no classes. Or it lacks some of them, and the message names near labels for each; or one stands for several classes.
    /// </exception>
    public static ClassChoice Of(CamModel model, params IReadOnlyList<string> given)
    {
        if (model.ClassCount == 0)
        {
            throw new SelectionException(
                SelectionFault.ClassNotFound, given[0], $"{model} ends in features and has no classes, so there is no '{given[0]}'.")
            {
                Remedy = Remedy.SayThatOutputsAreClasses,
            };
        }
        var problems = new List<string>();
        int?[] classes = [.. given.Select(one => Find(model, one, problems))];
        return problems.Count > 0
            ? throw new SelectionException(SelectionFault.ClassNotFound, Wrong(model, given), string.Join(" ", problems))
            {
                Remedy = model.Labels.Length == 0 && !given.All(one => IsPredicted(one) || IsNumber(one, out _))
                    ? Remedy.GiveLabels
                    : Remedy.None,
            }
            : new ClassChoice(ranking => classes.SelectMany(named => named is { } one ? [one] : ClassesOf(ranking.Predicted)).Distinct(),
                found => found.Where(one => classes.Contains(null) || classes.Contains(one.Class)));
    }

    /// <summary>Of a detector, what counts as a detection.</summary>
    public DetectionSettings Detections { get; init; } = new();

    /// <summary>The numbers of <see cref="Numbered"/>; null of any other choice.</summary>
    internal IReadOnlyList<int>? Numbers { get; private init; }

    /// <summary>Of a detector, which side of the box to explain; null for its class.</summary>
    public BoxSide? Side { get; init; }

    /// <summary>
    /// Of a segmenter, where in the photo to explain a class; null for wherever it is predicted.
    /// </summary>
    public DetectionBox? Region { get; init; }

    /// <summary>See <see cref="Again"/>; null of any other choice.</summary>
    internal Target? Same { get; private init; }

    /// <summary>Of what was found in a picture that to be explained.</summary>
    internal IReadOnlyList<Detection> From(IReadOnlyList<Detection> found) => [.. _chooseOf(found)];

    /// <summary>The indices to explain.</summary>
    internal IReadOnlyList<int> From(Ranking ranking) => [.. _choose(ranking)];

    private static IEnumerable<int> ClassesOf(IEnumerable<Prediction> predictions) => predictions.Select(prediction => prediction.Class);

    private static bool IsPredicted(string given) => given.Equals(nameof(Predicted), StringComparison.OrdinalIgnoreCase);

    private static bool IsNumber(string given, out int index) =>
        int.TryParse(given, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out index);

    /// <summary>What of it stands for no class, or for several: a text, or a list of them.</summary>
    private static object Wrong(CamModel model, IReadOnlyList<string> given)
    {
        string[] wrong = [.. given.Where(one => Find(model, one, []) is null && !IsPredicted(one))];
        return wrong.Length == 1 ? wrong[0] : wrong;
    }

    /// <summary>The class that <paramref name="given"/> stands for; null for the predicted one, and where there is a problem.</summary>
    private static int? Find(CamModel model, string given, List<string> problems)
    {
        int[] named = model.ClassesOf(given);
        if (named.Length == 1)
        {
            return named[0];
        }
        if (named.Length == 0 && IsPredicted(given))
        {
            return null;
        }
        if (named.Length == 0 && IsNumber(given, out int index))
        {
            problems.Add($"{model} has no class {index}: its {model.ClassCount} classes are 0 to {model.ClassCount - 1}.");
            return null;
        }
        problems.Add(named.Length > 1
            ? $"'{given}' stands for more than one class of {model}: " +
            $"{string.Join(", ", named.Select(@class => $"{@class} ({model.Labels[@class]})"))}. Give the number."
            : model.Labels.Length == 0
            ? $"{model} has no class '{given}', for it has no labels: give a number from 0 to {model.ClassCount - 1}."
            : $"{model} has no class '{given}'. {NearNames.Hint(given, [.. model.Labels, .. NearNames.Of(given, [nameof(Predicted)])])}");
        return null;
    }
}
