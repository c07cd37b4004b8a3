using static TorchSharp.torch;

namespace EasyExplain.Networks.Operators;

/// <summary>A parameter by itself, the same for every picture.</summary>
/// <param name="Value"><c>[1, …]</c>: a batch of one, that every batch can be added to.</param>
public sealed record Constant(Parameter Value) : Operator
{
    /// <inheritdoc/>
    public override IEnumerable<Parameter> Parameters => [Value];

    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) => [.. Value.Shape.Skip(1)];

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => Value.Value.alias();
}
