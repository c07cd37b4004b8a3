using static TorchSharp.torch;

namespace EasyExplain.Explanation.Methods;

/// <summary>
/// Element-wise Grad-CAM, pytorch-grad-cam's method of this name: gradient times activation as in <see cref="HiResCAM"/>, but what speaks
/// against the class is left out of every channel before they are summed.
/// </summary>
internal static class GradCAMElementWise
{
    public static CamMethod Method { get; } = new("GradCAMElementWise", "HiResCAM without what speaks against the class.", Map);

    private static Tensor Map(LayerEvidence layer) => layer.Merge((layer.Gradients * layer.Activations).relu());
}
