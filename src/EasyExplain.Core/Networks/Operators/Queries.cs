using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Networks.Operators;

/// <summary>
/// The rows of a table <c>[N, rows, C]</c> whose scores, <c>[N, rows]</c>, are highest, the highest first, <c>[N, Most, C]</c>: the queries
/// that a detector chooses itself (Zhao et al. 2023, arXiv 2304.08069, section 4.3). Gradients come through to the rows that are taken;
/// none to the scores.
/// </summary>
/// <param name="Most">How many are taken.</param>
internal sealed record HighestRows(long Most) : ByDimension
{
    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) => [Most, inputs[0][1]];

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor rows = inputs[1].detach().topk((int)Most, 1).indexes;
        return inputs[0].gather(1, rows.unsqueeze(2).expand(-1, -1, inputs[0].shape[2])).MoveToOuterDisposeScope();
    }
}

/// <summary>
/// Features <c>[N, C, H, W]</c> at points <c>[N, h, w, 2]</c>, across then down, from −1 to 1, <c>[N, C, h, w]</c>.
/// </summary>
/// <param name="Mode">What lies between places.</param>
/// <param name="Padding">What lies outside.</param>
/// <param name="AlignCorners">Whether −1 and 1 are the centres of the outermost places; else their edges.</param>
internal sealed record GridSample(GridSampleMode Mode, GridSamplePaddingMode Padding, bool AlignCorners) : ByDimension
{
    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) => [inputs[0][0], inputs[1][0], inputs[1][1]];

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) =>
        nn.functional.grid_sample(inputs[0], inputs[1], Mode, Padding, AlignCorners);
}
