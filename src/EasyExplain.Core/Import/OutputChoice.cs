using System.Globalization;
using EasyExplain.Detectors;
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

    /// <summary>The output to explain, and what it ends in; null if none of them says something of classes.</summary>
    /// <exception cref="ModelImportException">
    /// There is none of that name, it is not one of classes, or several are and nothing says which.
    /// </exception>
    public (ModelOutput Output, Head Head)? From(IReadOnlyList<ModelOutput> outputs, NetworkRecorder recorder)
    {
        if (asked is not null)
        {
            ModelOutput named = Named(outputs, recorder);
            return Ending(named) is { } head ? (named, head) : OfPlaces([named], recorder)
                ?? throw new ModelImportException(ModelFault.InvalidOutput,
                $"The output '{named.Name}' of '{path}' does not say something of classes for each picture, [pictures, classes]. It has: " +
                $"{List(outputs, recorder)}.");
        }
        // The same scores may be given twice, before and after the softmax.
        (ModelOutput Output, Head Head)[] heads =
            [.. outputs.Select(output => (output, head: Ending(output))).Where(pair => pair.head is not null)
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
        return fitting.Length == 1 ? fitting[0] : OfPlaces(outputs, recorder);

        bool IsLabelled(ModelOutput output, long classes) => output.Labels?.Count == classes || labelled(classes);

        Head? Ending(ModelOutput output) =>
            output.Node is { } node && Head.ClassesOf(recorder, node) is not null ? Head.Find(recorder, node) : null;
    }

    /// <summary>The output that tells where something is, in boxes or at each place; null if none does.</summary>
    private (ModelOutput Output, Head Head)? OfPlaces(IReadOnlyList<ModelOutput> outputs, NetworkRecorder recorder) =>
        Detector(outputs, recorder) ?? SegmentationMap.Find(recorder, outputs, explain);

    private (ModelOutput, Head)? Detector(IReadOnlyList<ModelOutput> outputs, NetworkRecorder recorder) =>
        Filtered.Find(recorder, outputs, explain) ?? outputs
        .Select(output => (output, head: output.Node is { } node ? SideBySide.Find(recorder, node) : null))
        .Where(pair => pair.head is not null).Select(pair => ((ModelOutput, Head)?)(pair.output, pair.head!)).FirstOrDefault();

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
}
