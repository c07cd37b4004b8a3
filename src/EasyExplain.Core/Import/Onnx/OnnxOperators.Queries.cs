using EasyExplain.Networks.Operators;
using static TorchSharp.torch;

namespace EasyExplain.Import.Onnx;

// Detectors that choose in the middle where to look on, such as RT-DETR: the rows with the highest scores go through further layers. There
// the choice is made as the file makes it, other rows in each picture; one at the end is undone (see LooseValue).
internal sealed partial class OnnxOperators
{
    /// <summary>Results of choices from which a way leads to further layers.</summary>
    public IReadOnlySet<string> ChosenInside { get; init; } = new HashSet<string>();

    /// <summary>All names in a graph from which a way leads to a layer with weights.</summary>
    public static HashSet<string> BeforeLayers(IReadOnlyList<OnnxNode> nodes)
    {
        HashSet<string> names = [];
        foreach (OnnxNode node in nodes.Reverse())
        {
            bool isLayer = node.Type == "Gemm" || node.Type.Contains("Conv", StringComparison.Ordinal)
                || node.Type.Contains("MatMul", StringComparison.Ordinal);
            if (isLayer || node.Outputs.Any(names.Contains))
            {
                names.UnionWith(node.Inputs);
            }
        }
        return names;
    }

    private void AddQueries() => _functions["GridSample"] = call => Apply(new GridSample(
        call.Text("mode", "bilinear") switch
        {
            "bilinear" or "linear" => GridSampleMode.Bilinear,
            "nearest" => GridSampleMode.Nearest,
            var mode => throw new NotSupportedException(mode),
        },
        call.Text("padding_mode", "zeros") switch
        {
            "zeros" => GridSamplePaddingMode.Zeros,
            "border" => GridSamplePaddingMode.Border,
            _ => GridSamplePaddingMode.Reflection,
        },
        call.Integer("align_corners") != 0), call[0], call[1]);

    private bool IsChosenInside(OnnxCall call) => !HasRegions && call.Node.Outputs.Count > 1 && ChosenInside.Contains(call.Node.Outputs[1]);

    /// <summary>The rows with the highest scores, which further layers read.</summary>
    private ModelValue[] ChosenRows(OnnxCall call) =>
        WholeOf(call[0]) is PictureValue scores && ShapeOf(scores) is [var pictures, { IsFixed: true, Fixed: var rows }]
        && pictures == Recorder.Pictures && call.Integer("axis", -1) is -1 or 1 && call.Integer("largest", 1) != 0
        && WholeOf(call[1]) is FixedTensor count && Single(count) is >= 1 and var most && most <= rows
            ? [LooseValue.Unknown, Taken(new Chosen(ChosenKind.Rows, [-1]) { Highest = (scores, (long)most) })]
            : throw new NotSupportedException("in the middle, in this form");

    /// <summary>Those rows of a table.</summary>
    private ModelValue RowsOf(OnnxCall call, (ModelValue Scores, long Most) highest)
    {
        Size[] rows = [.. ShapeOf(highest.Scores)];
        return call[0] is PictureValue table && ShapeOf(table).Count == 3 && ShapeOf(table).Take(2).SequenceEqual(rows)
            && call.Integer("axis") is 1 or -2
                ? Apply(new HighestRows(highest.Most), table, highest.Scores)
                : throw new NotSupportedException("of rows that were chosen, in this form");
    }
}
