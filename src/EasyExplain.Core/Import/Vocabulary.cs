using EasyExplain.Networks;
using EasyExplain.Networks.Operators;
using EasyExplain.Runtime;
using static EasyExplain.Runtime.HeldNumbers;
using static TorchSharp.torch;

namespace EasyExplain.Import;

/// <summary>What an operation does to one value.</summary>
/// <param name="Onnx">Its name in ONNX; null where that has none.</param>
/// <param name="Aten">Its names in ATen.</param>
/// <param name="Make">What it is in a network, of what the call says.</param>
internal sealed record UnaryOperation(string? Onnx, string[] Aten, Func<ICall, Operator> Make);

/// <summary>What is computed of one value that is the same for every picture, and of no other.</summary>
/// <param name="Onnx">Its name in ONNX; null where that has none.</param>
/// <param name="Aten">Its names in ATen.</param>
/// <param name="Compute">Computes it.</param>
internal sealed record FixedOperation(string? Onnx, string[] Aten, Func<Tensor, Tensor> Compute);

/// <summary>What goes over dimensions.</summary>
/// <param name="Onnx">Its name in ONNX; null where that has none.</param>
/// <param name="Aten">Its names in ATen.</param>
/// <param name="Make">What it is in a network, of the dimensions and whether they stay, of one.</param>
internal sealed record Reduction(string? Onnx, string[] Aten, Func<long[], bool, Operator> Make);

/// <summary>What is done to two values, place by place.</summary>
/// <param name="Onnx">Its name in ONNX; null where that has none.</param>
/// <param name="Aten">Its names in ATen.</param>
/// <param name="Operator">What it is in a network; null where nothing.</param>
/// <param name="OfTensors">The same at once.</param>
internal sealed record PairOperation(string? Onnx, string[] Aten, Operator? Operator, Func<Tensor, Tensor, Tensor> OfTensors)
{
    /// <summary>The same of sizes; null where the result is a fraction.</summary>
    public Func<Size, Size, Size?>? OfSizes { get; init; }

    /// <summary>The same of fractions.</summary>
    public Func<double, double, double>? OfNumbers { get; init; }

    /// <summary>Whether it asks something, so that 1 means yes.</summary>
    public bool IsQuestion => Operator is Compare;
}

/// <summary>
/// The operations that are the same in ONNX (github.com/onnx/onnx/blob/main/docs/Operators.md) and ATen: a row each, with the names of
/// both.
/// </summary>
internal static class Vocabulary
{
    /// <summary>What is done to each number by itself.</summary>
    public static IReadOnlyList<UnaryOperation> Unary { get; } =
    [
        new("Relu", ["relu"], _ => new ReLU()),
        new(null, ["relu6"], _ => new ReLU6()),
        new("LeakyRelu", ["leaky_relu"], call => new LeakyReLU(call.Real(new("alpha", 0.01, 1, "negative_slope")))),
        new("Elu", ["elu"], call => new ELU(call.Real(new("alpha", 1, 1, "alpha")))),
        new("Celu", ["celu"], call => new CELU(call.Real(new("alpha", 1, 1, "alpha")))),
        new("Selu", ["selu"], _ => new SELU()),
        new("Sigmoid", ["sigmoid"], _ => new Sigmoid()),
        new(null, ["hardsigmoid"], _ => new Hardsigmoid()),
        new("Tanh", ["tanh"], _ => new Tanh()),
        new("Swish", ["silu"], call => new SiLU { Alpha = call.Real(new("alpha", 1)) }),
        new("HardSwish", ["hardswish"], _ => new Hardswish()),
        new("Gelu", ["gelu"], call => new GELU { Tanh = call.Text("approximate", 1, "none") == "tanh" }),
        new("Mish", ["mish"], _ => new Mish()),
        new("Softplus", ["softplus"], _ => new Softplus()),
        new("Erf", ["erf"], _ => new Erf()),
        new("Exp", ["exp"], _ => new Exp()),
        new("Log", ["log"], _ => new Log()),
        new("Sqrt", ["sqrt"], _ => new Sqrt()),
        new(null, ["rsqrt"], _ => new Rsqrt()),
        new("Reciprocal", ["reciprocal"], _ => new Reciprocal()),
        new(null, ["square"], _ => new Power(2)),
        new("Abs", ["abs"], _ => new Abs()),
        new("Neg", ["neg"], _ => new Negate()),
    ];

