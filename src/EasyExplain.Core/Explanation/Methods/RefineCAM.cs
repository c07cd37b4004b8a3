using static TorchSharp.torch;

namespace EasyExplain.Explanation.Methods;

/// <summary>
/// RefineCAM (Domeniconi et al. 2026, arXiv 2605.14641): the product of Grad-CAM++ maps of several layers, at the input's size.
/// </summary>
/// <remarks>
/// What a late layer knows of the class says where the fine maps of early ones may be believed. Grad-CAM++ is the authors' choice.
/// </remarks>
internal static class RefineCAM
{
    public static CamMethod Method { get; } = GradCAMPlusPlus.Method with
    {
        Name = "RefineCAM",
        Summary = "Grad-CAM++ maps of several layers multiplied: as fine as the early ones, as sure as the late ones.",
        Fuse = Multiply,
        NeedsSeveralLayers = true,
    };

    private static Tensor Multiply(IReadOnlyList<Tensor> maps, (long Height, long Width) input) =>
        Fusion.Scale(maps.Select(map => Fusion.Scale(Fusion.Resize(map, input))).Aggregate((product, map) => product * map));
}
