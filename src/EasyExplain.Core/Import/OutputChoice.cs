using System.Globalization;
using EasyExplain.Detectors;
using EasyExplain.Imaging;
using EasyExplain.Import.Detectors;
using EasyExplain.Models;
using EasyExplain.Networks;
using EasyExplain.Networks.Operators;
using EasyExplain.Runtime;

namespace EasyExplain.Import;

/// <summary>One of the results of a whole model.</summary>
/// <param name="Name">ONNX's name for it; its place in a tuple, its key in a dictionary.</param>
/// <param name="Node">Makes it; null where it does not depend on the picture, or is not known here.</param>
/// <param name="Labels">What the file calls its classes; null where it does not say.</param>
internal sealed record ModelOutput(string Name, Node? Node, IReadOnlyList<string>? Labels = null)
{
    /// <summary>Of a result of which the picture says how much of it there is, what makes all that there could be; else null.</summary>
    public Node? Whole { get; init; }
}

/// <summary>Finds the output of a whole model that says something of classes.</summary>
/// <param name="path">The file.</param>
/// <param name="asked">The name or number of an output, as a user gives it; null to find it.</param>
/// <param name="labelled">Whether so many classes have labels.</param>
/// <param name="explain">Is told which output was taken, of several.</param>
internal sealed class OutputChoice(string path, string? asked, Func<long, bool> labelled, Action<string> explain)
{
    private const int MostShown = 20;

    // The surest first.
    private static readonly Func<Places, FoundHead?>[] s_detectors = [Queries.Find, CandidateTable.Find, Filtered.Find, EndToEnd.Find];

    /// <summary>What the model tells of a picture, as the user says; null to find it out.</summary>
    public CamTask? Task { get; init; }

    /// <summary>What the file says that its task is, as Ultralytics names them; null where it does not.</summary>
    public string? Stated { get; init; }

    /// <summary>How many classes the file's metadata names; null where it does not.</summary>
    public int? NamedClasses { get; init; }

    /// <summary>What makes probabilities of the logits, as the user says.</summary>
    public Activation? Activation { get; init; }

    private CamTask? Known => Task ?? UltralyticsMetadata.TaskOf(Stated);

    /// <summary>The output to explain, and what it ends in; null if none of them says something of classes.</summary>
    /// <exception cref="ModelImportException">
    /// There is none of that name, it is not one of classes, none fits the task, or several do and nothing says which.
    /// </exception>
    public (ModelOutput Output, Head Head)? From(IReadOnlyList<ModelOutput> outputs, NetworkRecorder recorder)
    {
        if (asked is not null)
        {
            ModelOutput named = Named(outputs, recorder);
            (ModelOutput Output, Head Head)? found = Known is null or CamTask.Classify && Ending(named, recorder) is { } head
                ? (named, head) : OfPlaces([named], recorder) ?? OfPlaces(outputs, recorder, part: named);
            return found ?? throw (Known is null or CamTask.Classify ? new ModelImportException(ModelFault.InvalidOutput,
                $"The output '{named.Name}' of '{path}' does not say something of classes for each picture, [pictures, classes], nor of " +
                $"things or places by itself. It has: {List(outputs, recorder)}.") : Misfit(Known.Value, outputs, recorder));
        }
        if (Known is null or CamTask.Classify && OfClasses(outputs, recorder) is { } classes)
        {
            return classes;
        }
        return OfPlaces(outputs, recorder) ?? (Known is { } wanted && outputs.Any(output => output.Node is not null)
            ? throw Misfit(wanted, outputs, recorder) : null);
    }

    /// <summary>The output that tells where something is, in boxes or at each place; null if none does.</summary>
    /// <param name="outputs">The results.</param>
    /// <param name="recorder">What was taken down.</param>
    /// <param name="part">The one that must be it, also where it needs others: the logits of a detector whose boxes are apart.</param>
    public (ModelOutput Output, Head Head)? OfPlaces(
        IReadOnlyList<ModelOutput> outputs, NetworkRecorder recorder, ModelOutput? part = null)
    {
        var places = new Places(recorder, outputs, labelled)
        {
            NamedClasses = NamedClasses,
            HasMore = Task is null or CamTask.Detect && UltralyticsMetadata.HasMore(Stated),
            IsStated = Known is not null,
            Activation = Activation,
        };
        FoundHead? found = Known is null or CamTask.Detect
            ? s_detectors.Select(find => find(places)).FirstOrDefault(head => head is not null) : null;
        found ??= Known is null or CamTask.Segment ? SegmentationMap.Find(places) : null;
        if (found is null || (part is not null && found.Output != part))
        {
            return null;
        }
        explain(found.Meaning);
        long classes = found.Head.Detector?.ClassCount ?? recorder.Shape(found.Head.Logits)[1].Fixed;
        if (NamedClasses is { } names && names != classes)
        {
            explain($"The file names {names} classes, and its outputs have {classes}: the names are not used.");
        }
        return (found.Output, found.Head);
    }

