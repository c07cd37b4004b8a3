using EasyExplain.Networks;

namespace EasyExplain.Explanation.Methods;

/// <summary>
/// ViT-Recipro-CAM (Byun and Lee 2023, arXiv 2310.02588): Recipro-CAM at the normalised tokens in front of a block's attention. The class
/// token stays, and so does the way around the attention; the places around each one are kept too, as a binomial kernel weighs them.
/// </summary>
internal static class ViTReciproCAM
{
    public static CamMethod Method { get; } = Of(PlaceMask.Window, probabilities: true, aroundToo: false);

    /// <summary>Its other forms.</summary>
    /// <param name="mask">What is kept around a place.</param>
    /// <param name="probabilities">Whether places have probabilities, as the authors have it, or logits, as OpenVINO does.</param>
    /// <param name="aroundToo">Whether tokens on the way around the attention are masked too, as OpenVINO does.</param>
    internal static CamMethod Of(PlaceMask mask, bool probabilities, bool aroundToo) =>
        new("ViTReciproCAM", "ReciproCAM for transformers: each place by itself in front of a block's attention. No gradients.",
            layer => layer.FrontOfAttention is var norm && aroundToo
                ? mask.ScoresAt(layer, [norm, norm.Inputs[0]], probabilities)
                : mask.ScoresAt(layer, [norm], probabilities))
        {
            UsesGradients = false,
            NeedsInfluence = false, // a token that nobody reads afterwards was looked at before
            RunsAgain = true,
            MergesChannels = false,
            OfWholePictures = true,
            Misfit = (network, layer) => Attentions.NormBefore(network, layer) is null
                ? "no block with normalised tokens and attention comes before it. ReciproCAM needs none"
                : null,
        };
}
