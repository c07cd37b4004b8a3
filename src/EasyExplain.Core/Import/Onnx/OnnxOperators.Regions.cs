using EasyExplain.Networks.Operators;

namespace EasyExplain.Import.Onnx;

// Detectors of two stages, such as Faster R-CNN: boxes are proposed, and a second network looks at what features say of each. How many are
// proposed depends on the picture; here there are always as many as the file takes at most, and the rest have no size.
internal sealed partial class OnnxOperators
{
    private readonly List<(long Boxes, long Most)> _scales = []; // of the highest ones that were taken, before there were proposals
    private bool _hasProposals;

    /// <summary>Whether the file has a second stage.</summary>
    public bool HasRegions { get; set; }

    /// <summary>The highest numbers and where they stand.</summary>
    private ModelValue[] Highest(OnnxCall call)
    {
        long[] shape = ShapeOrOpen(call[0]);
        if (WholeOf(call[1]) is FixedTensor count && Single(count) is { } most && shape[^1] > 0)
        {
            _scales.Add((shape[^1], (long)most));
        }
        return [new LooseValue { Whole = WholeOf(call[0]) }, Taken(new Chosen(ChosenKind.Rows, shape))];
    }

    /// <summary>The boxes that a second stage looks at; null where the numbers are others.</summary>
    private ModelValue? Proposed(ModelValue table, Chosen chosen)
    {
        if (!HasRegions || _hasProposals
            || chosen.Survival is not { Scores: PictureValue scores, Overlap: { } overlap, Most: { } most and > 0 }
            || table is not PictureValue || ShapeOf(table) is not [{ IsFixed: true, Fixed: var boxes }, { IsFixed: true, Fixed: 4 }]
            || _scales.Sum(scale => scale.Boxes) != boxes)
        {
            return null;
        }
        _hasProposals = true;
        return Apply(new RegionProposals([.. _scales], overlap, most), table, Reshape(scores, [new Size(-1)]));
    }

    /// <summary>What features say of boxes.</summary>
    private LooseValue Pooled(OnnxCall call)
    {
        long samples = call.Integer("sampling_ratio");
        if (samples < 1 || call.Text("mode", "avg") != "avg" || WholeOf(call[0]) is not PictureValue features
            || WholeOf(call[1]) is not PictureValue boxes)
        {
            throw new NotSupportedException("with as many points as a box is large");
        }
        bool half = call.Opset >= 16 && call.Text("coordinate_transformation_mode", "half_pixel") == "half_pixel";
        return new LooseValue
        {
            Whole = Apply(new RoiAlign(call.Integer("output_height", 1), call.Integer("output_width", 1), call.Real("spatial_scale", 1),
                samples, half), features, boxes),
        };
    }

    /// <summary>Rows of one table where a mask holds, of another elsewhere: known again, whatever the mask.</summary>
    private ModelValue PutWhere(ModelValue mask, ModelValue? rows, ModelValue? others)
    {
        if (mask is not PictureValue || rows is null || others is null || !ShapeOf(rows).SequenceEqual(ShapeOf(others)))
        {
            throw new NotSupportedException("of what is not known");
        }
        Size[] shape = [.. ShapeOf(rows).Select((size, dim) => dim == 0 ? size : new Size(1))];
        return Apply(new Where(), Reshape(mask, shape), rows, others);
    }
}
