using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Networks.Operators;

/// <summary>A grid of patches as a row of tokens with a class token before it: <c>[N, C, H, W]</c> to <c>[N, 1 + H·W, C]</c>.</summary>
/// <param name="ClassToken"><c>[1, 1, C]</c>.</param>
/// <param name="Height">Rows of patches.</param>
/// <param name="Width">Columns of patches.</param>
public sealed record PatchTokens(Parameter ClassToken, long Height, long Width) : Operator
{
    /// <inheritdoc/>
    public override IEnumerable<Parameter> Parameters => [ClassToken];

    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) => [1 + Height * Width, inputs[0][0]];

    /// <inheritdoc/>
    public override Layout OutputLayout(IReadOnlyList<Layout?> inputs) => new TokenGrid(1, Height, Width);

    /// <inheritdoc/>
    public override bool ReadsCells(bool ofOutput) => ofOutput;

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor patches = inputs[0].flatten(2).transpose(1, 2);
        return cat([ClassToken.Value.expand(patches.shape[0], -1, -1), patches], 1).MoveToOuterDisposeScope();
    }
}

/// <summary>The first token alone: <c>[N, T, C]</c> to <c>[N, C]</c>.</summary>
public sealed record ClassToken : Operator
{
    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) => [inputs[0][1]];

    /// <inheritdoc/>
    public override bool ReadsCells(bool ofOutput) => false;

    /// <inheritdoc/>
    public override Layout? OutputLayout(IReadOnlyList<Layout?> inputs) => null;

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].select(1, 0);
}
