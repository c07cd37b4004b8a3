using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Training;

/// <summary>
/// Random variants of the training images: moved by up to four pixels, what comes in is a reflection; half of them mirrored.
/// </summary>
internal static class Augmentation
{
    private const int Margin = 4;
    private const int Last = ImageSet.Side - 1;

    /// <summary>
    /// Variants, [B, 32, 32, 3], of the images at <paramref name="chosen"/> (int64, [B]) in <paramref name="pixels"/> ([N, 32, 32, 3]).
    /// </summary>
    public static Tensor Pick(Tensor pixels, Tensor chosen)
    {
        using DisposeScope scope = NewDisposeScope();
        long count = chosen.shape[0];
        Tensor steps = arange(ImageSet.Side, ScalarType.Int64).view(1, -1);
        Tensor mirrored = where(rand(count, 1) < 0.5, Last - steps, steps);
        Tensor rows = Reflect(steps + Shift(count));
        Tensor columns = Reflect(mirrored + Shift(count));
        return pixels.index([chosen.view(-1, 1, 1), rows.unsqueeze(2), columns.unsqueeze(1)]).MoveToOuterDisposeScope();
    }

    private static Tensor Shift(long count) => randint(-Margin, Margin + 1, [count, 1], ScalarType.Int64);

    /// <summary>Places outside of the image become their mirror images inside: -1 is 1, 32 is 30.</summary>
    private static Tensor Reflect(Tensor places) => Last - (Last - places.abs()).abs();
}
