using static TorchSharp.torch;

namespace EasyExplain.Networks.Operators;

/// <summary>A parameter by itself, the same for every picture.</summary>
/// <param name="Value">In a network that was built by name <c>[1, …]</c>: a batch of one, that every batch can be added to. In an imported one of any shape.</param>
public sealed record Constant(Parameter Value) : Operator
{
    /// <inheritdoc/>
    public override IEnumerable<Parameter> Parameters => [Value];

    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) => [.. Value.Shape.Skip(1)];

    /// <inheritdoc/>
    public override Layout? OutputLayout(IReadOnlyList<Layout?> inputs) => null;

    /// <inheritdoc/>
    public override bool ReadsCells(bool ofOutput) => false;

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => Value.Value.alias();
}
