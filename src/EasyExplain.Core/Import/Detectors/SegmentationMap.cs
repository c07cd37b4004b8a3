using EasyExplain.Models;
using EasyExplain.Networks;
using EasyExplain.Networks.Operators;

namespace EasyExplain.Import.Detectors;

/// <summary>Scores of classes at each place, <c>[N, classes, height, width]</c>: what segmenters make.</summary>
internal static class SegmentationMap
{
    private const long CoarsestStride = 8; // features that no segmenter ends in are coarser

    /// <summary>torchvision's name for the output that only its training needs.</summary>
    private const string Auxiliary = "aux";

    /// <summary>The output that has the scores, and the head; null where there is none, or several.</summary>
    /// <param name="recorder">What was taken down.</param>
    /// <param name="outputs">The results.</param>
    /// <param name="explain">Is told what was found.</param>
    public static (ModelOutput Output, Head Head)? Find(NetworkRecorder recorder, IReadOnlyList<ModelOutput> outputs,
        Action<string> explain)
    {
        ModelOutput[] maps = [.. outputs.Where(output => output.Node is { } node && IsMap(recorder, node))];
        ModelOutput[] own = maps.Length > 1 ? [.. maps.Where(map => map.Name != Auxiliary)] : maps;
        if (own is not [var only])
        {
            return null;
        }
        Head head = HeadOf(only.Node!);
        IReadOnlyList<Size> shape = recorder.Shape(head.Logits);
        explain($"A segmenter: '{ImportErrors.Printable(only.Name)}' has {shape[1].Fixed} classes at " +
            $"{shape[2].Fixed}×{shape[3].Fixed} places" +
            $"{(maps.Length > own.Length ? $"; '{Auxiliary}' is for training, and is left out" : "")}.");
        return (only, head);
    }

    private static bool IsMap(NetworkRecorder recorder, Node node)
    {
        IReadOnlyList<Size> picture = recorder.Shape(recorder.Input);
        return recorder.Shape(node) is [var pictures, { IsFixed: true, Fixed: > 0 }, { IsFixed: true } high, { IsFixed: true } wide]
            && pictures == recorder.Pictures
            && high.Fixed > 1 && wide.Fixed > 1
            && high.Fixed * CoarsestStride >= picture[2].Fixed && wide.Fixed * CoarsestStride >= picture[3].Fixed;
    }

    /// <summary>Classes are explained by their scores before what makes probabilities of them.</summary>
    private static Head HeadOf(Node node) => node switch
    {
        { Operator: Softmax(1) or LogSoftmax(1), Inputs: [var logits] } => new Head(logits, Activation.Softmax) { Task = CamTask.Segment },
        { Operator: Sigmoid, Inputs: [var logits] } => new Head(logits, Activation.Sigmoid) { Task = CamTask.Segment },
        _ => new Head(node, null) { Task = CamTask.Segment },
    };
}
