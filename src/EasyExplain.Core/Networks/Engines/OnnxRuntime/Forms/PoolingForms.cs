using EasyExplain.Networks.Operators;

namespace EasyExplain.Networks.Engines.OnnxRuntime.Forms;

/// <summary>Windows.</summary>
internal static class PoolingForms
{
    public static readonly OperatorTable<OnnxPlace, string> Table = new()
    {
        (MaxPool2d pool, OnnxPlace at) => at.Add("MaxPool", Window(pool)),
        (MaxPool2dGradient back, OnnxPlace at) => ToWinners(back.Forward, at),
        // ONNX counts the pixels beyond the edge, torch does not.
        (AvgPool2d pool, OnnxPlace at) => pool.CeilMode || pool.Divisor is not null ? null
            : at.Add("AveragePool",
                [.. Window(pool.Kernel, pool.Stride, pool.Padding), ("count_include_pad", pool.CountIncludePad ? 1L : 0L)]),
        (AdaptiveAvgPool2d pool, OnnxPlace at) => Means(pool.Size, at),
        (AdaptiveMaxPool2d pool, OnnxPlace at) => pool.Size == 1 ? at.Add("GlobalMaxPool") : null,
        (SpreadEvenly spread, OnnxPlace at) => at.Add("Mul", [at.X, at.Weight(spread.Shares())]),
    };

    private static (string, object)[] Window(Extent kernel, Extent stride, Extent padding) =>
        [("kernel_shape", LayerForms.Sides(kernel)), ("strides", LayerForms.Sides(stride)), ("pads", LayerForms.BothEnds(padding))];

    private static (string, object)[] Window(MaxPool2d pool) =>
    [
        .. Window(pool.Kernel, pool.Stride, pool.Padding), ("dilations", LayerForms.Sides(pool.Dilation)),
        ("ceil_mode", pool.CeilMode ? 1L : 0L),
    ];

    /// <summary>
    /// ONNX counts the winners' places through the whole batch, so that everything is one row. Where windows overlap, one pixel may win
    /// several times.
    /// </summary>
    private static string ToWinners(MaxPool2d forward, OnnxPlace at)
    {
        (string gradient, string input) = (at.Inputs[0], at.Inputs[1]);
        string winners = at.Graph.Add("MaxPool", [input], 2, Window(forward))[1];
        if (forward is { Dilation: { Height: 1, Width: 1 } }
            && forward.Kernel.Height <= forward.Stride.Height && forward.Kernel.Width <= forward.Stride.Width)
        {
            return at.Graph.Add("MaxUnpool", [gradient, winners, at.Add("Shape", [input])],
                [("kernel_shape", LayerForms.Sides(forward.Kernel)), ("strides", LayerForms.Sides(forward.Stride))]);
        }
        string zeros = at.Add("ConstantOfShape", [at.Add("Shape", [input])]);
        string InARow(string value) => at.Add("Reshape", [value, at.Integers(-1)]);
        string row = at.Add("ScatterElements", [InARow(zeros), InARow(winners), InARow(gradient)], ("axis", 0L), ("reduction", "add"));
        return at.Add("Reshape", [row, at.Integers([-1, .. at.Graph.ShapeOf(input)])]);
    }

    private static string? Means(Extent size, OnnxPlace at)
    {
        if (size == 1)
        {
            return at.Add("GlobalAveragePool");
        }
        if (at.Shape[1] % size.Height != 0 || at.Shape[2] % size.Width != 0)
        {
            return null; // windows of different sizes
        }
        long[] window = [at.Shape[1] / size.Height, at.Shape[2] / size.Width];
        return at.Add("AveragePool", ("kernel_shape", window), ("strides", window));
    }
}
