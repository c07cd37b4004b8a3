using EasyExplain.Models;
using EasyExplain.Networks;
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

    /// <summary>False if it never asks for the clean image's gradients: then nothing is recorded for them on the way forward.</summary>
    public bool UsesGradients { get; init; } = true;

    /// <summary>Why it cannot explain a node of a network, as the end of a sentence; null where it can.</summary>
    internal Func<Network, Node, string?> Misfit { get; init; } = (_, _) => null;

    /// <summary>True if it draws noise, so that a seed matters.</summary>
    public bool DrawsNoise { get; init; }

    /// <summary>Whether it can explain a layer; only CAM cannot explain every one.</summary>
    public bool Fits(CamLayer layer) => Misfit(layer.Model.Network, layer.Node) is null;
}