    /// <summary>The output that says of which class a picture is; null if none does.</summary>
    private (ModelOutput Output, Head Head)? OfClasses(IReadOnlyList<ModelOutput> outputs, NetworkRecorder recorder)
    {
        // The same scores may be given twice, before and after the softmax.
        (ModelOutput Output, Head Head)[] heads =
            [.. outputs.Select(output => (output, head: Ending(output, recorder))).Where(pair => pair.head is not null)
            .Select(pair => (pair.output, pair.head!)).GroupBy(pair => Scores(pair.Item2.Logits))
            .Select(same => same.MaxBy(pair => pair.Item2.Activation is not null))];
        if (heads.Any(pair => recorder.Shape(pair.Output.Node!).Count > 1))
        {
            // one number a picture is a yes or no only where there is nothing else
            heads = [.. heads.Where(pair => recorder.Shape(pair.Output.Node!).Count > 1)];
        }
        (ModelOutput Output, Head Head)[] fitting = heads.Length > 1
            ? [.. heads.Where(pair => IsLabelled(pair.Output, recorder.Shape(pair.Head.Logits)[1].Fixed))] : heads;
        if (heads.Length > 1 && fitting.Length != 1)
        {
            throw new ModelImportException(ModelFault.SeveralOutputs,
                $"'{path}' has several outputs that could be scores of classes: {List([.. heads.Select(pair => pair.Output)], recorder)}.")
            {
                Remedy = Remedy.NameOutput,
            };
        }
        if (fitting.Length == 1 && outputs.Count > 1)
        {
            explain($"Of its outputs, {List(outputs, recorder)}, '{fitting[0].Output.Name}' is explained.");
        }
        return fitting.Length == 1 ? fitting[0] : null;

        bool IsLabelled(ModelOutput output, long classes) => output.Labels?.Count == classes || labelled(classes);
    }

    private static Head? Ending(ModelOutput output, NetworkRecorder recorder) =>
        output.Node is { } node && Head.ClassesOf(recorder, node) is not null ? Head.Find(recorder, node) : null;

    private ModelImportException Misfit(CamTask task, IReadOnlyList<ModelOutput> outputs, NetworkRecorder recorder)
    {
        string looked = task switch
        {
            CamTask.Classify => "[N, classes], scores of each picture",
            CamTask.Detect => "[N, 4 + classes, candidates], [N, candidates, 5 + classes], boxes that a file has chosen, or logits and " +
                "boxes of queries",
            _ => "[N, classes, height, width], scores of each place",
        };
        bool own = Task is not null;
        string what = own ? $"{task} is not what '{path}' does"
            : $"'{path}' says that its task is '{ImportErrors.Printable(Stated!)}', and does nothing of the kind";
        return new ModelImportException(own ? ModelFault.InvalidOption : ModelFault.NoClassifier,
            $"{what}: its outputs are {List(outputs, recorder)}, and {looked} was looked for.")
        {
            Remedy = own ? Remedy.LeaveOutValue : Remedy.None,
            About = own ? nameof(ModelOptions.Task) : null,
        };
    }

    private ModelOutput Named(IReadOnlyList<ModelOutput> outputs, NetworkRecorder recorder) =>
        outputs.FirstOrDefault(output => output.Name == asked)
        ?? (int.TryParse(asked, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number < outputs.Count ? outputs[number]
        : null)
        ?? throw new ModelImportException(ModelFault.UnknownOutput,
        $"'{path}' has no output '{asked}'. It has: {List(outputs, recorder)}.");

    /// <summary>Each output with its number, name and shape.</summary>
    private static string List(IReadOnlyList<ModelOutput> outputs, NetworkRecorder recorder)
    {
        IEnumerable<string> shown = outputs.Take(MostShown).Select((output, number) => string.Create(CultureInfo.InvariantCulture,
            $"{(output.Name == $"{number}" ? "" : $"{number} ")}'{ImportErrors.Printable(output.Name)}' {Shape(output)}"));
        return string.Join(", ", shown) + (outputs.Count > MostShown ? $" and {outputs.Count - MostShown} more" : "");

        string Shape(ModelOutput output) => output.Node is null ? "(no numbers of the picture)"
            : $"[{string.Join(", ", recorder.Shape(output.Node).Select(Size))}]";

        string Size(Size size, int i) =>
            i == 0 && size == recorder.Pictures ? "N" : size.IsFixed ? $"{size.Fixed}" : $"{size.PerPicture}·N";
    }

    private static Node Scores(Node logits) => logits.Operator is Flatten or Unsqueeze && logits.Inputs is [var source] ? source : logits;
}

/// <summary>What following a whole model makes.</summary>
/// <param name="Network">The network up to the logits; the caller owns it.</param>
/// <param name="Activation">What the file makes probabilities with; null where it leaves that to others.</param>
/// <param name="Labels">What the file calls the classes; null where it does not say.</param>
/// <param name="Output">The name of the output that makes them, of several; else null.</param>
internal sealed record FollowedModel(Network Network, Activation? Activation, IReadOnlyList<string>? Labels, string? Output)
{
    /// <summary>What the model tells of a picture.</summary>
    public CamTask Task { get; init; }

    /// <summary>How the output of a detector is read; null of any other model.</summary>
    public DetectorHead? Detector { get; init; }

    /// <summary>The part of the network's own canvas that the picture fills, see <see cref="NetworkRecorder.CanvasShare"/>.</summary>
    public (double Down, double Across) CanvasShare { get; init; } = (1, 1);

    /// <summary>How pictures are usually made for a model of this kind; null where that says nothing.</summary>
    public Func<Preprocessing, Preprocessing>? Pictures { get; init; }
}
