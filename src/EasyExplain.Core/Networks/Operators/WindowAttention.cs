using EasyExplain.Runtime;
using TorchSharp;
using static EasyExplain.Runtime.HeldNumbers;
using static TorchSharp.torch;

namespace EasyExplain.Networks.Operators;

/// <summary>
/// Every place looks at the places of its window (Liu et al. 2021, arXiv 2103.14030, section 3.2). The first input is queries, keys and
/// values side by side, <c>[N, H, W, 3·C]</c>, the second, where there is one, what distances are worth, <c>[1, heads, L, L]</c>; the
/// output is <c>[N, H, W, C]</c>.
/// </summary>
/// <param name="Heads">Into how many heads the channels fall.</param>
/// <param name="Window">The side of a window; a grid that is no multiple of it is filled up with places of zeros.</param>
/// <param name="Shift">How far the windows are moved down and right; not along a side that one window covers.</param>
/// <param name="Projection">What made the first input.</param>
/// <param name="LogitScale">
/// <c>[heads, 1, 1]</c>, the logarithm of what the cosine of queries and keys is scaled by (Liu et al. 2021, arXiv 2111.09883, section
/// 3.2); null for their product over √d.
/// </param>
public sealed record ShiftedWindowAttention(long Heads, long Window, long Shift, QueryKeyValue Projection, Parameter? LogitScale)
    : KeepsLayout
{
    /// <summary>
    /// Whether the places that look at one another are as far apart as windows there are, so that a window reaches over the whole grid (Tu
    /// et al. 2022, arXiv 2204.01697, section 3.2).
    /// </summary>
    public bool Spread { get; init; }

    /// <summary>What products of queries and keys are multiplied by; null for 1/√d.</summary>
    public double? Scale { get; init; }

    private const double HighestScale = 100;
    private const double Apart = -100; // the paper's mask: so low that softmax leaves nothing

    /// <inheritdoc/>
    public override IEnumerable<Parameter> Parameters => LogitScale is null ? [] : [LogitScale];

    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) => [.. inputs[0][..^1], inputs[0][^1] / 3];

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs)
    {
        using DisposeScope scope = NewDisposeScope();
        long count = inputs[0].shape[0], height = inputs[0].shape[1], width = inputs[0].shape[2];
        long rows = RoundUp(height), columns = RoundUp(width);
        long down = Window < rows ? Shift : 0, right = Window < columns ? Shift : 0;

        Tensor x = Roll(FillUp(inputs[0], rows, columns), -down, -right);
        Tensor[] parts = Windows(x).unflatten(2, [3, Heads, -1]).permute(2, 0, 3, 1, 4).unbind(0); // [N·windows, heads, L, d]
        Tensor scores = Scores(parts[0], parts[1]);
        scores = inputs.Count > 1 ? scores.Plus(inputs[1]) : scores;
        if (down + right > 0)
        {
            scores = scores.unflatten(0, [count, -1])
                .Plus(Mask(rows, columns, down, right).to(scores.dtype).to(scores.device)).flatten(0, 1);
        }
        x = MatMul.Product(scores.softmax(-1), parts[2]).transpose(1, 2).flatten(2);

        x = x.view(count, rows / Window, columns / Window, Window, Window, -1).permute(Spread ? [0, 3, 1, 4, 2, 5] : [0, 1, 3, 2, 4, 5])
            .reshape(count, rows, columns, -1);
        return Roll(x, down, right).narrow(1, 0, height).narrow(2, 0, width).MoveToOuterDisposeScope();
    }

    /// <summary>See <see cref="Attentions.Rises"/>: of every place, <c>[H, W]</c>, by those of its window.</summary>
    /// <param name="projected">Queries, keys and values of one picture, <c>[1, H, W, 3·C]</c>.</param>
    /// <param name="gradient">The gradient of the output, <c>[1, H, W, C]</c>.</param>
    internal Tensor Rises(Tensor projected, Tensor gradient)
    {
        using DisposeScope scope = NewDisposeScope();
        long height = projected.shape[1], width = projected.shape[2], rows = RoundUp(height), columns = RoundUp(width);
        long down = Window < rows ? Shift : 0, right = Window < columns ? Shift : 0;
        Tensor Heads(Tensor places) => Windows(Roll(places, -down, -right)).unflatten(2, [this.Heads, -1]).transpose(1, 2);
        Tensor values = Heads(FillUp(projected, rows, columns).chunk(3, -1)[2]);
        Tensor arriving = Heads(nn.functional.pad(gradient, [0, 0, 0, columns - width, 0, rows - height]));
        Tensor rises = MatMul.Product(arriving, values.transpose(-2, -1)).relu(); // [windows, heads, L, L]
        if (down + right > 0)
        {
            rises = rises * Mask(rows, columns, down, right).eq(Zero).to(rises.dtype).to(rises.device);
        }
        Tensor seen = rises.mean([1, 2]).view(1, rows / Window, columns / Window, Window, Window).transpose(2, 3).reshape(1, rows, columns);
        return Roll(seen, down, right)[0].narrow(0, 0, height).narrow(1, 0, width).MoveToOuterDisposeScope();
    }

    private long RoundUp(long side) => (side + Window - 1) / Window * Window;

    /// <summary>Right and below, what the projection makes of zeros: torchvision fills up before it projects.</summary>
    private Tensor FillUp(Tensor x, long rows, long columns)
    {
        long count = x.shape[0], height = x.shape[1], width = x.shape[2];
        if (rows > height || columns > width)
        {
            Tensor empty = Projection.OfZeros();
            x = cat([x, empty.expand(count, rows - height, width, -1)], 1);
            x = cat([x, empty.expand(count, rows, columns - width, -1)], 2);
        }
        return x;
    }

    private static Tensor Roll(Tensor x, long down, long right) => (down, right) == (0, 0) ? x : x.roll([down, right], [1, 2]);

    /// <summary><c>[N, rows, columns, C]</c> to <c>[N·windows, L, C]</c>.</summary>
    private Tensor Windows(Tensor x) => (Spread
        ? x.unflatten(2, [Window, -1]).unflatten(1, [Window, -1]).permute(0, 2, 4, 1, 3, 5)
        : x.unflatten(2, [-1, Window]).unflatten(1, [-1, Window]).transpose(2, 3)).flatten(3, 4).flatten(0, 2);

    private Tensor Scores(Tensor queries, Tensor keys)
    {
        if (LogitScale is null)
        {
            return MatMul.Product(queries.Times(Scale ?? 1 / Math.Sqrt(queries.shape[^1])), keys.transpose(-2, -1));
        }
        Tensor cosine = MatMul.Product(nn.functional.normalize(queries, dim: -1), nn.functional.normalize(keys, dim: -1).transpose(-2, -1));
        return cosine * LogitScale.Value.Within(null, Math.Log(HighestScale)).exp();
    }

    /// <summary>
    /// <c>[windows, 1, L, L]</c>: 0 for places that are neighbours in the picture too, <see cref="Apart"/> for those that only the roll
    /// brought into one window.
    /// </summary>
    private Tensor Mask(long rows, long columns, long down, long right)
    {
        Tensor region = Regions(rows, down).Times(3).unsqueeze(1).Plus(Regions(columns, right));
        Tensor places = Windows(region.unsqueeze(0).unsqueeze(-1)).squeeze(-1);
        return (places.unsqueeze(1) != places.unsqueeze(2)).Times(Apart).unsqueeze(1);
    }

    /// <summary>
    /// Along one side: 1 in the last window, 2 in its part that was rolled around; 0 elsewhere, and everywhere without a shift.
    /// </summary>
    private Tensor Regions(long side, long shift)
    {
        var regions = new long[side];
        if (shift > 0)
        {
            regions.AsSpan((int)(side - Window)..).Fill(1);
            regions.AsSpan((int)(side - shift)..).Fill(2);
        }
        return tensor(regions);
    }
}

