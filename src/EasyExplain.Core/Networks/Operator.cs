using static TorchSharp.torch;

namespace EasyExplain.Networks;

/// <summary>
/// What a node does: a pure function of its inputs, its attributes and its parameters. Operators never change an input in place,
/// because a tapped output must stay as it was.
/// </summary>
/// <remarks>
/// It knows no engine, no format and no other way than forward: those are tables, of ONNX forms and of rules for the way back. Most
/// operators are of a kind: <see cref="KeepsShape"/>, <see cref="KeepsLayout"/>, <see cref="Broadcasts"/> or <see cref="ByDimension"/>.
/// </remarks>
public abstract record Operator
{
    /// <summary>The name of the matching torch module, as Get-CamLayer shows it.</summary>
    public virtual string Type => GetType().Name;

    /// <summary>The tensors this operator computes with.</summary>
    public virtual IEnumerable<Parameter> Parameters => [];

    /// <summary>What it adds to each channel of <c>[N, C, H, W]</c> whatever it reads, <c>[C]</c>, a new tensor; null if nothing.</summary>
    public virtual Tensor? ChannelBias => null;

    /// <summary>The shape of the output for inputs of the given shapes, all without the batch dimension (<c>[C, H, W]</c>, …).</summary>
    public abstract long[] OutputShape(IReadOnlyList<long[]> inputs);

    /// <summary>How the output lies on the picture, for inputs that lie as given; null where it does not.</summary>
    public abstract Layout? OutputLayout(IReadOnlyList<Layout?> inputs);

    /// <summary>
    /// Whether the cells of the picture in its inputs (all but a class token) matter, given whether those in its output do: the same,
    /// unless it mixes tokens or picks one.
    /// </summary>
    public abstract bool ReadsCells(bool ofOutput);

    /// <summary>Computes the output, a new tensor that the caller owns; inputs are <c>[N, C, H, W]</c>, <c>[N, F]</c>, ….</summary>
    public abstract Tensor Run(IReadOnlyList<Tensor> inputs);
}
