namespace EasyExplain.Explanation.Methods;

/// <summary>
/// Guided backpropagation (Springenberg et al. 2014, arXiv 1412.6806): the gradient, of which every ReLU on the way back lets through only
/// what is above 0. Summed over the colours.
/// </summary>
/// <remarks>
/// It is said to show what the image is made of rather than why the class (Adebayo et al. 2018, arXiv 1810.03292). A network without ReLUs
/// has its plain gradient here.
/// </remarks>
internal static class GuidedBackprop
{
    public static CamMethod Method { get; } = new("GuidedBackprop",
        "The gradient without what any ReLU would pass on against the class: sharp edges, though hardly about the class.",
        input => input.GuidedGradients.sum(dim: 0))
    {
        UsesGradients = false, // it goes its own way back
        HasOwnGradients = true,
        AtInput = true,
        IsSigned = true,
        MergesChannels = false,
        Misfit = (network, _) => network.NamesLayersOnly
            ? "it is a module of your own, and what it computes between its layers is not known. Saliency, SmoothGrad and " +
              "IntegratedGradients need not know" : null,
    };
}