/// <summary>Queries, keys and values of all heads by one fully connected layer: <c>[N, …, C]</c> to <c>[N, …, 3·C]</c>.</summary>
/// <param name="Weight"><c>[3·C, C]</c>.</param>
/// <param name="Bias"><c>[3·C]</c>.</param>
/// <param name="KeysHaveBias">False where the keys' part of the bias counts as 0, whatever it is.</param>
public sealed record QueryKeyValue(Parameter Weight, Parameter Bias, bool KeysHaveBias) : KeepsLayout
{
    /// <inheritdoc/>
    public override string Type => nameof(Linear);

    /// <inheritdoc/>
    public override IEnumerable<Parameter> Parameters => [Weight, Bias];

    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) => [.. inputs[0][..^1], Weight.Shape[0]];

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs)
    {
        using DisposeScope scope = NewDisposeScope();
        return nn.functional.linear(inputs[0], Weight.Value, OfZeros()).MoveToOuterDisposeScope();
    }

    /// <summary>What a place of zeros becomes, <c>[3·C]</c>: the bias.</summary>
    internal Tensor OfZeros()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor[] parts = Bias.Value.chunk(3);
        return (KeysHaveBias ? Bias.Value.alias() : cat([parts[0], zeros_like(parts[1]), parts[2]])).MoveToOuterDisposeScope();
    }
}

