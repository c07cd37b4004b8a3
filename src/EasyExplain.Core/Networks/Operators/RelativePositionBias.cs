using EasyExplain.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Networks.Operators;

/// <summary>
/// What the attention of two places in a window gets for their distance alone, from a trained table: <c>[1, heads, L, L]</c> for windows
/// of L = Window² places (Liu et al. 2021, arXiv 2103.14030, section 3.2).
/// </summary>
/// <param name="Table"><c>[(2·Window − 1)², heads]</c>, a row for each distance.</param>
/// <param name="Window">The side of a window.</param>
public sealed record RelativePositionBias(Parameter Table, long Window) : Operator
{
    /// <inheritdoc/>
    public override IEnumerable<Parameter> Parameters => [Table];

    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) => [Table.Shape[1], Window * Window, Window * Window];

    /// <inheritdoc/>
    public override Layout? OutputLayout(IReadOnlyList<Layout?> inputs) => null;

    /// <inheritdoc/>
    public override bool ReadsCells(bool ofOutput) => false;

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => ForEachPair(Table.Value, Window);

    /// <summary>From a row for each distance, <c>[(2·window − 1)², heads]</c>, to a value for each pair of places, <c>[1, heads, L, L]</c>.</summary>
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
        return table.index_select(0, tensor(rows, device: table.device)).view(places, places, -1).permute(2, 0, 1).unsqueeze(0).MoveToOuterDisposeScope();
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
