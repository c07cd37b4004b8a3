using static TorchSharp.torch;

namespace EasyExplain.Networks.Operators;

/// <summary>The dimensions in another order: a view.</summary>
/// <param name="Order">Which dimension of the input comes first, second, …, counted as torch does: the batch is 0 and stays first.</param>
public sealed record Permute(IReadOnlyList<long> Order) : Operator
{
    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) => [.. Order.Skip(1).Select(dimension => inputs[0][dimension - 1])];

    /// <inheritdoc/>
    public override Layout? OutputLayout(IReadOnlyList<Layout?> inputs) => (inputs[0], Order) switch
    {
        (ChannelsFirst, [0, 2, 3, 1]) => new ChannelsLast(),
        (ChannelsLast, [0, 3, 1, 2]) => new ChannelsFirst(),
        _ => null,
    };

    /// <inheritdoc/>
    public override bool ReadsCells(bool ofOutput) => ofOutput;

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].permute([.. Order]);
}
