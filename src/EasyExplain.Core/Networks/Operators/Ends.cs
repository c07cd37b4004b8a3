using static TorchSharp.torch;

namespace EasyExplain.Networks.Operators;

/// <summary>The place where the picture enters; it computes nothing.</summary>
public sealed record Input : Operator
{
    /// <summary>Whether it takes one picture at a time and no more.</summary>
    internal bool OnePicture { get; init; }

    /// <inheritdoc/>
    public override Layout OutputLayout(IReadOnlyList<Layout?> inputs) => new ChannelsFirst();

    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) => inputs[0];

    /// <inheritdoc/>
    public override bool ReadsCells(bool ofOutput) => false;

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].alias();
}

/// <summary>A parameter by itself, the same for every picture.</summary>
/// <param name="Value">
/// In a network that was built by name <c>[1, …]</c>: a batch of one, that every batch can be added to. In an imported one of any shape.
/// </param>
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

/// <summary>
/// The one logit <c>[N, 1]</c> of a yes or no as those of two classes, <c>[N, 2]</c>: −z for no, z for yes. So each place of
/// <c>[N, 1, h, w]</c>.
/// </summary>
/// <remarks>The logistic function of each is then the probability of its class, and both add up to 1.</remarks>
public sealed record BothSigns : Operator
{
    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) => [2, .. inputs[0].Skip(1)];

    /// <inheritdoc/>
    public override Layout? OutputLayout(IReadOnlyList<Layout?> inputs) => null;

    /// <inheritdoc/>
    public override bool ReadsCells(bool ofOutput) => ofOutput;

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs)
    {
        using Tensor no = -inputs[0];
        return cat([no, inputs[0]], 1);
    }
}
