using EasyExplain.Detectors;
using EasyExplain.Models;
using EasyExplain.Networks;
using EasyExplain.Networks.Operators;

namespace EasyExplain.Import.Detectors;

/// <summary>
/// A set of queries, each of which finds one thing or nothing (Carion et al. 2020, arXiv 2005.12872): <c>logits</c>
/// <c>[N, queries, classes]</c> and <c>pred_boxes</c> <c>[N, queries, 4]</c>, as transformers exports DETR and its successors.
/// </summary>
internal static class Queries
{
    private const string BoxesName = "pred_boxes";

    /// <summary>The queries; null where there are none.</summary>
    public static FoundHead? Find(Places places)
    {
        var columns = new Columns(places.Recorder);
        var tables = places.Of(2).ToArray();
        foreach (var boxes in tables.Where(table => table.Shape[1] == DetectorHead.Corners
            && (table.Output.Name == BoxesName || columns.Logits(table.Node) is not null)))
        {
            var scores = tables.Where(table => table.Output != boxes.Output && table.Shape[0] == boxes.Shape[0])
                .OrderByDescending(table => table.Output.Name.Contains("logits", StringComparison.Ordinal)).FirstOrDefault();
            if (scores.Output is not null)
            {
                return Made(places, columns, boxes.Output, boxes.Node, scores.Output, scores.Node);
            }
        }
        return null;
    }

    private static FoundHead? Made(Places places, Columns columns, ModelOutput boxOutput, Node boxes, ModelOutput output, Node node)
    {
        NetworkRecorder recorder = places.Recorder;
        (Node logits, Activation? own) = node is { Operator: Softmax(2), Inputs: [var before] } ? (before, Activation.Softmax)
            : columns.Logits(node) is { } apart ? (apart, Activation.Sigmoid) : (node, (Activation?)null);
        long count = recorder.Shape(logits)[2].Fixed;
        // What chooses its queries by their scores has one for each class, and none for nothing (Deformable DETR, arXiv 2010.04159).
        bool chooses = recorder.Nodes.Any(one => one.Operator is HighestRows);
        Activation activation = own ?? (places.Activation is Activation.Sigmoid or Activation.Softmax ? places.Activation.Value
            : (chooses || IsNamed(count)) && !IsNamed(count - 1) ? Activation.Sigmoid : Activation.Softmax);
        int classes = (int)count - (activation == Activation.Softmax ? 1 : 0);
        if (classes < 1)
        {
            return null;
        }
        string ending = activation == Activation.Softmax ? "then nothing, a softmax over both"
            : "each there or not by itself, a sigmoid";
        return new FoundHead(output,
            new Head(recorder.Call(node.Name, new Concat { Dim = 2 }, Boxes.OfShares(places, boxes), logits), activation)
            {
                Task = CamTask.Detect,
                Detector = new DetectorHead(classes, activation)
                {
                    Background = activation == Activation.Softmax ? classes : null,
                    FindsAgain = false,
                    ChoosesCandidates = chooses,
                },
            },
            $"'{ImportErrors.Printable(output.Name)}' and '{ImportErrors.Printable(boxOutput.Name)}': {recorder.Shape(node)[1].Fixed} " +
            $"queries, centre, width and height as parts of the input; {classes} class{(classes == 1 ? "" : "es")}, {ending}.");

        bool IsNamed(long number) => places.NamedClasses == number || places.Labelled(number);
    }
}
