using static TorchSharp.torch;

namespace EasyExplain.Networks;

/// <summary>
/// What a node does: a pure function of its inputs, its attributes and its parameters. Operators never change an input in place,
/// because a tapped output must stay as it was.
/// </summary>
public abstract record Operator
{
    /// <summary>The name of the matching torch module, as Get-CamLayer shows it.</summary>
    public virtual string Type => GetType().Name;

    /// <summary>The tensors this operator computes with.</summary>
    public virtual IEnumerable<Parameter> Parameters => [];

    /// <summary>The shape of the output, without the batch dimension, for inputs of the given shapes (<c>[C, H, W]</c> or <c>[F]</c>).</summary>
    public abstract long[] OutputShape(IReadOnlyList<long[]> inputs);

    /// <summary>Computes the output, a new tensor that the caller owns; inputs are <c>[N, C, H, W]</c> or <c>[N, F]</c>.</summary>
    public abstract Tensor Run(IReadOnlyList<Tensor> inputs);
}
