using EasyExplain.Networks;
using EasyExplain.Networks.Operators;
using static EasyExplain.Runtime.HeldNumbers;
using static TorchSharp.torch;

namespace EasyExplain.Import.Detectors;

/// <summary>Makes corners in pixels of the input, <c>[N, candidates, 4]</c>, of boxes that are given in other ways.</summary>
internal static class Boxes
{
    /// <summary>Of centre, width and height, in pixels of the input.</summary>
    /// <param name="recorder">What was taken down.</param>
    /// <param name="boxes">The boxes, <c>[N, candidates, 4]</c>.</param>
    public static Node OfCentres(NetworkRecorder recorder, Node boxes)
    {
        string name = boxes.Name;
        Node centre = recorder.Call(name, new Slice(2, 0, 2, 1), boxes);
        Node half = recorder.Call(name, new MultiplyBy(0.5), recorder.Call(name, new Slice(2, 2, 4, 1), boxes));
        return recorder.Call(name, new Concat { Dim = 2 }, recorder.Call(name, new Subtract(), centre, half),
            recorder.Call(name, new Add(), centre, half));
    }

    /// <summary>Of centre, width and height, as parts of the input's sides, from 0 to 1.</summary>
    /// <inheritdoc cref="OfCentres"/>
    public static Node OfShares(Places places, Node boxes)
    {
        NetworkRecorder recorder = places.Recorder;
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        Node sides = Fixed(recorder, boxes.Name, "sides", tensor([places.Width, places.Height, places.Width, places.Height],
            dtype: ScalarType.Float32).view(1, 1, 4));
        return OfCentres(recorder, recorder.Call(boxes.Name, new Multiply(), boxes, sides));
    }

    /// <summary>
    /// Of what YOLOX's last layers make (Ge et al. 2021, arXiv 2107.08430): the centre from a cell's corner in cells, and the logarithms
    /// of width and height in cells.
    /// </summary>
    /// <param name="places">The outputs.</param>
    /// <param name="boxes">The numbers, <c>[N, candidates, 4]</c>.</param>
    /// <param name="maps">The maps that they are of, <c>[N, 4, h, w]</c>, in their order.</param>
    public static Node OfCells(Places places, Node boxes, IReadOnlyList<Node> maps)
    {
        NetworkRecorder recorder = places.Recorder;
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        List<Tensor> corners = [], strides = [];
        foreach (Node map in maps)
        {
            (long high, long wide) = (recorder.Shape(map)[2].Fixed, recorder.Shape(map)[3].Fixed);
            Tensor rows = Counting(high, ScalarType.Float32).view(-1, 1).expand(high, wide);
            Tensor columns = Counting(wide, ScalarType.Float32).view(1, -1).expand(high, wide);
            corners.Add(stack([columns, rows], 2).view(-1, 2));
            Tensor stride = tensor([Math.Round((double)places.Width / wide), Math.Round((double)places.Height / high)],
                dtype: ScalarType.Float32);
            strides.Add(stride.expand(high * wide, 2));
        }
        string name = boxes.Name;
        Node corner = Fixed(recorder, name, "cells", cat(corners, 0).unsqueeze(0));
        Node pixels = Fixed(recorder, name, "strides", cat(strides, 0).unsqueeze(0));
        Node centre = recorder.Call(name, new Add(), recorder.Call(name, new Slice(2, 0, 2, 1), boxes), corner);
        Node size = recorder.Call(name, new Exp(), recorder.Call(name, new Slice(2, 2, 4, 1), boxes));
        return OfCentres(recorder, recorder.Call(name, new Concat { Dim = 2 },
            recorder.Call(name, new Multiply(), centre, pixels), recorder.Call(name, new Multiply(), size, pixels)));
    }

    private static Node Fixed(NetworkRecorder recorder, string layer, string what, Tensor value)
    {
        var parameter = new Parameter($"{layer}:{what}", value.shape) { IsBuffer = true };
        parameter.Load(value.contiguous().alias());
        return recorder.Call(layer, new Constant(parameter));
    }
}