/// <summary>
/// What the attention of two places in a window gets for their distance alone, from a trained table: <c>[1, heads, L, L]</c> for windows
/// of L = Window² places (Liu et al. 2021, arXiv 2103.14030, section 3.2).
/// </summary>
/// <param name="Table"><c>[(2·Window − 1)², heads]</c>, a row for each distance.</param>
/// <param name="Window">The side of a window.</param>
public sealed record RelativePositionBias(Parameter Table, long Window) : Operator
{
    /// <summary>
    /// Whether a class token comes before the places, L = 1 + Window²; then the table has three rows more: from it to a place, from a place
    /// to it, and its own (Bao et al. 2021, arXiv 2106.08254).
    /// </summary>
    public bool ClassToken { get; init; }

    /// <summary>
    /// Whether the table is <c>[heads, D, D]</c>, D = 2·Window − 1, and counts from the place that looks, as TensorFlow's MaxViT.
    /// </summary>
    public bool ByHead { get; init; }

    private long Tokens => Window * Window + (ClassToken ? 1 : 0);

    /// <inheritdoc/>
    public override IEnumerable<Parameter> Parameters => [Table];

    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) => [Table.Shape[ByHead ? 0 : 1], Tokens, Tokens];

    /// <inheritdoc/>
    public override Layout? OutputLayout(IReadOnlyList<Layout?> inputs) => null;

    /// <inheritdoc/>
    public override bool ReadsCells(bool ofOutput) => false;

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs)
    {
        if (!ClassToken)
        {
            return ByHead ? OfHeads() : ForEachPair(Table.Value, Window);
        }
        using DisposeScope scope = NewDisposeScope();
        Tensor table = Table.Value, pairs = ForEachPair(table, Window);
        Tensor Row(long fromEnd, params long[] shape) =>
            table.select(0, table.shape[0] - fromEnd).view(1, -1, 1, 1).expand([1, -1, .. shape]);
        Tensor places = cat([Row(2, Window * Window, 1), pairs], 3);
        return cat([cat([Row(1, 1, 1), Row(3, 1, Window * Window)], 3), places], 2).MoveToOuterDisposeScope();
    }

    private Tensor OfHeads()
    {
        using DisposeScope scope = NewDisposeScope();
        return ForEachPair(Table.Value.flatten(1).t().flip(0), Window).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// From a row for each distance, <c>[(2·window − 1)², heads]</c>, to a value for each pair of places, <c>[1, heads, L, L]</c>.
    /// </summary>
    internal static Tensor ForEachPair(Tensor table, long window)
    {
        using DisposeScope scope = NewDisposeScope();
        long places = window * window, distances = 2 * window - 1;
        var rows = new long[places * places];
        for (long i = 0; i < rows.Length; i++)
        {
            (long from, long to) = (i / places, i % places);
            long down = from / window - to / window, right = from % window - to % window;
            rows[i] = (down + window - 1) * distances + right + window - 1;
        }
        return table.index_select(0, tensor(rows, device: table.device)).view(places, places, -1).permute(2, 0, 1).unsqueeze(0)
            .MoveToOuterDisposeScope();
    }
}

/// <summary>
/// What the attention of two places gets for their distance alone, whichever way it goes: <c>[1, heads, Q, K]</c> (Graham et al. 2021,
/// arXiv 2104.01136, section 4.2). Those that look are every so many rows and columns.
/// </summary>
/// <param name="Table"><c>[heads, Side²]</c>, a column for each distance down and across.</param>
/// <param name="Side">How many rows and columns are looked at.</param>
/// <param name="Step">From one that looks to the next.</param>
public sealed record DistanceBias(Parameter Table, long Side, long Step) : Operator
{
    private long Looking => (Side - 1) / Step + 1;

