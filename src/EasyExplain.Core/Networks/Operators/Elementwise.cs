using static TorchSharp.torch;

namespace EasyExplain.Networks.Operators;

/// <summary>The place where the picture enters; it computes nothing.</summary>
public sealed record Input : Operator
{
    /// <inheritdoc/>
    public override Layout OutputLayout(IReadOnlyList<Layout?> inputs) => new ChannelsFirst();

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].alias();
}

/// <summary>max(x, 0).</summary>
public sealed record ReLU : Operator
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].relu();
}

/// <summary>x + y.</summary>
public sealed record Add : Operator
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0] + inputs[1];
}

/// <summary>x · y; where one has a single value for a channel, that value stands for the whole channel.</summary>
public sealed record Multiply : Operator
{
    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) => [.. inputs[0].Zip(inputs[1], Math.Max)];

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0] * inputs[1];
}

/// <summary>Dropout of a network in use: its input.</summary>
public sealed record Dropout : Operator
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].alias();
}

/// <summary><c>[N, C, H, W]</c> to <c>[N, C·H·W]</c>.</summary>
public sealed record Flatten : Operator
{
    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) => [inputs[0].Aggregate(1L, (product, size) => product * size)];

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].flatten(1);
}
