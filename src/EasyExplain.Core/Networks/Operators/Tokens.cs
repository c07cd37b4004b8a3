using EasyExplain.Runtime;
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

/// <summary>The picture's tokens as the grid that they stand for: <c>[N, Leading + H·W, C]</c> to <c>[N, C, H, W]</c>.</summary>
/// <param name="Leading">How many tokens before them are left out.</param>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
public sealed record GridOfTokens(long Leading, long Height, long Width) : Operator
{
    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) => [inputs[0][1], Height, Width];

    /// <inheritdoc/>
    public override Layout OutputLayout(IReadOnlyList<Layout?> inputs) => new ChannelsFirst();

    /// <inheritdoc/>
    public override bool ReadsCells(bool ofOutput) => true; // there is nothing else in its output

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs)
    {
        using DisposeScope scope = NewDisposeScope();
        return inputs[0].narrow(1, Leading, Height * Width).transpose(1, 2).unflatten(2, [Height, Width]).contiguous()
            .MoveToOuterDisposeScope();
    }
}

/// <summary>
/// Turns queries and keys by their places, so that their products know how far these are from one another (Su et al. 2021, arXiv
/// 2104.09864; in two dimensions as Fang et al. 2023, arXiv 2303.11331): queries, keys and values side by side, <c>[N, T, 3·C]</c>, to the
/// same.
/// </summary>
/// <param name="Heads">Into how many heads the channels fall.</param>
/// <param name="Leading">How many tokens stand for no place, and are not turned.</param>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
/// <param name="Trained">How many rows and columns it was trained with: others are as far from one another as those were.</param>
public sealed record RotaryPositions(long Heads, long Leading, long Height, long Width, long Trained) : KeepsShape
{
    private const double Temperature = 10000;

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = inputs[0].unflatten(2, [3, Heads, -1]), both = x.narrow(2, 0, 2), places = both.narrow(1, Leading, Height * Width);
        long channels = x.shape[^1];
        Tensor angles = Angles(channels).to(x.device), cos = angles.cos().to(x.dtype), sin = angles.sin().to(x.dtype);
        Tensor even = places.slice(-1, 0, channels, 2), odd = places.slice(-1, 1, channels, 2);
        Tensor turned = stack([even * cos - odd * sin, (odd * cos).Plus(even * sin)], -1).flatten(-2);
        return cat([cat([both.narrow(1, 0, Leading), turned], 1), x.narrow(2, 2, 1)], 2).flatten(2).MoveToOuterDisposeScope();
    }

    /// <summary>Of each place, for each pair of channels: <c>[H·W, 1, 1, C/2]</c>, half of them for the row, half for the column.</summary>
    private Tensor Angles(long channels)
    {
        long bands = channels / 4;
        double[] angles = new double[Height * Width * 2 * bands];
        for (long i = 0; i < angles.Length; i++)
        {
            (long place, long pair) = (i / (2 * bands), i % (2 * bands));
            double at = pair < bands ? (double)(place / Width) / Height : (double)(place % Width) / Width;
            angles[i] = at * Trained / Math.Pow(Temperature, (double)(pair % bands) / bands);
        }
        return tensor(angles, [Height * Width, 1, 1, 2 * bands]);
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
