using EasyExplain.Networks;
using EasyExplain.Networks.Engines.Modules;
using EasyExplain.Networks.Engines.OnnxRuntime;
using EasyExplain.Networks.Operators;
using EasyExplain.Networks.Rewrites;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Networks;

/// <summary>
/// Every operator with all that is known of it: its output's shape and layout, its form in ONNX, its gradient rule; or that there is none,
/// on purpose. A new operator fails here until it has its line.
/// </summary>
public sealed class OperatorContractTests
{
    private const string Form = "form", Rule = "rule", None = "none";
    private const int Batch = 3;

    private static readonly long[] Picture = [4, 6, 6], Rows = [6, 6, 4], Tokens = [10, 12], Features = [12];
    private static readonly Layout First = new ChannelsFirst(), Last = new ChannelsLast(), Grid = new TokenGrid(1, 3, 3);

    // What it is, what it reads, how its output then lies on the picture, whether ONNX has a form of it, whether it has a gradient rule.
    private static readonly Contract[] Contracts =
    [
        new(() => new ReLU(), [Picture], First, Form, Rule),
        new(() => new ReLU6(), [Picture], First, Form, Rule),
        new(() => new Clamp(-1, 2), [Picture], First, Form, Rule),
        new(() => new LeakyReLU(0.2), [Picture], First, Form, None),
        new(() => new PReLU(Filled(4)), [Picture], First, Form, None),
        new(() => new ELU(0.5), [Picture], First, Form, None),
        new(() => new SELU(), [Picture], First, Form, None),
        new(() => new CELU(0.5), [Picture], First, Form, None),
        new(() => new GELU(), [Tokens], Grid, Form, None),
        new(() => new SiLU(), [Picture], First, Form, Rule),
        new(() => new Mish(), [Picture], First, Form, None),
        new(() => new Softplus(), [Picture], First, Form, None),
        new(() => new Sigmoid(), [Picture], First, Form, None),
        new(() => new Hardsigmoid(), [Picture], First, Form, None),
        new(() => new Hardswish(), [Picture], First, Form, None),
        new(() => new Tanh(), [Picture], First, Form, None),
        new(() => new Softmax(1), [Picture], First, Form, None),
        new(() => new LogSoftmax(3), [Picture], First, Form, None),
        new(() => new Compare(Relation.NotEqual), [Picture, Picture], First, Form, None),
        new(() => new Where(), [Picture, Picture, Picture], First, Form, None),
        new(() => new WhereBetween(0, 6), [Picture, Picture], First, Form, None), // a way back itself
        new(() => new Step(), [Picture], First, Form, None), // likewise

        new(() => new Add(), [Picture, Picture], First, Form, Rule),
        new(() => new Subtract(), [Picture, Picture], First, Form, None),
        new(() => new Multiply(), [Picture, [4, 1, 1]], First, Form, None),
        new(() => new Divide(), [Picture, Picture], First, Form, None),
        new(() => new Maximum(), [Picture, [1, 6, 6]], First, Form, None),
        new(() => new Minimum(), [Picture, Picture], First, Form, None),
        new(() => new Power(), [Picture, Picture], First, Form, None),
        new(() => new AddNumber(-1.5), [Picture], First, Form, Rule),
        new(() => new MultiplyBy(0.3), [Picture], First, Form, Rule),
        new(() => new Negate(), [Picture], First, Form, Rule),
        new(() => new Abs(), [Picture], First, Form, None),
        new(() => new Reciprocal(), [Picture], First, Form, None),
        new(() => new Sqrt(), [Picture], First, Form, None),
        new(() => new Floor(), [Picture], First, Form, None),
        new(() => new Rsqrt(), [Picture], First, Form, None),
        new(() => new Exp(), [Picture], First, Form, None),
        new(() => new Log(), [Picture], First, Form, None),
        new(() => new Erf(), [Picture], First, Form, None),
        new(() => new Stabilize(0.25), [Picture], First, Form, None), // of the way of relevance, as the next three
        new(() => new OnlyHighest(), [Features], null, Form, None),
        new(() => new Transposed(new AvgPool2d(2, 2, 0), 0), [[4, 3, 3], Picture], First, None, None),
        new(() => new TransposedNormalisation(new GroupNorm(2, Filled(4), Filled(4), 1e-3)), [Picture, Picture], First, None, None),
        new(() => new Dropout(), [Picture], First, Form, Rule),
        new(() => new StochasticDepth(), [Picture], First, Form, Rule),
        new(() => new Detached(), [Picture], First, Form, None), // nothing comes back

        new(() => new Conv2d(Filled(6, 4, 3, 3), Filled(6), 2, 1, 1), [Picture], First, Form, Rule),
        new(() => new ConvTranspose2d(Filled(4, 3, 3, 3), Filled(3), 2, 1, 1, 1), [Picture], First, Form, None),
        new(() => new Linear(Filled(5, 12), Filled(5)), [Features], null, Form, Rule),
        new(() => new LinearTranspose(Filled(12, 5)), [Features], null, Form, None),
        new(() => new TextScores(Filled(5, 12), Filled(1), Filled(1)), [Features], null, None, None),
        new(() => new MatMul(), [[4, 6, 5], [4, 5, 3]], null, Form, None),
        new(() => new LayerScale(Filled(4, 1, 1)), [Picture], First, Form, None),
        new(() => new ChannelAffine([1, -2, 0.5, 3], [0.1, 0.2, 0.3, 0.4]), [Picture], First, Form, Rule),
        new(() => new Constant(Filled(1, 4, 6, 6)), [], null, Form, None),

        new(() => new BatchNorm2d(Filled(4), Filled(4), Filled(4), Positive(4), 1e-5), [Picture], First, Form, Rule),
        new(() => new GroupNorm(2, Filled(4), Filled(4), 1e-3), [Picture], First, Form, None),
        new(() => new InstanceNorm(Filled(4), null, 1e-3), [Picture], First, Form, None),
        new(() => new LocalResponseNorm(3, 0.2, 0.75, 1.5), [Picture], First, Form, None),
        new(() => new LayerNorm(1, Filled(12), Filled(12), 1e-5), [Tokens], Grid, Form, None),
        new(() => new LayerNorm2d(Filled(4), Filled(4), 1e-5), [Picture], First, Form, None),
        new(() => new RMSNorm(1, Filled(12), 1e-3), [Tokens], Grid, Form, None),

        new(() => new MaxPool2d(3, 2, 1, true), [Picture], First, Form, Rule),
        new(() => new MaxPool2dGradient(new MaxPool2d(3, 2, 1, true)), [[4, 4, 4], Picture], First, Form, None),
        new(() => new AvgPool2d(3, 2, 1), [Picture], First, Form, None),
        new(() => new AdaptiveAvgPool2d(1), [Picture], First, Form, Rule),
        new(() => new SpreadEvenly([4, 6, 6]), [[4, 1, 1]], First, Form, None),
        new(() => new AdaptiveMaxPool2d(1), [Picture], First, Form, None),

        new(() => new Quantize(Positive(), Whole(3), -8, 7), [Picture], First, Form, Rule),
        new(() => new QuantizeGradient(new Quantize(Positive(4, 1, 1), null, -8, 7)), [Picture, Picture], First, Form, None),
        new(() => new Dequantize(Positive(4, 1, 1), Filled(4, 1, 1)), [Picture], First, Form, Rule),
        new(() => new DynamicScale(), [Picture], null, None, None), // ONNX has it of whole batches alone
        new(() => new DynamicZeroPoint(), [Picture, [1, 1, 1]], null, None, None),
        new(() => new DynamicQuantize(), [Picture, [1, 1, 1], [1, 1, 1]], First, None, None),

        new(() => new Mean([2], true), [Picture], null, Form, None),
        new(() => new Sum([1, 3], false), [Picture], null, Form, None),
        new(() => new Max([3], false), [Picture], null, Form, None),
        new(() => new Min([3], true), [Picture], null, Form, None),
        new(() => new L2Norm([1], true), [Picture], null, Form, None),
        new(() => new LogSumExp([2, 3], false), [Picture], null, Form, None),

        new(() => new Flatten(), [Picture], null, Form, Rule),
        new(() => new Unflatten([3, 2, 2]), [Features], null, Form, None),
        new(() => new Reshape([-1, 6, 24]), [Picture], null, Form, Rule),
        new(() => new Permute([0, 2, 3, 1]), [Picture], Last, Form, Rule),
        new(() => new Unsqueeze(2), [Picture], null, Form, None),
        new(() => new Squeeze(2), [[4, 1, 6]], null, Form, None),
        new(() => new Slice(2, 1, 5, 1), [Picture], null, Form, Rule),
        new(() => new Select(3, 5), [Picture], null, Form, None),
        new(() => new IndexSelect(1, [3, 0, 3]), [Picture], null, Form, None),
        new(() => new Expand([-1, 4, 5, 6]), [[4, 1, 6]], null, Form, None),
        new(() => new ExpandToBatch(), [Picture, Features], null, Form, None) { OfOnePicture = true },
        new(() => new Pad([1, -2, 0, 3], PadMode.Constant, 0.5), [Picture], First, Form, Rule),
        new(() => new Roll([2, 3], [1, -2]), [Picture], First, None, None), // ONNX would have to cut and join
        new(() => new Concat(), [Picture, [2, 6, 6]], First, Form, Rule),
        new(() => new ChannelSlice(1, 2), [Picture], First, Form, Rule),
        new(() => new ChannelShuffle(2), [Picture], First, Form, None),
        new(() => new Interpolate(2, Filled(7, 6)), [Picture], First, Form, None),
        new(() => new Resize((9, 7), null, ResizeKind.Bilinear, false), [Picture], First, Form, None),

        // What a detector looks at more closely: no rows and columns of the picture are left.
        new(() => new RegionProposals([(2, 2), (1, 1)], 0.7, 3), [[4], []], null, None, None),
        new(() => new RoiAlign(2, 3, 0.5, 2, false), [Picture, [4]], null, None, None),
        new(() => new HighestRows(2), [[5, 3], [5]], null, None, None),
        new(() => new GridSample(GridSampleMode.Bilinear, GridSamplePaddingMode.Zeros, false), [Picture, [3, 7, 2]], null, None, None),

        // Transformers run in libtorch: ONNX Runtime was no faster there.
        new(() => new PatchTokens(Filled(1, 1, 4), 6, 6), [Picture], new TokenGrid(1, 6, 6), None, None),
        new(() => new ClassToken(), [Tokens], null, None, None),
        new(() => new ExtraTokens(Filled(1, 2, 12), 1), [Tokens], new TokenGrid(3, 3, 3), None, None),
        new(() => new ResizedPositions(Filled(1, 5, 4), 1, [1, 0, 0.5f, 0.5f, 0, 1], [0.25f, 0.75f], 3, 1), [], null, None, None),
        new(() => new GridOfTokens(1, 3, 3), [Tokens], First, None, None),
        new(() => new RotaryPositions(1, 1, 3, 3, 16), [Tokens], Grid, None, None),
        new(() => new LogDistances(3, 2), [], null, None, None),
        new(() => new DistanceBias(Filled(2, 9), 3, 2), [], null, None, None),
        new(() => new PatchMerging(), [Rows], Last, None, None),
        new(() => new SelfAttention(2), [Tokens], Grid, None, None),
        new(() => new ScaledDotProductAttention(null), [[2, 5, 3], [2, 7, 3], [2, 7, 4]], null, None, None),
        new(() => new QueryKeyValue(Filled(12, 4), Filled(12), KeysHaveBias: true), [Rows], Last, None, None),
        new(() => new ShiftedWindowAttention(2, 2, 1, new QueryKeyValue(Filled(12, 4), Filled(12), KeysHaveBias: true), null),
            [[5, 6, 12], [2, 4, 4]], Last, None, None)
        {
            OfOnePicture = true,
        },
        new(() => new RelativePositionBias(Filled(9, 2), 2), [], null, None, None),
        new(() => new ContinuousPositionBias(2), [[3, 3, 2]], null, None, None) { OfOnePicture = true },

        new(() => new Input(), [Picture], First, None, None), // given, not computed
        new(() => new BothSigns(), [[1]], null, Form, None),
    ];

