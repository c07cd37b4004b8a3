using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Networks.Operators;

/// <summary>
/// A grid of patches as a row of tokens, with a class token before it where there is one: <c>[N, C, H, W]</c> to <c>[N, 1 + H·W, C]</c>.
/// </summary>
/// <param name="ClassToken"><c>[1, 1, C]</c>, or null.</param>
/// <param name="Height">Rows of patches.</param>
/// <param name="Width">Columns of patches.</param>
public sealed record PatchTokens(Parameter? ClassToken, long Height, long Width) : Operator
{
    private long Leading => ClassToken is null ? 0 : 1;

    /// <inheritdoc/>
    public override IEnumerable<Parameter> Parameters => ClassToken is null ? [] : [ClassToken];

    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) => [Leading + Height * Width, inputs[0][0]];

    /// <inheritdoc/>
    public override Layout OutputLayout(IReadOnlyList<Layout?> inputs) => new TokenGrid(Leading, Height, Width);

    /// <inheritdoc/>
    public override bool ReadsCells(bool ofOutput) => ofOutput;

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor patches = inputs[0].flatten(2).transpose(1, 2);
        return (ClassToken is null ? patches : cat([ClassToken.Value.expand(patches.shape[0], -1, -1), patches], 1))
            .MoveToOuterDisposeScope();
    }
}

/// <summary>
/// More tokens that stand for no place, before those of the picture: <c>[N, T, C]</c> to <c>[N, T + R, C]</c>, such as the registers of
/// Darcet et al. 2023, arXiv 2309.16588.
/// </summary>
/// <param name="Tokens"><c>[1, R, C]</c>.</param>
/// <param name="At">How many tokens stay before them.</param>
public sealed record ExtraTokens(Parameter Tokens, long At) : Operator
{
    /// <inheritdoc/>
    public override IEnumerable<Parameter> Parameters => [Tokens];

    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) => [inputs[0][0] + Tokens.Shape[1], inputs[0][1]];

    /// <inheritdoc/>
    public override Layout? OutputLayout(IReadOnlyList<Layout?> inputs) =>
        inputs[0] is TokenGrid grid ? grid with { Leading = grid.Leading + Tokens.Shape[1] } : null;

    /// <inheritdoc/>
    public override bool ReadsCells(bool ofOutput) => ofOutput;

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = inputs[0];
        return cat([x.narrow(1, 0, At), Tokens.Value.expand(x.shape[0], -1, -1), x.narrow(1, At, x.shape[1] - At)], 1)
            .MoveToOuterDisposeScope();
    }
}

/// <summary>
/// What each token gets for its place, trained for another grid than the picture has, <c>[1, T, C]</c>: resized to its rows and columns.
/// </summary>
/// <param name="Table"><c>[1, Leading + h·w, C]</c>, as it was trained.</param>
/// <param name="Leading">How many tokens stand for no place: theirs stay.</param>
/// <param name="Rows"><c>[H, h]</c>, row by row: what each row takes of those that were trained.</param>
/// <param name="Columns"><c>[W, w]</c>, the same of columns.</param>
/// <param name="Height">H.</param>
/// <param name="Width">W.</param>
public sealed record ResizedPositions(Parameter Table, long Leading, float[] Rows, float[] Columns, long Height, long Width) : Operator
{
    /// <inheritdoc/>
    public override IEnumerable<Parameter> Parameters => [Table];

    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) => [Leading + Height * Width, Table.Shape[2]];

    /// <inheritdoc/>
    public override Layout? OutputLayout(IReadOnlyList<Layout?> inputs) => null;

    /// <inheritdoc/>
    public override bool ReadsCells(bool ofOutput) => false;

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor table = Table.Value, rows = Matrix(Rows, Height), columns = Matrix(Columns, Width);
        long channels = table.shape[2];
        Tensor places = table[0].narrow(0, Leading, rows.shape[1] * columns.shape[1]);
        Tensor resized = rows.mm(places.reshape(rows.shape[1], -1)).reshape(Height, -1, channels).transpose(0, 1); // [w, H, C]
        resized = columns.mm(resized.reshape(columns.shape[1], -1)).reshape(Width, Height, channels).transpose(0, 1);
        return cat([table.narrow(1, 0, Leading), resized.reshape(1, -1, channels)], 1).MoveToOuterDisposeScope();

        Tensor Matrix(float[] values, long count) => tensor(values, [count, values.Length / count], device: table.device).to(table.dtype);
    }
}

/// <summary>One token alone, which stands for no place: <c>[N, T, C]</c> to <c>[N, C]</c>.</summary>
/// <param name="Index">Which; the class token is the first.</param>
public sealed record ClassToken(long Index = 0) : Operator
{
    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) => [inputs[0][1]];

    /// <inheritdoc/>
    public override bool ReadsCells(bool ofOutput) => false;

    /// <inheritdoc/>
    public override Layout? OutputLayout(IReadOnlyList<Layout?> inputs) => null;

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].select(1, Index);
}
