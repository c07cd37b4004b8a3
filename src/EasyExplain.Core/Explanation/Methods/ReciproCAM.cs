namespace EasyExplain.Explanation.Methods;

/// <summary>
/// Recipro-CAM (Byun and Lee 2022, arXiv 2209.14074): the class's probability where a single place of the layer's output is kept, and 0
/// put everywhere else. Only what follows the layer runs; a class token stays.
/// </summary>
internal static class ReciproCAM
{
    public static CamMethod Method { get; } = Of(PlaceMask.Single, probabilities: true);

    /// <summary>Its other forms.</summary>
    /// <param name="mask">What is kept around a place.</param>
    /// <param name="probabilities">Whether places have probabilities, as the authors have it, or logits, as OpenVINO does.</param>
    internal static CamMethod Of(PlaceMask mask, bool probabilities) =>
        new("ReciproCAM",
            "Each place of the layer by itself: the probability that it alone gives. No gradients, the rest of the network a place.",
            layer => mask.ScoresOf(layer, probabilities))
        {
            UsesGradients = false,
            RunsAgain = true,
            MergesChannels = false,
        };
}
