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

    /// <summary>The output that has the scores; null where there is none, or several that nothing tells apart.</summary>
    public static FoundHead? Find(Places places)
    {
        NetworkRecorder recorder = places.Recorder;
        (ModelOutput Output, Node Node, long[] Shape)[] maps = [.. places.Of(3)
            .Where(map => map.Shape[1] > 1 && map.Shape[2] > 1 && recorder.IsLearned(map.Node) && (places.IsStated
            || (map.Shape[1] * CoarsestStride >= places.Height && map.Shape[2] * CoarsestStride >= places.Width)))];
        maps = maps.Length > 1 ? [.. maps.Where(map => map.Output.Name != Auxiliary)] : maps;
        maps = maps.Length > 1 ? [.. maps.Where(map => places.NamedClasses == map.Shape[0] || places.Labelled(map.Shape[0]))] : maps;
        if (maps is [var only])
        {
            return Made(recorder, only.Output, only.Node, "");
        }
        // The class at each place is the highest score's: the scores are what that is taken of.
        Node? scores = recorder.Lost.Where(lost => lost.Operator is "ArgMax" or "argmax").Select(lost => lost.Node)
            .OfType<Node>().LastOrDefault(node => places.IsOf(recorder.Shape(node), 3) && recorder.Shape(node)[1].Fixed > 1);
        return maps.Length == 0 && scores is not null && places.Outputs.FirstOrDefault(output => output.Node is null) is { } chosen
            ? Made(recorder, chosen, scores, " before the highest is chosen") : null;
    }

    /// <summary>Classes are explained by their scores before what makes probabilities of them.</summary>
    private static FoundHead Made(NetworkRecorder recorder, ModelOutput output, Node node, string where)
    {
        (Node logits, Activation? activation) = node switch
        {
            { Operator: Softmax(1) or LogSoftmax(1), Inputs: [var before] } => (before, Activation.Softmax),
            { Operator: Sigmoid, Inputs: [var before] } => (before, Activation.Sigmoid),
            _ => (node, (Activation?)null),
        };
        IReadOnlyList<Size> shape = recorder.Shape(logits);
        long classes = shape[1].Fixed;
        return new FoundHead(output, new Head(logits, activation) { Task = CamTask.Segment },
            $"'{ImportErrors.Printable(output.Name)}': scores of {classes} class{(classes == 1 ? "" : "es")} at each of " +
            $"{shape[2].Fixed}×{shape[3].Fixed} places{where}.");
    }
}
