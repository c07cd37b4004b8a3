using EasyExplain.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Explanation;

/// <summary>Scaling maps to [0, 1], resizing them and making one of several.</summary>
internal static class Fusion
{
    private static readonly Scalar Rounding = 4 * 1.1920929e-7; // of the largest value: a height that is less is float32's rounding

    /// <summary>Minimum to 0, maximum to 1, however small the map is; one without height is 0.</summary>
    public static Tensor Scale(Tensor map) => Scale(map, Enumerable.Range(0, (int)map.dim()).Select(dim => (long)dim).ToArray());

    /// <summary>The same of every channel of <c>[…, H, W]</c> by itself.</summary>
    public static Tensor ScaleChannels(Tensor maps) => Scale(maps, [-2, -1]);

    /// <summary>The largest magnitude to 1 or −1, while 0 stays 0; one that is 0 everywhere stays as it is.</summary>
    /// <returns>The map, and what 1 stands for.</returns>
    public static (Tensor Map, double Unit) ScaleSigned(Tensor map)
    {
        double unit = map.abs().max().to(float64).item<double>();
        return (unit > 0 ? map.Over(unit) : map, unit);
    }

    private static Tensor Scale(Tensor maps, long[] places)
    {
        Tensor lowest = maps.amin(places, keepdim: true), highest = maps.amax(places, keepdim: true), height = highest - lowest;
        Tensor isHigh = height.gt(Rounding * highest.maximum(-lowest)).to(maps.dtype);
        return (maps - lowest) * isHigh / height.Plus(isHigh.From(1));
    }

    /// <summary>A map <c>[h, w]</c> at another size (bilinear).</summary>
    public static Tensor Resize(Tensor map, (long Height, long Width) size) => nn.functional.interpolate(
        map.unsqueeze(0).unsqueeze(0), [size.Height, size.Width], mode: InterpolationMode.Bilinear, align_corners: false)[0, 0];

    /// <summary>
    /// The value of any map that is farthest from 0 at each place, after resizing all to the largest height and width among them.
    /// </summary>
    public static Tensor Strongest(IReadOnlyList<Tensor> maps)
    {
        (long, long) largest = (maps.Max(map => map.shape[0]), maps.Max(map => map.shape[1]));
        using DisposeScope scope = NewDisposeScope();
        Tensor highest = Resize(maps[0], largest), lowest = highest;
        foreach (Tensor map in maps.Skip(1))
        {
            Tensor resized = Resize(map, largest);
            (highest, lowest) = (highest.maximum(resized), lowest.minimum(resized));
        }
        Tensor isFor = highest.ge(-lowest).to(highest.dtype);
        return (highest * isFor).Plus(lowest * isFor.From(1)).MoveToOuterDisposeScope();
    }
}
