using static TorchSharp.torch;

namespace EasyExplain.Explanation.Methods;

/// <summary>HiResCAM (Draelos and Carin 2020, arXiv 2011.08891): gradient times activation at every place, nothing averaged.</summary>
internal static class HiResCAM
{
    public static CamMethod Method { get; } =
        new("HiResCAM", "Gradient times activation, place by place: what the last layer really used.", Map);

    private static Tensor Map(LayerEvidence layer) => layer.Merge(layer.Gradients * layer.Activations).relu();
}
