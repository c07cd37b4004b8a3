using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Networks.Operators;

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
