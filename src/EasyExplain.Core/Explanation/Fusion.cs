using EasyExplain.Explanation.Methods;
using static TorchSharp.torch;

namespace EasyExplain.Explanation;

/// <summary>Scaling maps to [0, 1] and making one of several.</summary>
internal static class Fusion
{
    private const double Eps = 1e-8;

    /// <summary>Minimum to 0, maximum to 1; a map without height stays 0.</summary>
    public static Tensor Scale(Tensor map)
    {
        Tensor above = map - map.min();
        return above / (above.max() + Eps);
    }

    /// <summary>The highest value of any layer at each place, after resizing all maps to the largest height and width among them.</summary>
    public static Tensor Fuse(IReadOnlyList<Tensor> maps, CamMethod method)
    {
        long height = maps.Max(map => map.shape[0]), width = maps.Max(map => map.shape[1]);
        Tensor[] resized = [.. maps.Select(map => nn.functional.interpolate(
            (method.BeforeFusion?.Invoke(map) ?? map).unsqueeze(0).unsqueeze(0), [height, width], mode: InterpolationMode.Bilinear, align_corners: false))];
        return cat(resized, 0).amax([0, 1]);
    }
}