    /// <summary>The same, of what no picture changes.</summary>
    public static IReadOnlyList<FixedOperation> Fixed { get; } =
    [
        new("Floor", ["floor"], value => value.floor()),
        new("Ceil", ["ceil"], value => value.ceil()),
        new("Round", ["round"], value => value.round()),
        new(null, ["trunc", "fix"], value => value.trunc()),
        new("Sign", ["sign"], value => value.sign()),
        new("Sin", ["sin"], value => value.sin()),
        new("Cos", ["cos"], value => value.cos()),
        new(null, ["log2"], value => value.log2()),
    ];

    /// <summary>What goes over dimensions.</summary>
    public static IReadOnlyList<Reduction> Reductions { get; } =
    [
        new("ReduceMean", ["mean"], (dims, keep) => new Mean(dims, keep)),
        new("ReduceSum", ["sum"], (dims, keep) => new Sum(dims, keep)),
        new("ReduceMax", ["amax"], (dims, keep) => new Max(dims, keep)),
        new("ReduceMin", ["amin"], (dims, keep) => new Min(dims, keep)),
        new("ReduceL2", [], (dims, keep) => new L2Norm(dims, keep)),
        new("ReduceLogSumExp", ["logsumexp"], (dims, keep) => new LogSumExp(dims, keep)),
    ];

    /// <summary>Sum.</summary>
    public static PairOperation Add { get; } = new("Add", ["add"], new Add(), (a, b) => a.Plus(b))
    {
        OfSizes = (a, b) => a + b,
        OfNumbers = (a, b) => a + b,
    };

    /// <summary>Difference.</summary>
    public static PairOperation Subtract { get; } = new("Sub", ["sub", "subtract"], new Subtract(), (a, b) => a.sub(b))
    {
        OfSizes = (a, b) => a - b,
        OfNumbers = (a, b) => a - b,
    };

    /// <summary>Product.</summary>
    public static PairOperation Multiply { get; } = new("Mul", ["mul", "multiply"], new Multiply(), (a, b) => a.mul(b))
    {
        OfSizes = (a, b) => a * b,
        OfNumbers = (a, b) => a * b,
    };

    /// <summary>Quotient.</summary>
    public static PairOperation Divide { get; } = new("Div", ["div", "divide", "true_divide"], new Divide(), (a, b) => a.div(b))
    {
        OfNumbers = (a, b) => b == 0 ? throw new InvalidDataException("The model divides by 0.") : a / b,
    };

    /// <summary>
    /// Quotient, of whole numbers without what is behind the point. To ATen a way to round, to ONNX what Div does to integers.
    /// </summary>
    public static PairOperation TruncatedDivide { get; } = new(null, [], null, (a, b) => a.div(Divisor(b), RoundingMode.trunc))
    {
        OfSizes = (a, b) => a.IsFixed && b is { IsFixed: true, Fixed: not 0 } ? a.Fixed / b.Fixed : FloorDivided(a, b),
        OfNumbers = (a, b) => Math.Truncate(a / b),
    };

    /// <summary>Quotient, rounded down.</summary>
    public static PairOperation FloorDivide { get; } = new(null, ["floordiv", "floor_divide"], null, (a, b) => a.floor_divide(Divisor(b)))
    {
        OfSizes = (a, b) => FloorDivided(a, b),
        OfNumbers = (a, b) => Math.Floor(a / b),
    };

    /// <summary>What a division leaves, of the dividend's sign.</summary>
    public static PairOperation Fmod { get; } = new(null, ["fmod"], null, (a, b) => a.fmod(Divisor(b)))
    {
        OfSizes = (a, b) => a.IsFixed && b is { IsFixed: true, Fixed: not 0 } ? a.Fixed % b.Fixed : null,
        OfNumbers = (a, b) => a % b,
    };

