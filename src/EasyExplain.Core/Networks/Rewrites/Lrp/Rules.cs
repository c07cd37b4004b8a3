using EasyExplain.Networks.Operators;
using static EasyExplain.Networks.Rewrites.Lrp.Part;
using static EasyExplain.Networks.Rewrites.Lrp.Term;

namespace EasyExplain.Networks.Rewrites.Lrp;

/// <summary>Of the relevance r of a layer's output, that of its input.</summary>
internal delegate Term Rule(WeightedLayer layer, Term r);

/// <summary>
/// The rules of layer-wise relevance propagation for layers with weights (Bach et al. 2015, PLOS ONE 10(7) e0130140; Montavon et al. 2019,
/// "Layer-Wise Relevance Propagation: An Overview"), with zennit's stabilisers and its treatment of biases and negative inputs.
/// </summary>
/// <remarks>
/// a is what a layer reads, w its weights, b its bias and z = w·a + b what it makes; w⁺ = max(w, 0), w⁻ = min(w, 0), likewise a and b;
/// J(w, s) is the way back with weights w, and stab(z) = z + 10⁻⁶·sign z. What biases have a part in is not handed back.
/// </remarks>
internal static class Rules
{
    /// <summary>a · J(w, r / (z + ε·sign z)).</summary>
    public static Rule Epsilon(double epsilon) => (layer, r) => layer.Input * layer.Back(Whole, r / Stab(layer.Output, epsilon));

    /// <summary>s = r / stab(w⁺a⁺ + w⁻a⁻ + b⁺); a⁺·J(w⁺, s) + a⁻·J(w⁻, s).</summary>
    public static Rule ZPlus { get; } = AlphaBeta(1, 0);

    /// <summary>
    /// s as in z-plus, t = r / stab(w⁻a⁺ + w⁺a⁻ + b⁻); α·(a⁺·J(w⁺, s) + a⁻·J(w⁻, s)) − β·(a⁺·J(w⁻, t) + a⁻·J(w⁺, t)).
    /// </summary>
    public static Rule AlphaBeta(double alpha, double beta) => (layer, r) =>
    {
        var (plus, minus) = layer.SignedInput;
        // Neither sum has terms of two signs, so that stab need not look at the sign.
        Term s = r / (layer.Of(Positive, plus, Positive, Stabilizer) + layer.Of(Negative, minus));
        Term spoke = plus * layer.Back(Positive, s) + minus * layer.Back(Negative, s);
        if (beta == 0)
        {
            return alpha * spoke;
        }
        Term t = r / (layer.Of(Negative, plus, Negative, -Stabilizer) + layer.Of(Positive, minus));
        Term against = plus * layer.Back(Negative, t) + minus * layer.Back(Positive, t);
        return alpha * spoke - beta * against;
    };

    /// <summary>
    /// With u = w + γ·w⁺ and v = w + γ·w⁻: where z is above 0, s = r / stab(u·a⁺ + v·a⁻ + b + γ·b⁺), where it is below 0,
    /// t = r / stab(v·a⁺ + u·a⁻ + b + γ·b⁻), else 0; a⁺·J(u, s) + a⁻·J(v, s) + a⁺·J(v, t) + a⁻·J(u, t).
    /// </summary>
    public static Rule Gamma(double gamma) => (layer, r) =>
    {
        var (plus, minus) = layer.SignedInput;
        (Part u, Part v) = (For(gamma), Against(gamma));
        Term s = WhereAbove(layer.Output, r / Stab(layer.Of(u, plus, u) + layer.Of(v, minus)));
        Term t = WhereBelow(layer.Output, r / Stab(layer.Of(v, plus, v) + layer.Of(u, minus)));
        return plus * (layer.Back(u, s) + layer.Back(v, t)) + minus * (layer.Back(v, s) + layer.Back(u, t));
    };

    /// <summary>
    /// With the bounds l ≤ a ≤ h: s = r / stab(z − w⁺·l − b⁺ − w⁻·h − b⁻); a·J(w, s) − l·J(w⁺, s) − h·J(w⁻, s) (Montavon et al. 2017, arXiv
    /// 1512.02479, section IV).
    /// </summary>
    public static Rule ZBox { get; } = (layer, r) =>
    {
        var (low, high) = layer.Bounds;
        Term lowest = layer.Of(Positive, low, Positive) + layer.Of(Negative, high, Negative);
        Term s = r / Stab(layer.Output - lowest);
        return layer.Input * layer.Back(Whole, s) - low * layer.Back(Positive, s) - high * layer.Back(Negative, s);
    };

    /// <summary>J(1, r / stab(how many numbers the layer reads there)).</summary>
    public static Rule Flat { get; } = (layer, r) => layer.Back(Part.Ones, r / Stab(layer.Of(Part.Ones, layer.Ones)));

    private static Term WhereAbove(Term z, Term x) => x.Then(new WhereBetween(0, double.PositiveInfinity), z);

    private static Term WhereBelow(Term z, Term x) => x.Then(new WhereBetween(double.NegativeInfinity, 0), z);
}
