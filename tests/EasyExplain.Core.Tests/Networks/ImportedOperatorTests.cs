using EasyExplain.Import;
using EasyExplain.Networks;
using EasyExplain.Networks.Operators;
using EasyExplain.Networks.Rewrites;
using EasyExplain.Tests.Import;
using EasyExplain.Tests.Networks.Engines;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Networks;

/// <summary>
/// Operators that imported networks alone have: in ONNX Runtime they compute what they do in libtorch, and their way back is what autograd
/// finds.
/// </summary>
public sealed class ImportedOperatorTests
{
    private const int Batch = 3;

    private static readonly (string Name, Func<Operator> Make)[] Operations =
    [
        ("Conv2d, dilated", () => new Conv2d(Filled(6, 4, 3, 3), Filled(6), (1, 2), (2, 1), 1) { Dilation = (2, 1) }),
        ("Conv2d, stride of two sizes", () => new Conv2d(Filled(8, 2, 3, 2), null, (3, 2), (1, 0), 2)),
        ("ConvTranspose2d", () => new ConvTranspose2d(Filled(4, 3, 3, 2), Filled(3), (2, 3), (1, 0), (1, 2), 1)),
        ("ConvTranspose2d, groups and gaps", () => new ConvTranspose2d(Filled(4, 3, 3, 3), Filled(6), 1, 1, 0, 2) { Dilation = 2 }),
        ("MaxPool2d, dilated", () => new MaxPool2d((3, 2), (2, 1), (1, 0), true) { Dilation = (1, 2) }),
        ("AvgPool2d, padding does not count", () => new AvgPool2d((3, 2), (2, 1), (1, 1)) { CountIncludePad = false }),
        ("AvgPool2d, ceil", () => new AvgPool2d(3, 2, 1) { CeilMode = true }),
        ("AvgPool2d, divisor", () => new AvgPool2d(3, 2, 1) { Divisor = 5 }),
        ("AdaptiveMaxPool2d", () => new AdaptiveMaxPool2d(1)),
        ("GroupNorm", () => new GroupNorm(2, Filled(4), Filled(4), 1e-3)),
        ("GroupNorm, plain", () => new GroupNorm(2, null, null, 1e-3)),
        ("InstanceNorm", () => new InstanceNorm(Filled(4), null, 1e-3)),
        ("LocalResponseNorm", () => new LocalResponseNorm(3, 0.2, 0.75, 1.5)),
        ("LayerNorm, over two", () => new LayerNorm(2, Filled(11, 13), null, 1e-3)),
        ("LeakyReLU", () => new LeakyReLU(0.2)),
        ("PReLU", () => new PReLU(Filled(4))),
        ("ELU", () => new ELU(0.5)),
        ("SELU", () => new SELU()),
        ("CELU", () => new CELU(0.5)),
        ("Mish", () => new Mish()),
        ("Tanh", () => new Tanh()),
        ("Softplus", () => new Softplus()),
        ("GELU, tanh", () => new GELU { Tanh = true }),
        ("Clamp", () => new Clamp(-0.5, 1)),
        ("Clamp, below", () => new Clamp(0.25, null)),
        ("Softmax", () => new Softmax(1)),
        ("LogSoftmax", () => new LogSoftmax(3)),
        ("Exp", () => new Exp()),
        ("Abs", () => new Abs()),
        ("Erf", () => new Erf()),
        ("Negate", () => new Negate()),
        ("Power", () => new Power(2)),
        ("AddNumber", () => new AddNumber(-1.5)),
        ("MultiplyBy", () => new MultiplyBy(0.3)),
        ("Compare", () => new Compare(Relation.GreaterOrEqual)),
        ("Maximum", () => new Maximum()),
        ("MatMul", () => new MatMul()),
        ("Reshape", () => new Reshape([-1, 13, 44])),
        ("Unsqueeze", () => new Unsqueeze(2)),
        ("Slice", () => new Slice(2, 1, 10, 3)),
        ("Select", () => new Select(3, 5)),
        ("IndexSelect", () => new IndexSelect(1, [3, 0, 3])),
        ("Concat of rows", () => new Concat { Dim = 2 }),
        ("Roll", () => new Roll([2, 3], [1, -2])),
        ("Pad", () => new Pad([1, -2, 0, 3], PadMode.Constant, 0.5)),
        ("Pad, reflect", () => new Pad([1, 2, 3, 0], PadMode.Reflect, 0)),
        ("Pad, replicate", () => new Pad([1, 2, 3, 0], PadMode.Replicate, 0)),
        ("Mean", () => new Mean([2], true)),
        ("Sum", () => new Sum([1, 3], false)),
        ("Max", () => new Max([3], false)),
        ("Min", () => new Min([3], true)),
        ("L2Norm", () => new L2Norm([1], true)),
        ("LogSumExp", () => new LogSumExp([2, 3], false)),
        ("SiLU, steeper", () => new SiLU { Alpha = 1.7 }),
        ("RMSNorm", () => new RMSNorm(2, Filled(11, 13), 1e-3)),
        ("Quantize", () => new Quantize(Positive(), Of(3), -8, 7)),
        ("Quantize, without a zero point", () => new Quantize(Positive(), null, 0, 15)),
        ("Quantize, each channel", () => new Quantize(Positive(4, 1, 1), Of([1, 2, 3, 4], 4, 1, 1), -8, 7)),
        ("Dequantize", () => new Dequantize(Positive(4, 1, 1), Of([1, 2, 3, 4], 4, 1, 1))),
        ("Interpolate of channels", () => new Interpolate(1, Filled(6, 4))),
        ("Interpolate of rows", () => new Interpolate(2, Filled(5, 11))),
        ("Interpolate of columns", () => new Interpolate(3, Filled(20, 13))),
        ("Resize, nearest", () => new Resize((22, 7), null, ResizeKind.Nearest, false)),
        ("Resize, bilinear", () => new Resize((17, 20), null, ResizeKind.Bilinear, false)),
        ("Resize, corners", () => new Resize((17, 5), null, ResizeKind.Bilinear, true)),
        ("Resize, bicubic", () => new Resize((22, 26), null, ResizeKind.Bicubic, false)),
        ("Resize, by a factor", () => new Resize(null, (1.3, 1.7), ResizeKind.Bilinear, false)),
    ];

