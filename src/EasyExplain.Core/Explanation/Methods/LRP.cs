using static TorchSharp.torch;

namespace EasyExplain.Explanation.Methods;

/// <summary>
/// Layer-wise relevance propagation (Bach et al. 2015, PLOS ONE 10(7) e0130140): the class's logit is handed back from layer to layer,
/// each number getting its share in what it helped to make, until every pixel has one.
/// </summary>
/// <remarks>
/// The rules are those of <see cref="Networks.Rewrites.Lrp.RelevanceRules"/>. What is handed back is the logit itself, so that the map adds
/// up to the score but for the share of biases, and what is below 0 speaks against the class also where the logit is negative; zennit hands
/// back 1, of which the map is the logit times as much.
/// </remarks>
internal static class LRP
{
    private static readonly CamMethod AtLayers =
        new("LRP", "Each pixel's share in the score, for or against, handed back layer by layer.", Map)
        {
            IsSigned = true,
            UsesGradients = false,
            UsesRelevance = true,
            MergesChannels = false, // a principal component would no longer add up to the score
        };

    public static CamMethod Method { get; } = AtLayers with { AtInput = true, AtLayers = AtLayers };

    private static Tensor Map(LayerEvidence layer) => layer.Relevance.sum(dim: 0);
}
