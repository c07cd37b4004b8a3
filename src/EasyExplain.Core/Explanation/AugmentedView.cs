using EasyExplain.Runtime;
using static TorchSharp.torch;

namespace EasyExplain.Explanation;

/// <summary>A picture as it could just as well have been: mirrored, and a little paler or stronger.</summary>
/// <param name="Mirrored">Left and right exchanged.</param>
/// <param name="Factor">What the normalised input is multiplied with.</param>
internal sealed record AugmentedView(bool Mirrored, double Factor)
{
    /// <summary>The picture as it is.</summary>
    public static AugmentedView Plain { get; } = new(Mirrored: false, Factor: 1);

    /// <summary>pytorch-grad-cam's six views: both ways round, at 0.9, 1 and 1.1 of their strength.</summary>
    public static IReadOnlyList<AugmentedView> All { get; } =
        [Plain, new(false, 0.9), new(false, 1.1), new(true, 0.9), new(true, 1), new(true, 1.1)];

    /// <summary>This view of an input <c>[N, C, H, W]</c>.</summary>
    public Tensor Of(Tensor input) => (Mirrored ? input.flip(-1) : input).Times(Factor);

    /// <summary>A map <c>[H, W]</c> of this view, as it lies on the plain picture.</summary>
    public Tensor Undo(Tensor map) => Mirrored ? map.flip(-1) : map;
}