    private static readonly string[] InLibtorchAlone =
        ["AvgPool2d, ceil", "AvgPool2d, divisor", "LayerNorm, over two", "Roll", "Resize, by a factor"];

    public static TheoryData<string> Names => [.. Operations.Select(operation => operation.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void InOnnxRuntimeAndOnTheWayBack_ItIsWhatLibtorchMakesOfIt(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        var recorder = new NetworkRecorder(4, 11, 13);
        Operator @operator = Operations.Single(operation => operation.Name == name).Make();
        Node[] inputs = @operator switch
        {
            MatMul => [recorder.Input, recorder.Call("", new Permute([0, 1, 3, 2]), recorder.Input)],
            Compare or Maximum or Concat => [recorder.Input, recorder.Call("", new Negate(), recorder.Input)],
            _ => [recorder.Input],
        };
        using Network network = recorder.Build(recorder.Call("x", @operator, inputs));
        IReadOnlyDictionary<Node, long[]> shapes = network.Shapes(4, 11, 13);
        using var generator = new Generator(5, CPU);
        Tensor input = 3 * randn([Batch, 4, 11, 13], generator: generator);
        Assert.Equal(Executor.Run(network, input, [], track: false).Logits.shape[1..], shapes[network.Output]);
        bool onnx = EasyExplain.Networks.Engines.OnnxRuntime.OnnxRuntimePart
            .Compile(network.Nodes, [network.Input], [network.Output], shapes) is { } part;
        Assert.Equal(!InLibtorchAlone.Contains(name), onnx);
        if (onnx)
        {
            OnnxRuntimePartTests.AssertSameInOnnx(network, shapes, input);
        }
        if (onnx && Backpropagation.From(GradientRules.Table, network, network.Output, [network.Input], shapes) is { } back)
        {
            OnnxRuntimePartTests.AssertSameAsAutograd(network, shapes, input, back);
        }
        else
        {
            Assert.DoesNotContain(name.Split(',')[0],
                new[] { "Conv2d", "MaxPool2d", "Clamp", "AddNumber", "MultiplyBy", "Negate", "Reshape" });
        }
    }

    /// <summary>Scales from 0.2 to 0.5.</summary>
    private static Parameter Positive(params long[] shape) =>
        Of([.. Enumerable.Range(2, (int)shape.Aggregate(1L, (product, size) => product * size)).Select(i => i / 10f)], shape);

    private static Parameter Of(float value) => Of([value]);

    private static Parameter Of(float[] values, params long[] shape)
    {
        var parameter = new Parameter("x", shape);
        parameter.Load(tensor(values, shape));
        return parameter;
    }

    private static Parameter Filled(params long[] shape)
    {
        using var generator = new Generator(9, CPU);
        var parameter = new Parameter("x", shape);
        parameter.Load(randn(shape, generator: generator));
        return parameter;
    }
}