    /// <summary>The smaller one.</summary>
    public static PairOperation Minimum { get; } = new("Min", ["minimum"], new Minimum(), (a, b) => a.minimum(b))
    {
        OfSizes = (a, b) => a < b ? a : b,
        OfNumbers = Math.Min,
    };

    /// <summary>The larger one.</summary>
    public static PairOperation Maximum { get; } = new("Max", ["maximum"], new Maximum(), (a, b) => a.maximum(b))
    {
        OfSizes = (a, b) => a > b ? a : b,
        OfNumbers = Math.Max,
    };

    /// <summary>Whether the first is larger.</summary>
    public static PairOperation Greater { get; } =
        Question("Greater", "gt", Relation.Greater, (a, b) => a.gt(b), (a, b) => a > b, (a, b) => a > b);

    /// <summary>What is done to two values.</summary>
    public static IReadOnlyList<PairOperation> Pairs { get; } =
    [
        Add, Subtract, Multiply, Divide, TruncatedDivide, FloorDivide, Fmod, Minimum, Maximum, Greater,
        // Of the divisor's sign.
        new("Mod", ["remainder"], null, (a, b) => a.remainder(Divisor(b)))
        {
            OfSizes = (a, b) => a - FloorDivided(a, b) * b,
            OfNumbers = (a, b) => a - b * Math.Floor(a / b),
        },
        new("Pow", ["pow"], new Power(), (a, b) => a.pow(b))
        {
            OfSizes = (a, b) => a.IsFixed && b is { IsFixed: true, Fixed: >= 0 and < 64 } ? checked((long)Math.Pow(a.Fixed, b.Fixed))
                : null,
            OfNumbers = Math.Pow,
        },
        Question("Equal", "eq", Relation.Equal, (a, b) => a.eq(b), (a, b) => a == b, (a, b) => a == b),
        Question(null, "ne", Relation.NotEqual, (a, b) => a.ne(b), (a, b) => a != b, (a, b) => a != b),
        Question("Less", "lt", Relation.Less, (a, b) => a.lt(b), (a, b) => a < b, (a, b) => a < b),
        Question("LessOrEqual", "le", Relation.LessOrEqual, (a, b) => a.le(b), (a, b) => a <= b, (a, b) => a <= b),
        Question("GreaterOrEqual", "ge", Relation.GreaterOrEqual, (a, b) => a.ge(b), (a, b) => a >= b, (a, b) => a >= b),
        new("And", ["__and__", "logical_and"], null, (a, b) => a.logical_and(b)) { OfSizes = (a, b) => Whole(a) & Whole(b) },
        new("Or", ["__or__", "logical_or"], null, (a, b) => a.logical_or(b)) { OfSizes = (a, b) => Whole(a) | Whole(b) },
        new("Xor", [], null, (a, b) => a.logical_xor(b)) { OfSizes = (a, b) => Whole(a) ^ Whole(b) },
    ];

    private static PairOperation Question(
        string? onnx, string aten, Relation relation, Func<Tensor, Tensor, Tensor> ofTensors, Func<Size, Size, bool> ofSizes, Func<double,
        double, bool> ofNumbers) =>
        new(onnx, [aten], new Compare(relation), ofTensors)
        {
            OfSizes = (a, b) => ofSizes(a, b) ? 1 : 0,
            OfNumbers = (a, b) => ofNumbers(a, b) ? 1 : 0,
        };

    private static long Whole(Size size) =>
        size.IsFixed ? size.Fixed : throw new NotSupportedException("a number that depends on how many pictures are in the batch");

    private static Size FloorDivided(Size a, Size b) =>
        b != new Size(0) ? a / b : throw new InvalidDataException("The model divides by 0.");

    /// <summary>Libtorch may end the process over a whole number that is divided by 0.</summary>
    private static Tensor Divisor(Tensor b) => b.is_floating_point() || !b.eq(Zero).any().item<bool>()
        ? b
        : throw new InvalidDataException("The model divides by 0.");
}
