using EasyExplain.Detectors;
using EasyExplain.Imaging;
using EasyExplain.Models;
using EasyExplain.Networks;
using EasyExplain.Networks.Operators;

namespace EasyExplain.Import.Detectors;

/// <summary>
/// A table with a box and the probabilities of its classes for each candidate: <c>[N, 4 + classes, candidates]</c>, as Ultralytics exports
/// YOLOv8 and its successors; <c>[N, candidates, 5 + classes]</c>, with an objectness before the classes, as YOLOv5, v7 and YOLOX have it;
/// or the one turned as the other.
/// </summary>
internal static class CandidateTable
{
    private const long FewestColumns = DetectorHead.Corners + 1;

    /// <summary>The table; null where there is none.</summary>
    public static FoundHead? Find(Places places) => places.Of(2)
        .Select(found => Seen(places, found.Output, found.Node, found.Shape) ?? Told(places, found.Output, found.Node, found.Shape))
        .FirstOrDefault(found => found is not null);

    /// <summary>One whose scores are seen to be made by sigmoids.</summary>
    private static FoundHead? Seen(Places places, ModelOutput output, Node node, long[] shape)
    {
        var columns = new Columns(places.Recorder);
        foreach (int dim in (int[])[1, 2])
        {
            long count = shape[dim - 1];
            if (count < FewestColumns)
            {
                continue;
            }
            if (places.HasMore)
            {
                // Only names tell how many classes there are.
                if (places.NamedClasses is { } named && named > 0 && DetectorHead.Corners + named < count && columns.Logits(
                    columns.Of(node, dim, DetectorHead.Corners, DetectorHead.Corners + named)) is { } some)
                {
                    return Made(new Table(places, output, node, dim, shape[2 - dim]), some, objectness: false, " by a sigmoid");
                }
                continue;
            }
            Node boxes = columns.Of(node, dim, 0, DetectorHead.Corners);
            if (dim == 1 && columns.Logits(boxes) is not null)
            {
                continue; // sigmoids all over: those are queries, which stand in rows
            }
            if (columns.Logits(columns.Of(node, dim, DetectorHead.Corners, count)) is { } logits)
            {
                // An objectness is a layer's only number, or the boxes are made of the same sigmoids.
                bool objectness = count > FewestColumns && columns.Logits(boxes) is null
                    && (!columns.IsPart(columns.Of(node, dim, DetectorHead.Corners, FewestColumns))
                        || columns.ComputesWith<Sigmoid>(boxes));
                return Made(new Table(places, output, node, dim, shape[2 - dim]), logits, objectness, " by a sigmoid");
            }
            // YOLOv6 has an objectness that is always 1.
            if (count > FewestColumns && columns.Logits(columns.Of(node, dim, FewestColumns, count)) is { } classes
                && columns.Of(node, dim, DetectorHead.Corners, FewestColumns) is var one && IsSame(one))
            {
                return Made(new Table(places, output, node, dim, shape[2 - dim]), classes, objectness: false, " by a sigmoid");
            }
        }
        return null;

        static bool IsSame(Node node) => node.Operator is Constant
            || (node.Operator is Expand or ExpandToBatch or Slice or Reshape or Concat or Permute && IsSame(node.Inputs[0]));
    }

    /// <summary>One that is only told to be one, by the number of its columns: its scores are taken for probabilities.</summary>
    private static FoundHead? Told(Places places, ModelOutput output, Node node, long[] shape)
    {
        if (places.HasMore || !places.IsStated)
        {
            return null;
        }
        foreach (int dim in (int[])[1, 2])
        {
            long count = shape[dim - 1];
            foreach (int before in (int[])[DetectorHead.Corners, DetectorHead.Corners + 1])
            {
                if (count > before && (places.NamedClasses == count - before || places.Labelled(count - before)))
                {
                    var columns = new Columns(places.Recorder);
                    Node logits = columns.LogOdds(columns.Of(node, dim, DetectorHead.Corners, count));
                    return Made(new Table(places, output, node, dim, shape[2 - dim]), logits, before > DetectorHead.Corners,
                        "; what makes their probabilities is not seen, so that their logits are computed of them");
                }
            }
        }
        return null;
    }

    private static FoundHead Made(Table table, Node logits, bool objectness, string how)
    {
        (Places places, ModelOutput output, Node node, int dim, long candidates) = table;
        NetworkRecorder recorder = places.Recorder;
        var columns = new Columns(recorder);
        Node boxes = columns.Of(node, dim, 0, DetectorHead.Corners);
        bool ofQueries = columns.Logits(boxes) is not null;
        IReadOnlyList<Node>? maps = objectness ? columns.Maps(boxes) : null;
        bool isYolox = maps is not null || (objectness && columns.ComputesWith<Exp>(boxes)); // others with an objectness use sigmoids
        boxes = Upright(boxes);
        Node corners = ofQueries ? Boxes.OfShares(places, boxes) : maps is not null ? Boxes.OfCells(places, boxes, maps)
            : Boxes.OfCentres(recorder, boxes);
        Node scores = Upright(logits);
        int classes = (int)recorder.Shape(scores)[2].Fixed - (objectness ? 1 : 0);
        string box = ofQueries ? "centre, width and height as parts of the input" : maps is not null
            ? "centre and size in cells of the maps, which are decoded here" : "centre, width and height";
        string[] shape = [.. recorder.Shape(node).Skip(1).Select(size => $"{size.Fixed}")];
        return new FoundHead(output,
            new Head(recorder.Call(node.Name, new Concat { Dim = 2 }, corners, scores), Activation.Sigmoid)
            {
                Task = CamTask.Detect,
                Detector = new DetectorHead(classes, Activation.Sigmoid) { HasObjectness = objectness, FindsAgain = !ofQueries },
                Pictures = ofQueries ? null : isYolox ? AsYolox : Letterboxed,
            },
            $"'{ImportErrors.Printable(output.Name)}' [N, {string.Join(", ", shape)}]: {candidates} candidates, {box}, " +
            $"{(objectness ? "objectness, " : "")}then {classes} class{(classes == 1 ? "" : "es")}{how}.");

        Node Upright(Node numbers) => dim == 2 ? numbers : recorder.Call(node.Name, new Permute([0, 2, 1]), numbers);
    }

    private static Preprocessing Letterboxed(Preprocessing usual) => Preprocessing.Letterbox(usual.Height, usual.Width, usual.Channels);

    /// <summary>Bytes from 0 to 255, blue first, of a photo in the upper left corner.</summary>
    private static Preprocessing AsYolox(Preprocessing usual) => Letterboxed(usual) with
    {
        Std = [.. Enumerable.Repeat(1 / 255.0, usual.Channels)],
        ChannelOrder = ChannelOrder.Bgr,
        AtCorner = true,
    };

    private sealed record Table(Places Places, ModelOutput Output, Node Node, int Dim, long Candidates);
}
