using EasyExplain.Detectors;
using EasyExplain.Imaging;
using EasyExplain.Models;
using EasyExplain.Networks;
using EasyExplain.Networks.Operators;

namespace EasyExplain.Import.Detectors;

/// <summary>
/// Boxes that the file has chosen itself, <c>[N, 300, 6]</c>: corners, probability and class. So Ultralytics exports YOLOv10 (Wang et al.
/// 2024, arXiv 2405.14458), which finds everything once, and others with nms=True. Which candidates are left depends on the picture, so all
/// of them are taken: what the choosing operations read.
/// </summary>
internal static class EndToEnd
{
    private static readonly string[] s_suppression = ["NonMaxSuppression", "nms"];

    /// <summary>The candidates before the choice; null where there is none.</summary>
    public static FoundHead? Find(Places places)
    {
        if (places.Outputs.All(output => output.Node is not null))
        {
            return null;
        }
        NetworkRecorder recorder = places.Recorder;
        var columns = new Columns(recorder);
        Node[] read = [.. recorder.Lost.Select(lost => lost.Node).OfType<Node>().Select(Whole).Distinct()
            .Where(node => places.IsOf(recorder.Shape(node), 2))];
        foreach (Node boxes in read.Where(node => Last(node) == DetectorHead.Corners))
        {
            foreach (Node scores in read.Where(node => node != boxes && recorder.Shape(node)[1] == recorder.Shape(boxes)[1]))
            {
                if (columns.Logits(scores) is { } logits)
                {
                    return Made(places, boxes, logits);
                }
            }
        }
        // Both in one table, from which they are taken one picture at a time.
        foreach (Node table in read.Where(node => Last(node) > DetectorHead.Corners))
        {
            if (columns.Logits(columns.Of(table, 2, DetectorHead.Corners, Last(table))) is { } logits)
            {
                return Made(places, columns.Of(table, 2, 0, DetectorHead.Corners), logits);
            }
        }
        return null;

        long Last(Node node) => recorder.Shape(node)[2].Fixed;
    }

    /// <summary>What the only picture's numbers are taken of.</summary>
    private static Node Whole(Node node) => node is { Operator: Select(0, 0), Inputs: [var all] } ? all : node;

    private static FoundHead Made(Places places, Node boxes, Node logits)
    {
        NetworkRecorder recorder = places.Recorder;
        ModelOutput output = places.Outputs.First(output => output.Node is null);
        int classes = (int)recorder.Shape(logits)[2].Fixed;
        bool suppresses = recorder.Lost.Any(lost => s_suppression.Contains(lost.Operator));
        return new FoundHead(output,
            new Head(recorder.Call(boxes.Name, new Concat { Dim = 2 }, boxes, logits), Activation.Sigmoid)
            {
                Task = CamTask.Detect,
                Detector = new DetectorHead(classes, Activation.Sigmoid) { FindsAgain = suppresses },
                Pictures = usual => Preprocessing.Letterbox(usual.Height, usual.Width, usual.Channels),
            },
            $"'{ImportErrors.Printable(output.Name)}' is what the file chooses itself; here all {recorder.Shape(boxes)[1].Fixed} " +
            $"candidates of its choice are taken, corners, then {classes} class{(classes == 1 ? "" : "es")} by a sigmoid, of which " +
            $"{(suppresses ? "boxes that overlap are dropped here" : "each thing has one")}.");
    }
}