    /// <inheritdoc/>
    public override IEnumerable<Parameter> Parameters => [Table];

    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) => [Table.Shape[0], Looking * Looking, Side * Side];

    /// <inheritdoc/>
    public override Layout? OutputLayout(IReadOnlyList<Layout?> inputs) => null;

    /// <inheritdoc/>
    public override bool ReadsCells(bool ofOutput) => false;

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs)
    {
        using DisposeScope scope = NewDisposeScope();
        long looking = Looking, places = Side * Side;
        var columns = new long[looking * looking * places];
        for (long i = 0; i < columns.Length; i++)
        {
            (long from, long to) = (i / places, i % places);
            long down = Math.Abs(from / looking * Step - to / Side), right = Math.Abs(from % looking * Step - to % Side);
            columns[i] = down * Side + right;
        }
        return Table.Value.index_select(1, tensor(columns, device: Table.Value.device)).view(1, -1, looking * looking, places)
            .MoveToOuterDisposeScope();
    }
}

/// <summary>
/// The same where a small network, not a table, gives each distance its value, and 16·sigmoid bounds it: <c>[1, D, D, heads]</c> with
/// D = 2·Window − 1 to <c>[1, heads, L, L]</c> (Liu et al. 2021, arXiv 2111.09883, section 3.3, with the bound that torchvision has).
/// </summary>
/// <param name="Window">The side of a window.</param>
public sealed record ContinuousPositionBias(long Window) : Operator
{
    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) => [inputs[0][^1], Window * Window, Window * Window];

    /// <inheritdoc/>
    public override Layout? OutputLayout(IReadOnlyList<Layout?> inputs) => null;

    /// <inheritdoc/>
    public override bool ReadsCells(bool ofOutput) => ofOutput;

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs)
    {
        using DisposeScope scope = NewDisposeScope();
        return RelativePositionBias.ForEachPair(inputs[0].flatten(0, 2).sigmoid().Times(16), Window).MoveToOuterDisposeScope();
    }
}

/// <summary>
/// How far two places of a window can be from one another, down and right, on a logarithmic scale: <c>[1, D, D, 2]</c> with
/// D = 2·Window − 1 (Liu et al. 2021, arXiv 2111.09883, section 3.3). torchvision's files have these numbers; others leave them out.
/// </summary>
/// <param name="Window">The side of a window.</param>
/// <param name="Trained">The side of those that it was trained with, whose longest distance is 1.</param>
public sealed record LogDistances(long Window, long Trained) : Operator
{
    private const double Range = 8;

    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) => [2 * Window - 1, 2 * Window - 1, 2];

    /// <inheritdoc/>
    public override Layout? OutputLayout(IReadOnlyList<Layout?> inputs) => null;

    /// <inheritdoc/>
    public override bool ReadsCells(bool ofOutput) => false;

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs)
    {
        long side = 2 * Window - 1;
        float[] values = new float[side * side * 2];
        for (long i = 0; i < values.Length; i++)
        {
            long along = i % 2 == 0 ? i / 2 / side : i / 2 % side;
            double distance = Range * (along - Window + 1) / Math.Max(1, Trained - 1);
            values[i] = (float)(Math.Sign(distance) * Math.Log2(Math.Abs(distance) + 1) / Math.Log2(Range));
        }
        return tensor(values, [1, side, side, 2]);
    }
}

/// <summary>
/// The channels of four neighbours side by side, column after column: <c>[N, H, W, C]</c> to <c>[N, ⌈H/2⌉, ⌈W/2⌉, 4·C]</c>, zeros where an
/// odd side ends.
/// </summary>
public sealed record PatchMerging : KeepsLayout
{
    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) => [(inputs[0][0] + 1) / 2, (inputs[0][1] + 1) / 2, 4 * inputs[0][2]];

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = nn.functional.pad(inputs[0], [0, 0, 0, inputs[0].shape[2] % 2, 0, inputs[0].shape[1] % 2]);
        return x.unflatten(2, [-1, 2]).unflatten(1, [-1, 2]).permute(0, 1, 3, 4, 2, 5).flatten(3).MoveToOuterDisposeScope();
    }
}
