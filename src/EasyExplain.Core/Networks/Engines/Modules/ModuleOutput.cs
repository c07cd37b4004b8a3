using EasyExplain.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch;
using TensorModule = TorchSharp.torch.nn.Module<TorchSharp.torch.Tensor, TorchSharp.torch.Tensor>;

namespace EasyExplain.Networks.Engines.Modules;

/// <summary>What a layer of a user's own module makes. It is not run by itself, see <see cref="ModuleRunner"/>.</summary>
/// <param name="Module">The layer.</param>
/// <param name="Shape">The output's shape without the batch dimension.</param>
/// <param name="OwnParameters">The parameters that it declares; their values stay with the module.</param>
internal sealed record ModuleOutput(TensorModule Module, long[] Shape, IReadOnlyList<Parameter> OwnParameters) : Operator
{
    /// <inheritdoc/>
    public override string Type => Module.GetName();

    /// <inheritdoc/>
    public override IEnumerable<Parameter> Parameters => OwnParameters;

    /// <inheritdoc/>
    public override Tensor? ChannelBias => Module switch
    {
        Conv2d { bias: { } bias } => bias.alias(),
        BatchNorm2d { bias: { } bias, weight: { } weight, running_mean: { } mean, running_var: { } variance } norm =>
            bias - weight * mean / variance.Plus(norm.eps).sqrt(),
        _ => null,
    };

    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) => Shape;

    /// <summary>Channels first, as convolutions have it; or tokens in a square grid, with or without a class token before them.</summary>
    public override Layout? OutputLayout(IReadOnlyList<Layout?> inputs) => Shape switch
    {
        [_, _, _] => new ChannelsFirst(),
        [var tokens, _] when Side(tokens) is { } side => new TokenGrid(0, side, side),
        [var tokens, _] when Side(tokens - 1) is { } side => new TokenGrid(1, side, side),
        _ => null,
    };

    /// <inheritdoc/>
    public override bool ReadsCells(bool ofOutput) => ofOutput;

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => throw new NotSupportedException("A user's own module runs as a whole.");

    private static long? Side(long cells)
    {
        long side = (long)Math.Round(Math.Sqrt(cells));
        return side > 0 && side * side == cells ? side : null;
    }
}
