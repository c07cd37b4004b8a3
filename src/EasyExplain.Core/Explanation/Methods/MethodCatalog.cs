using EasyExplain.Models;

namespace EasyExplain.Explanation.Methods;

/// <summary>Every method; a new one is one file and one line here.</summary>
public static class MethodCatalog
{
    /// <summary>The method that explains when none is named.</summary>
    public const string Default = "LayerCAM";

    /// <summary>All methods.</summary>
    public static IReadOnlyList<CamMethod> All { get; } =
    [
        GradCAM.Method,
        GradCAMPlusPlus.Method,
        SmoothGradCAMPlusPlus.Method,
        XGradCAM.Method,
        LayerCAM.Method,
        HiResCAM.Method,
        GradCAMElementWise.Method,
        EigenGradCAM.Method,
        ODAM.Method,
        ShapleyCAM.Method,
        FinerCAM.Method,
        RefineCAM.Method,
        FullGrad.Method,
        CAM.Method,
        EigenCAM.Method,
        KPCACAM.Method,
        FEM.Method,
        ScoreCAM.Method,
        SSCAM.Method,
        ISCAM.Method,
        AblationCAM.Method,
        ReciproCAM.Method,
        ViTReciproCAM.Method,
        LeGrad.Method,
        Occlusion.Method,
        RISE.Method,
        Saliency.Method,
        InputXGradient.Method,
        IntegratedGradients.Method,
        SmoothGrad.Method,
        GuidedBackprop.Method,
        LRP.Method,
        RandomCAM.Method,
    ];

    /// <summary>
    /// The methods that <paramref name="names"/> stand for, in the order asked, each once; those of a wildcard in the order of
    /// <see cref="All"/>.
    /// </summary>
    /// <param name="names">Names (case does not matter), and wildcards as <paramref name="wildcard"/> knows them.</param>
    /// <param name="wildcard">Gives what tells a name that fits a wildcard, and null for a full name.</param>
    /// <param name="layers">What is to be explained: a wildcard leaves out the methods that cannot.</param>
    /// <param name="layersAsked">
    /// Whether somebody asked for these layers: a method that is at home at the input goes there, if it can.
    /// </param>
    /// <exception cref="SelectionException">A name or wildcard fits no method; the message names near ones.</exception>
    public static IReadOnlyList<CamMethod> Select(IEnumerable<string> names, Func<string, Func<string, bool>?> wildcard,
        IReadOnlyList<CamLayer> layers, bool layersAsked = false) =>
    [
        .. names
            .SelectMany(name => wildcard(name) is null ? [Find(name)] : Matching(name, wildcard).Where(method => method.Fits(layers)))
            .Select(method => layersAsked ? method.AtLayers ?? method : method)
            .Distinct(),
    ];

    /// <summary>The method of this name, as <see cref="MethodName"/> reads it: grad-cam++ is GradCAMPlusPlus.</summary>
    /// <exception cref="SelectionException">There is none; the message names near ones.</exception>
    public static CamMethod Find(string name) =>
        All.FirstOrDefault(method => MethodName.Plain(method.Name) == MethodName.Plain(name))
        ?? throw new SelectionException(SelectionFault.MethodNotFound, name, $"There is no method '{name}'. {Hint(name)}");

    private static IReadOnlyList<CamMethod> Matching(string given, Func<string, Func<string, bool>?> wildcard)
    {
        // As it stands first: a dash may be a range, as in [a-z].
        CamMethod[] matching = [.. All.Where(method => wildcard(given)!(method.Name))];
        if (matching.Length == 0 && wildcard(MethodName.Plain(given)) is { } plain)
        {
            matching = [.. All.Where(method => plain(MethodName.Plain(method.Name)))];
        }
        return matching.Length > 0 ? matching : throw new SelectionException(SelectionFault.MethodNotFound, given,
            $"No method fits '{given}'. {Hint(given.Replace("*", "", StringComparison.Ordinal))}");
    }

    private static string Hint(string name) => NearNames.Hint(MethodName.Plain(name), All.Select(method => method.Name));
}
