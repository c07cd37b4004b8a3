using static TorchSharp.torch;

namespace EasyExplain.Explanation;

/// <summary>Scaling maps to [0, 1], resizing them and making one of several.</summary>
internal static class Fusion
{
    private const double Eps = 1e-8;

    /// <summary>Minimum to 0, maximum to 1; a map without height stays 0.</summary>
    public static Tensor Scale(Tensor map)
    {
        Tensor above = map - map.min();
        return above / (above.max() + Eps);
    }

    /// <summary>A map <c>[h, w]</c> at another size (bilinear).</summary>
    public static Tensor Resize(Tensor map, (long Height, long Width) size) => nn.functional.interpolate(
        map.unsqueeze(0).unsqueeze(0), [size.Height, size.Width], mode: InterpolationMode.Bilinear, align_corners: false)[0, 0];

    /// <summary>The highest value of any map at each place, after resizing all to the largest height and width among them.</summary>
    public static Tensor Highest(IReadOnlyList<Tensor> maps)
    {
        (long, long) largest = (maps.Max(map => map.shape[0]), maps.Max(map => map.shape[1]));
        return stack(maps.Select(map => Resize(map, largest))).amax([0]);
    }
}
