using EasyExplain.Detectors;
using EasyExplain.Models;
using EasyExplain.Networks;
using EasyExplain.Networks.Operators;

namespace EasyExplain.Import.Detectors;

/// <summary>
/// Boxes and classes of all candidates side by side, <c>[N, 4 + classes, candidates]</c>: centre, width and height in pixels of the input,
/// then the classes' probabilities. So Ultralytics exports YOLOv8 and its successors.
/// </summary>
internal static class SideBySide
{
    /// <summary>What the result is, as a head; null where it is something else.</summary>
    /// <param name="recorder">What was taken down.</param>
    /// <param name="result">Makes the result.</param>
    public static Head? Find(NetworkRecorder recorder, Node result)
    {
        if (result is not { Operator: Concat { Dim: 1 }, Inputs: [var boxes, { Operator: Sigmoid, Inputs: [var logits] }] }
            || recorder.Shape(result) is not [var pictures, { IsFixed: true }, { IsFixed: true }] || pictures != recorder.Pictures
            || recorder.Shape(boxes)[1] != new Size(DetectorHead.Corners))
        {
            return null;
        }
        Node output = CornersOf(recorder, result.Name, boxes, dim: 1);
        output = recorder.Call(result.Name, new Concat(), output, logits);
        output = recorder.Call(result.Name, new Permute([0, 2, 1]), output);
        int classes = (int)recorder.Shape(logits)[1].Fixed;
        return new Head(output, Activation.Sigmoid)
        {
            Task = CamTask.Detect,
            Detector = new DetectorHead(classes, Activation.Sigmoid),
        };
    }

    /// <summary>Corners x1, y1, x2, y2 of boxes that are given by centre, width and height.</summary>
    /// <param name="recorder">What was taken down.</param>
    /// <param name="name">The layer.</param>
    /// <param name="boxes">The boxes.</param>
    /// <param name="dim">The dimension that has four numbers.</param>
    public static Node CornersOf(NetworkRecorder recorder, string name, Node boxes, int dim)
    {
        Node centre = recorder.Call(name, new Slice(dim, 0, 2, 1), boxes);
        Node half = recorder.Call(name, new MultiplyBy(0.5), recorder.Call(name, new Slice(dim, 2, 4, 1), boxes));
        return recorder.Call(name, new Concat { Dim = dim }, recorder.Call(name, new Subtract(), centre, half),
            recorder.Call(name, new Add(), centre, half));
    }
}
