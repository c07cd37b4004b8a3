namespace EasyExplain.Networks;

/// <summary>
/// Which rule of layer-wise relevance propagation each kind of layer has; the names and the rules are zennit's (Anders et al. 2021, arXiv
/// 2106.13200).
/// </summary>
public enum LrpComposite
{
    /// <summary>Convolutions hand back what spoke for them (z-plus), fully connected layers everything (epsilon).</summary>
    EpsilonPlus,

    /// <summary>The same, but the first layer spreads what comes back to it evenly over the pixels that it saw.</summary>
    EpsilonPlusFlat,

    /// <summary>Convolutions hand back twice what spoke for them, less once what spoke against (alpha-beta).</summary>
    EpsilonAlpha2Beta1,

    /// <summary>Convolutions favour what spoke for them (gamma); the first knows how dark and how bright a pixel can be (z-box).</summary>
    EpsilonGammaBox,
}

/// <summary>How relevance is propagated.</summary>
/// <param name="Composite">Which layer has which rule.</param>
/// <param name="Epsilon">
/// Of the epsilon rule: what is added to the size of a sum before relevance is divided by it. More of it leaves out what is small or
/// contradicts itself.
/// </param>
/// <param name="Gamma">Of the gamma rule: how much more weight speaks that speaks for a layer's output.</param>
public sealed record LrpSettings(LrpComposite Composite = LrpComposite.EpsilonPlus, double Epsilon = 1e-6, double Gamma = 0.25);
