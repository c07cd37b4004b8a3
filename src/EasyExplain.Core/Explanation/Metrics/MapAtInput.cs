using EasyExplain.Models;
using static TorchSharp.torch;

namespace EasyExplain.Explanation.Metrics;

/// <summary>Maps at the size of a model's input, which is where they are measured: enlarged bilinearly, as torch-cam does.</summary>
internal static class MapAtInput
{
    /// <summary>A map, <c>[H, W]</c> on the CPU.</summary>
    public static Tensor Of(CamMap map, CamModel model) => Of(map.ToArray(), model);

    /// <summary>The same of its values.</summary>
    public static Tensor Of(float[,] values, CamModel model)
    {
        Tensor map = tensor(values);
        (int height, int width) = (model.Preprocessing.Height, model.Preprocessing.Width);
        return map.shape[0] == height && map.shape[1] == width ? map : Fusion.Resize(map, (height, width));
    }

    /// <summary>What of a signed map speaks for the class, scaled so that the highest value is 1; any other map stays as it is.</summary>
    public static Tensor Positive(Tensor map)
    {
        if (map.min().item<float>() >= 0)
        {
            return map;
        }
        Tensor positive = map.relu();
        return positive.max().item<float>() > 0 ? positive / positive.max() : positive;
    }
}