    private static readonly Dictionary<string, Contract> ByName = Contracts.ToDictionary(contract => contract.Type.Name);

    public static TheoryData<string> Names => [.. ByName.Keys];

    [Fact]
    public void EveryOperator_HasAContract()
    {
        Type[] all = [.. typeof(Operator).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(Operator)) && !type.IsAbstract)];
        Assert.NotEmpty(all);
        // A user's own module runs as a whole: its layers compute nothing by themselves.
        Assert.Equal(all.Except([typeof(ModuleOutput)]).Select(type => type.Name).Order(), ByName.Keys.Order());
    }

    [Fact]
    public void TheTables_HaveWhatTheContractsSay()
    {
        Assert.Equal(Having(contract => contract.Onnx == Form), OnnxForms.Table.Select(type => type.Name).Order());
        Assert.Equal(Having(contract => contract.Gradient == Rule), GradientRules.Table.Select(type => type.Name).Order());

        static IEnumerable<string> Having(Func<Contract, bool> what) =>
            Contracts.Where(what).Select(contract => contract.Type.Name).Order();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void ShapeAndLayout_AreThoseOfWhatItMakes(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        Contract contract = ByName[name];
        Operator @operator = contract.Make();
        Tensor output = @operator.Run(contract.RandomInputs());
        Assert.Equal(output.shape[1..], @operator.OutputShape(contract.Reads));
        Assert.Equal(contract.Layout, @operator.OutputLayout([.. contract.Reads.Select(LayoutOf)]));
        if (contract.Layout is { } layout)
        {
            Assert.Equal(layout.ToMap(output).shape[1..], layout.MapShape(output.shape[1..]));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void WhatCellsItReads_IsWhereItsGradientIs(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        Contract contract = ByName[name];
        if (!contract.Reads.Any(shape => shape == Tokens))
        {
            return; // without a class token there is nothing but cells
        }
        Operator @operator = contract.Make();
        Tensor x = contract.RandomInputs()[0].requires_grad_(true), output = @operator.Run([x]);
        Assert.Equal(contract.Layout is not null, Moves(output)); // what has no cells takes none in
        Assert.True(contract.Layout is null || @operator.ReadsCells(true));
        Assert.Equal(@operator.ReadsCells(false), Moves(contract.Layout is null ? output : output.select(1, 0)));

        bool Moves(Tensor what) =>
            autograd.grad([(what * randn_like(what)).sum()], [x], retain_graph: true)[0]
                .narrow(1, 1, Tokens[0] - 1).abs().max().item<float>() > 1e-6;
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void ItsFormInOnnx_ComputesTheSame(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        Contract contract = ByName[name];
        (Node[] inputs, Node node, Dictionary<Node, long[]> shapes) = contract.Network();
        IReadOnlyList<Tensor> values = contract.RandomInputs();
        Tensor right = node.Operator.Run(values);
        if (inputs.Length == 0)
        {
            // A constant: once for each of some pictures.
            var picture = new Node(new Input(), [], "");
            var spread = new Node(new ExpandToBatch(), [node, picture], "");
            (inputs, values, right) = ([picture], [rand(Batch, 2)], right.expand([Batch, .. right.shape[1..]]));
            (shapes[picture], shapes[spread]) = ([2], shapes[node]);
            using OnnxRuntimePart? constant = OnnxRuntimePart.Compile([node, spread], inputs, [spread], shapes);
            AssertIsForm(constant);
            return;
        }
        using OnnxRuntimePart? part = name == nameof(Input) ? null : OnnxRuntimePart.Compile([.. inputs, node], inputs, [node], shapes);
        AssertIsForm(part);

        void AssertIsForm(OnnxRuntimePart? compiled)
        {
            Assert.Equal(contract.Onnx == Form, compiled is not null);
            Assert.True(compiled is null || right.allclose(compiled.Run(values, default).Single(), rtol: 1e-5, atol: 1e-5));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void ItsGradientRule_IsWhatAutogradFinds(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        Contract contract = ByName[name];
        (Node[] inputs, Node node, Dictionary<Node, long[]> shapes) = contract.Network();
        using var network = new Network([.. inputs, node], node, []);
        Backpropagation? back = inputs.Length == 0 ? null : Backpropagation.From(GradientRules.Table, network, node, inputs, shapes);
        Assert.Equal(contract.Gradient == Rule, back is not null);
        if (back is null)
        {
            return;
        }
        Tensor[] values = [.. contract.RandomInputs().Select(value => value.requires_grad_(true))];
        Tensor output = node.Operator.Run(values), upstream = randn_like(output);
        Tensor[] right = [.. autograd.grad([output], values, [upstream])];
        var known = new Dictionary<Node, Tensor>(inputs.Zip(values, KeyValuePair.Create)) { [node] = output, [back.Start] = upstream };
        foreach (Node step in back.Nodes.Skip(1))
        {
            known[step] = step.Operator.Run([.. step.Inputs.Select(source => known[source])]);
        }
        Assert.All(right.Zip(back.Results), pair => Assert.True(pair.First.allclose(known[pair.Second], rtol: 1e-5, atol: 1e-5)));
    }

    private static Layout? LayoutOf(long[] shape) => shape == Tokens ? Grid
        : shape == Rows || (shape.Length == 3 && shape[^1] == 12) ? Last
        : shape.Length == 3 ? First : null;

    private static Parameter Filled(params long[] shape) => Of(shape, values => values);

    private static Parameter Whole(long value) => Of([], _ => tensor((float)value));

    private static Parameter Positive(params long[] shape) => Of(shape, values => values.abs().add(0.2));

    private static Parameter Of(long[] shape, Func<Tensor, Tensor> change)
    {
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Generator(9, CPU);
        var parameter = new Parameter("x", shape);
        parameter.Load(change(randn(shape, generator: generator)));
        return parameter;
    }

    /// <param name="Make">Makes it, set so that what it has applies.</param>
    /// <param name="Reads">The shapes of its inputs, without the batch dimension.</param>
    /// <param name="Layout">How its output lies on the picture, for such inputs.</param>
    /// <param name="Onnx">Whether ONNX has a form of it here.</param>
    /// <param name="Gradient">Whether it has a rule of its own.</param>
    private sealed record Contract(Func<Operator> Make, long[][] Reads, Layout? Layout, string Onnx, string Gradient)
    {
        // No roots and logarithms of numbers below 0.
        private static readonly string[] OfPositives =
            ["Sqrt", "Rsqrt", "Log", "Power", "Divide", "Reciprocal", "DynamicQuantize", "DynamicZeroPoint"];

        public bool OfOnePicture { get; init; }

        public Type Type { get; } = Make().GetType();

        public IReadOnlyList<Tensor> RandomInputs()
        {
            using var generator = new Generator(5, CPU);
            Tensor Of(long[] shape) => randn([OfOnePicture ? 1 : Batch, .. shape], generator: generator).mul(2);
            return [.. Reads.Select(shape => OfPositives.Contains(Type.Name) ? Of(shape).abs().add(0.5) : Of(shape))];
        }

        /// <summary>The operator, and nodes that are given for it to read.</summary>
        public (Node[] Inputs, Node Node, Dictionary<Node, long[]> Shapes) Network()
        {
            Node[] inputs = [.. Reads.Select(_ => new Node(new Input(), [], ""))];
            var node = new Node(Make(), inputs, "x");
            var shapes = new Dictionary<Node, long[]>(inputs.Zip(Reads, KeyValuePair.Create)) { [node] = node.Operator.OutputShape(Reads) };
            return (inputs, node, shapes);
        }
    }
}
