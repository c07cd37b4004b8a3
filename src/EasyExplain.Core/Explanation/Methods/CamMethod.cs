using static TorchSharp.torch;

namespace EasyExplain.Explanation.Methods;

/// <summary>A class activation map method: a formula from what one layer shows to a map.</summary>
/// <param name="Name">The paper's name, such as <c>LayerCAM</c>.</param>
/// <param name="Summary">One line for those who choose.</param>
/// <param name="Map">From a layer's evidence to its map <c>[H, W]</c>, not yet scaled.</param>
public sealed record CamMethod(string Name, string Summary, Func<LayerEvidence, Tensor> Map)
{
    /// <summary>What is done to each scaled map before several are fused; null for nothing.</summary>
    public Func<Tensor, Tensor>? BeforeFusion { get; init; }

    /// <summary>True if it draws noise, so that a seed matters.</summary>
    public bool DrawsNoise { get; init; }
}
