using EasyExplain.Runtime;
using TorchSharp;
using static EasyExplain.Runtime.HeldNumbers;
using static TorchSharp.torch;

namespace EasyExplain.Networks.Operators;

/// <summary>x + ε·sign x, where the sign of 0 is 1: something that one can divide by.</summary>
/// <param name="Epsilon">ε.</param>
internal sealed record Stabilize(double Epsilon) : KeepsShape
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor sign = inputs[0].lt(Zero).to(inputs[0].dtype).Times(-2).Plus(1);
        return inputs[0].Plus(sign.Times(Epsilon)).MoveToOuterDisposeScope();
    }
}

/// <summary>Each picture's highest number, the first of equal ones, and 0 in place of the others, <c>[N, classes]</c>.</summary>
internal sealed record OnlyHighest : KeepsShape
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor at = inputs[0].argmax(1, keepdim: true);
        return zeros_like(inputs[0]).scatter_(1, at, inputs[0].gather(1, at)).MoveToOuterDisposeScope();
    }
}

/// <summary>
/// The way back through an operator to one of its inputs, by autograd: of what has come back to its output, and of what it read, what each
/// number of that input had a part in.
/// </summary>
/// <param name="Forward">The operator.</param>
/// <param name="To">Which of its inputs.</param>
internal sealed record Transposed(Operator Forward, int To) : Operator
{
    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) => inputs[1 + To];

    /// <inheritdoc/>
    public override Layout? OutputLayout(IReadOnlyList<Layout?> inputs) => inputs[1 + To];

    /// <inheritdoc/>
    public override bool ReadsCells(bool ofOutput) => true;

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable tracked = enable_grad();
        Tensor[] read = [.. inputs.Skip(1).Select(input => input.detach())];
        read[To] = read[To].requires_grad_(true);
        Tensor made = Forward.Run(read);
        return (made.requires_grad ? autograd.grad([made], [read[To]], [inputs[0].expand(made.shape)])[0] : zeros_like(read[To]).detach())
            .MoveToOuterDisposeScope();
    }
}

/// <summary>
/// The same through a normalisation, to what it normalises, where what that is divided by counts as a constant (Ali et al. 2022, arXiv
/// 2202.07304, section 4): γ·g less its mean, over √(variance + ε).
/// </summary>
/// <param name="Forward">A layer, group or instance normalisation.</param>
internal sealed record TransposedNormalisation(Operator Forward) : KeepsShape
{
    /// <summary>Whether the operator is one.</summary>
    public static bool Knows(Operator @operator) => @operator is LayerNorm or LayerNorm2d or GroupNorm or InstanceNorm;

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor g, Tensor x) = (inputs[0], inputs[1]);
        Tensor back = Forward switch
        {
            LayerNorm norm => Centred(Scaled(g, norm.Weight, last: true), x, Last(x.ndim, norm.Dims), norm.Eps),
            LayerNorm2d norm => Centred(Scaled(g, norm.Weight, last: false), x, [1], norm.Eps),
            GroupNorm norm => InGroups(Scaled(g, norm.Weight, last: false), x, norm.Groups, norm.Eps),
            InstanceNorm norm => InGroups(Scaled(g, norm.Weight, last: false), x, x.shape[1], norm.Eps),
            _ => throw new InvalidOperationException($"{Forward.Type} is no such normalisation."),
        };
        return back.MoveToOuterDisposeScope();
    }

    private static long[] Last(long dimensions, long count) => [.. Enumerable.Range(0, (int)count).Select(i => dimensions - count + i)];

    private static Tensor Scaled(Tensor g, Parameter? weight, bool last) => weight is null ? g : g * (last ? weight.Value
        : weight.Value.view([-1, .. Enumerable.Repeat(1L, (int)g.ndim - 2)]));

    private static Tensor InGroups(Tensor g, Tensor x, long groups, double eps) =>
        Centred(g.reshape(g.shape[0], groups, -1), x.reshape(x.shape[0], groups, -1), [2], eps).reshape(x.shape);

    private static Tensor Centred(Tensor g, Tensor x, long[] dims, double eps)
    {
        Tensor apart = x - x.mean(dims, keepdim: true), variance = (apart * apart).mean(dims, keepdim: true);
        return (g - g.mean(dims, keepdim: true)) / variance.Plus(eps).sqrt();
    }
}
