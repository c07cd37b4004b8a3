using EasyExplain.Detectors;
using EasyExplain.Models;
using EasyExplain.Networks;
using EasyExplain.Networks.Operators;

namespace EasyExplain.Import.Detectors;

/// <summary>
/// Boxes <c>[detections, 4]</c> and their probabilities <c>[detections]</c>, of what the file itself has filtered and freed of overlapping
/// boxes. So torchvision exports SSD, SSDlite, RetinaNet and FCOS. All candidates are taken, with the logits of their classes; boxes are
/// those that the file makes of them, in the input's pixels.
/// </summary>
internal static class Filtered
{
    /// <summary>The output that has the boxes; null where there is none.</summary>
    public static FoundHead? Find(Places places)
    {
        (NetworkRecorder recorder, IReadOnlyList<ModelOutput> outputs) = (places.Recorder, places.Outputs);
        foreach (ModelOutput boxes in outputs.Where(output => output.Whole is { } node && IsOfBoxes(recorder.Shape(node))))
        {
            Node corners = recorder.Call(boxes.Whole!.Name, new Reshape([-1, DetectorHead.Corners]), boxes.Whole!);
            long candidates = recorder.Shape(corners)[0].Fixed;
            foreach (ModelOutput scores in outputs.Where(output => output.Whole is not null && output != boxes))
            {
                if (CandidateScores.Find(recorder, scores.Whole!, candidates) is { } found)
                {
                    return new FoundHead(boxes, HeadOf(recorder, corners, found),
                        $"A detector that filters its boxes itself: '{ImportErrors.Printable(boxes.Name)}' are their corners and " +
                        $"'{ImportErrors.Printable(scores.Name)}' their probabilities. What it leaves out is left in here, " +
                        $"{candidates} candidates: thresholds of your own and non-maximum suppression choose among them.");
                }
            }
        }
        return null;
    }

    private static Head HeadOf(NetworkRecorder recorder, Node corners, CandidateScores scores)
    {
        int classes = (int)recorder.Shape(scores.Logits)[1].Fixed - (scores.Background is null ? 0 : 1);
        if (scores.HasBoxOfEachClass)
        {
            corners = recorder.Call(corners.Name, new Reshape([-1, classes * DetectorHead.Corners]), corners);
        }
        Node[] columns = scores.Certainty is { } certainty ? [corners, certainty, scores.Logits] : [corners, scores.Logits];
        Node output = recorder.Call(corners.Name, new Concat { Dim = 1 }, columns);
        return new Head(recorder.Call(corners.Name, new Unsqueeze(0), output), scores.Activation)
        {
            Task = CamTask.Detect,
            Detector = new DetectorHead(classes, scores.Activation)
            {
                HasObjectness = scores.Certainty is not null,
                IsGeometricMean = scores.IsGeometricMean,
                Background = scores.Background,
                HasBoxOfEachClass = scores.HasBoxOfEachClass,
                ChoosesCandidates = scores.HasBoxOfEachClass,
            },
        };
    }

    private static bool IsOfBoxes(IReadOnlyList<Size> shape) => shape is [.., { IsFixed: true, Fixed: DetectorHead.Corners }]
        && shape.All(size => size.IsFixed) && shape.Count is 2 or 3 && (shape.Count == 2 || shape[0] == new Size(1));
}
