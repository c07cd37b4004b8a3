using EasyExplain.Networks;
using EasyExplain.Networks.Engines;
using EasyExplain.Networks.Engines.OnnxRuntime;
using EasyExplain.Networks.Operators;
using EasyExplain.Networks.Rewrites;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Networks;

/// <summary>Gradients that are written down are libtorch's also where a function has a kink, and where several win.</summary>
public sealed class EdgeGradientTests
{
    private static readonly double[] Edges =
        [-4, -3, -1, -0.5, -0.0, 0, 0.5, 1, 2, 3, 5, 6, 6, 7, 1, 1, 1, 1, double.PositiveInfinity, double.NegativeInfinity];

    private static readonly (string Name, Operator Operator)[] Operators =
    [
        ("ReLU", new ReLU()),
        ("ReLU6", new ReLU6()),
        ("Clamp to -1, 2", new Clamp(-1, 2)),
        ("Clamp from 0.5", new Clamp(0.5, null)),
        ("Clamp to 1", new Clamp(null, 1)),
        ("Clamp between nothing", new Clamp(2, 2)),
        ("MaxPool2d", new MaxPool2d(2, 1, 1, false)),
        ("Negate", new Negate()),
        ("MultiplyBy", new MultiplyBy(-2)),
        ("AddNumber", new AddNumber(1)),
        ("Dropout", new Dropout()),
        ("Reshape", new Reshape([-1, 20])),
        ("Pad", new Pad([1, -1], PadMode.Constant, 3)),
    ];

    public static TheoryData<string> Names => [.. Operators.Select(one => one.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void AGradientThatIsWrittenDown_IsAutogradsAtTheEdges(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        Operator @operator = Operators.Single(one => one.Name == name).Operator;
        var input = new Node(new Input(), [], "");
        var node = new Node(@operator, [input], "x");
        using var network = new Network([input, node], node, []);
        long[] shape = [1, 4, 5];
        Tensor x = tensor(Edges, [1, .. shape]).requires_grad_(true), y = @operator.Run([x]),
            gradient = arange(1, y.numel() + 1, dtype: ScalarType.Float64).view(y.shape);
        Tensor right = autograd.grad([y], [x], [gradient])[0];

        var shapes = new Dictionary<Node, long[]> { [input] = shape, [node] = y.shape[1..] };
        Backpropagation back = Backpropagation.From(GradientRules.Table, network, node, [input], shapes)!;
        foreach (ScalarType type in (ScalarType[])[ScalarType.Float64, ScalarType.Float32])
        {
            var values = new Dictionary<Node,
                Tensor>
            { [back.Start] = gradient.to(type), [input] = x.detach().to(type), [node] = y.detach().to(type) };
            foreach (Node step in back.Nodes.Skip(1))
            {
                values[step] = step.Operator.Run([.. step.Inputs.Select(source => values[source])]);
            }
            Assert.Equal(right.data<double>().ToArray(), values[back.Results[0]].to(float64).contiguous().data<double>().ToArray());
        }

        var all = new Dictionary<Node, long[]>(shapes) { [back.Start] = shapes[node] };
        foreach (Node step in back.Nodes.Skip(1))
        {
            all[step] = step.Operator.OutputShape([.. step.Inputs.Select(source => all[source])]);
        }
        if (back.Nodes.Count > 1)
        {
            using IPart part = OnnxRuntimePart.Compile(back.Nodes, [back.Start, input, node], back.Results, all)!;
            Tensor made = part.Run([gradient.to(float32), x.detach().to(float32), y.detach().to(float32)], CancellationToken.None)[0];
            Assert.Equal(right.data<double>().ToArray(), made.to(float64).contiguous().data<double>().ToArray());
        }
    }

    public static TheoryData<string> ShapeNames => [.. OfShapes.Select(one => one.Name)];

    private static readonly (string Name, Operator Operator)[] OfShapes =
    [
        ("AdaptiveMaxPool2d", new AdaptiveMaxPool2d((2, 3))), ("AdaptiveAvgPool2d", new AdaptiveAvgPool2d((2, 3))),
        ("Mean", new Mean([2, 3], false)), ("Mean that stays", new Mean([3], true)), ("Sum", new Sum([1], false)),
        ("Max", new Max([1, 2, 3], true)),
        ("Min", new Min([2], false)), ("L2Norm", new L2Norm([3], false)),
        ("Resize", new Resize((7, 9), null, ResizeKind.Nearest, false)),
        ("Resize by factors", new Resize(null, (1.5, 2.25), ResizeKind.Bilinear, false)),
        ("Unsqueeze", new Unsqueeze(2)), ("Squeeze", new Squeeze(1)), ("Squeeze of more", new Squeeze(2)),
        ("Slice", new Slice(2, 1, 100, 2)),
        ("Select", new Select(3, 1)), ("IndexSelect", new IndexSelect(2, [0, 3, 3])), ("Expand", new Expand([-1, 6, -1, -1])),
        ("Permute", new Permute([0, 2, 3, 1])), ("Pad", new Pad([1, -1, 2, 0], PadMode.Constant, 0)), ("Reshape", new Reshape([-1, 5, 4])),
        ("MaxPool2d", new MaxPool2d(2, 1, 1, true)), ("AvgPool2d", new AvgPool2d(2, 2, 0)), ("Softmax", new Softmax(1)),
        ("Flatten", new Flatten()),
    ];

    [Theory]
    [MemberData(nameof(ShapeNames))]
    public void AnOperator_ReportsTheShapeThatItMakes(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        Operator @operator = OfShapes.Single(one => one.Name == name).Operator;
        Assert.Equal(@operator.Run([rand(2, 1, 4, 5)]).shape[1..], @operator.OutputShape([[1, 4, 5]]));
    }

    [Fact]
    public void Products_AreNumPys_AlsoOfVectors_AndOfNothingButShapes()
    {
        using DisposeScope scope = NewDisposeScope();
        foreach (var (a, b) in new (long[], long[])[]
        {
            ([3], [3]), ([2, 3], [3]), ([3], [3, 4]), ([2, 3], [3, 4]), ([5, 2, 3], [3]), ([3], [5, 3, 2]), ([5, 2, 3], [3, 4]),
                ([2, 1, 4, 3], [5, 3, 2]), ([4, 3], [2, 5, 3, 2]), ([0, 2, 3], [3, 4]),
        })
        {
            Tensor x = rand(a, dtype: float64), y = rand(b, dtype: float64), right = x.matmul(y), found = new MatMul().Run([x, y]);
            Assert.Equal(right.shape, found.shape);
            Assert.True(right.numel() == 0 || (right - found).abs().max().item<double>() < 1e-12);
            Assert.Equal(right.shape, new MatMul().Run([empty(a, device: META), empty(b, device: META)]).shape);
        }
        Assert.Throws<ArgumentException>(() => new MatMul().Run([rand(3), tensor(new long[] { 1, 2, 3 })]));
    }
}
