#pragma warning disable CS1591, CS1572, CS1573
using EasyExplain.Networks.Onnx;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Networks.Operators;

/// <summary>The maximum over a square window; padding never wins.</summary>
/// <param name="Kernel">The window's side, in pixels.</param>
/// <param name="Stride">Step, in pixels.</param>
/// <param name="Padding">Pixels added on every side.</param>
/// <param name="CeilMode">Whether a last window that reaches beyond the edge counts.</param>
public sealed record MaxPool2d(Extent KernelE, Extent StrideE, Extent PaddingE, bool CeilMode) : Operator
{
    public long Kernel => KernelE.Height; public long Stride => StrideE.Height; public long Padding => PaddingE.Height; public Extent Dilation { get; init; } = 1;
    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) =>
    [
        inputs[0][0],
        Window.Count(inputs[0][1], Kernel, Stride, Padding, CeilMode),
        Window.Count(inputs[0][2], Kernel, Stride, Padding, CeilMode),
    ];

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => nn.functional.max_pool2d(inputs[0], [KernelE.Height, KernelE.Width], [StrideE.Height, StrideE.Width], [PaddingE.Height, PaddingE.Width], [Dilation.Height, Dilation.Width], ceil_mode: CeilMode);

    /// <inheritdoc/>
    internal override string ToOnnx(OnnxGraph graph, IReadOnlyList<string> inputs) => graph.Add("MaxPool", inputs, OnnxWindow);

    /// <inheritdoc/>
    internal override IReadOnlyList<Node> Back(Node node, Node gradient, IReadOnlyDictionary<Node, long[]> shapes) =>
        [new Node(new MaxPool2dGradient(this), [gradient, node.Inputs[0]], node.Name)];

    /// <summary>Its window, as attributes of ONNX.</summary>
    internal (string, object)[] OnnxWindow =>
    [
        ("kernel_shape", new[] { Kernel, Kernel }), ("strides", new[] { Stride, Stride }),
        ("pads", new[] { Padding, Padding, Padding, Padding }), ("ceil_mode", CeilMode ? 1L : 0L),
    ];
}

/// <summary>A maximum's way back: the gradient of each window, <c>[N, C, H', W']</c>, goes to that pixel of the input <c>[N, C, H, W]</c> that won.</summary>
/// <param name="Forward">The maximum.</param>
internal sealed record MaxPool2dGradient(MaxPool2d Forward) : Operator
{
    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) => inputs[1];

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable tracked = enable_grad();
        Tensor input = inputs[1].detach().requires_grad_(true);
        return autograd.grad([Forward.Run([input])], [input], [inputs[0]])[0].MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    internal override string ToOnnx(OnnxGraph graph, IReadOnlyList<string> inputs)
    {
        long[] shape = graph.ShapeOf(inputs[1]);
        // ONNX counts the winners' places through the whole batch, so that everything is one row. Where windows overlap, one pixel may
        // win several times.
        string winners = graph.Add("MaxPool", [inputs[1]], 2, Forward.OnnxWindow)[1];
        string zeros = graph.Add("Mul", [inputs[1], graph.Number(0)]);
        string row = graph.Add("ScatterElements",
            [graph.Add("Reshape", [zeros, graph.Integers(-1)]), graph.Add("Reshape", [winners, graph.Integers(-1)]), graph.Add("Reshape", [inputs[0], graph.Integers(-1)])],
            ("axis", 0L), ("reduction", "add"));
        return graph.Add("Reshape", [row, graph.Integers([-1, .. shape])]);
    }
}

/// <summary>The mean over a square window; the zeros of the padding count among its pixels.</summary>
/// <param name="Kernel">The window's side, in pixels.</param>
/// <param name="Stride">Step, in pixels.</param>
/// <param name="Padding">Zeros on every side, in pixels.</param>
public sealed record AvgPool2d(Extent KernelE, Extent StrideE, Extent PaddingE) : Operator
{
    public long Kernel => KernelE.Height; public long Stride => StrideE.Height; public long Padding => PaddingE.Height; public bool CeilMode { get; init; } public bool CountIncludePad { get; init; } = true; public long? Divisor { get; init; }
    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) =>
        [inputs[0][0], Window.Count(inputs[0][1], Kernel, Stride, Padding), Window.Count(inputs[0][2], Kernel, Stride, Padding)];

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => nn.functional.avg_pool2d(inputs[0], [KernelE.Height, KernelE.Width], [StrideE.Height, StrideE.Width], [PaddingE.Height, PaddingE.Width], CeilMode, CountIncludePad, Divisor);

    /// <inheritdoc/>
    internal override string ToOnnx(OnnxGraph graph, IReadOnlyList<string> inputs) => graph.Add("AveragePool", inputs,
        ("kernel_shape", new[] { Kernel, Kernel }), ("strides", new[] { Stride, Stride }), ("pads", new[] { Padding, Padding, Padding, Padding }), ("count_include_pad", 1L));
}

/// <summary>The mean over as many windows as the output has cells: <c>[N, C, H, W]</c> to <c>[N, C, Size, Size]</c>.</summary>
public sealed record AdaptiveAvgPool2d(Extent SizeE) : Operator
{
    public long Size => SizeE.Height;
    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) => [inputs[0][0], Size, Size];

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => nn.functional.adaptive_avg_pool2d(inputs[0], [SizeE.Height, SizeE.Width]);

    /// <inheritdoc/>
    internal override string? ToOnnx(OnnxGraph graph, IReadOnlyList<string> inputs)
    {
        long[] shape = graph.ShapeOf(inputs[0]);
        if (Size == 1)
        {
            return graph.Add("GlobalAveragePool", inputs);
        }
        if (shape[1] % Size != 0 || shape[2] % Size != 0)
        {
            return null; // windows of different sizes
        }
        long[] window = [shape[1] / Size, shape[2] / Size];
        return graph.Add("AveragePool", inputs, ("kernel_shape", window), ("strides", window));
    }

    /// <inheritdoc/>
    internal override IReadOnlyList<Node>? Back(Node node, Node gradient, IReadOnlyDictionary<Node, long[]> shapes) =>
        Size == 1 ? [new Node(new SpreadEvenly(shapes[node.Inputs[0]]), [gradient], node.Name)] : null;
}

/// <summary>The way back of a mean over a whole channel, <c>[N, C, 1, 1]</c> to <c>[N, C, H, W]</c>: every place has the same share.</summary>
/// <param name="Shape"><c>[C, H, W]</c>.</param>
internal sealed record SpreadEvenly(long[] Shape) : Operator
{
    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) => Shape;

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0] * Shares();

    /// <inheritdoc/>
    internal override string ToOnnx(OnnxGraph graph, IReadOnlyList<string> inputs) => graph.Add("Mul", [inputs[0], graph.Weight(Shares())]);

    private Tensor Shares() => full([1, 1, Shape[1], Shape[2]], 1f / (Shape[1] * Shape[2]));
}
