using EasyExplain.Networks.Operators;

namespace EasyExplain.Networks.Rewrites.Lrp;

/// <summary>
/// A convolution or fully connected layer as the rules see it: the same operation with parts of its weights, there and back.
/// </summary>
/// <param name="at">Where it stands.</param>
/// <param name="parts">Makes the parts.</param>
/// <param name="readsNonnegative">Whether what it reads is never below 0.</param>
/// <param name="bounds">The lowest and the highest that each number can be that it reads; of a layer that reads the picture.</param>
internal sealed class WeightedLayer(WayBack at, WeightParts parts, bool readsNonnegative, Func<(Term Low, Term High)> bounds)
{
    private readonly Term _input = new(at.Input);

    /// <summary>a, what it reads.</summary>
    public Term Input => _input;

    /// <summary>a⁺ and a⁻, the numbers above 0 and those below.</summary>
    public (Term Positive, Term Negative) SignedInput => readsNonnegative ? (_input, Term.Zero)
        : (_input.Then(new ReLU()), _input.Then(new Clamp(null, 0)));

    /// <summary>z, what it makes.</summary>
    public Term Output => new(at.Output);

    /// <summary>l and h, the lowest and the highest that each number of a can be.</summary>
    public (Term Low, Term High) Bounds => bounds();

    /// <summary>1 for each number of a.</summary>
    public Term Ones => new(new Node(new Constant(parts.Kept(Weight, "ones to read",
        () => TorchSharp.torch.ones([1, .. at.InputShape], device: Weight.Value.device))), [], at.Output.Name));

    private Parameter Weight => at.Output.Operator switch
    {
        Conv2d convolution => convolution.Weight,
        ConvTranspose2d convolution => convolution.Weight,
        Linear linear => linear.Weight,
        QueryKeyValue projection => projection.Weight,
        var other => throw new InvalidOperationException($"{other.Type} has no weights."),
    };

    private Parameter? Bias => at.Output.Operator switch
    {
        Conv2d convolution => convolution.Bias,
        ConvTranspose2d convolution => convolution.Bias,
        Linear linear => linear.Bias,
        _ => null,
    };

    /// <summary>What it makes of something else with a part of its weights, and of its bias if one is named.</summary>
    /// <param name="part">Of the weights.</param>
    /// <param name="a">What it reads.</param>
    /// <param name="bias">Of the bias; null for none.</param>
    /// <param name="plus">What is added to each output.</param>
    public Term Of(Part part, Term a, Part? bias = null, double plus = 0)
    {
        Parameter? added = bias is not null && Bias is { } own ? parts.Of(own, bias.Plus(plus))
            : plus != 0 ? parts.Bias(Weight, Outputs, plus) : null;
        return a.Then(With(parts.Of(Weight, part), added));
    }

    /// <summary>J(s): what comes back to each input of it, with a part of its weights.</summary>
    public Term Back(Part part, Term s)
    {
        if (s.Node is null)
        {
            return Term.Zero;
        }
        Parameter weight = parts.Of(Weight, part);
        return at.Output.Operator switch
        {
            Conv2d convolution when at.LiesByPicture =>
                s.Then(GradientRules.Transposed(convolution with { Weight = weight }, at.InputShape, at.OutputShape)),
            Linear or QueryKeyValue => s.Then(new LinearTranspose(weight)),
            _ => new Term(new Node(new Transposed(With(weight, null), 0), [s.Node, at.Input], at.Output.Name)),
        };
    }

    private long Outputs => at.Output.Operator is ConvTranspose2d back ? Weight.Shape[1] * back.Groups : Weight.Shape[0];

    private Operator With(Parameter weight, Parameter? bias) => at.Output.Operator switch
    {
        Conv2d convolution => convolution with { Weight = weight, Bias = bias },
        ConvTranspose2d convolution => convolution with { Weight = weight, Bias = bias },
        _ => new Linear(weight, bias),
    };
}
