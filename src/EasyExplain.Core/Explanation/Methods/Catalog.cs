using EasyExplain.Models;

namespace EasyExplain.Explanation.Methods;

/// <summary>Every method; a new one is one file and one line here.</summary>
public static class Catalog
{
    /// <summary>The method that explains when none is named.</summary>
    public const string Default = "LayerCAM";

    /// <summary>All methods.</summary>
    public static IReadOnlyList<CamMethod> All { get; } =
    [
        GradCAM.Method,
        SmoothGradCAMPlusPlus.Method,
        LayerCAM.Method,
        ScoreCAM.Method,
        SSCAM.Method,
        ISCAM.Method,
        AblationCAM.Method,
    ];

    /// <summary>The method of this name (case does not matter).</summary>
    /// <exception cref="SelectionException">There is none; the message names near ones.</exception>
    public static CamMethod Find(string name) =>
        All.FirstOrDefault(method => method.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
        ?? throw new SelectionException($"There is no method '{name}'. {NearNames.Hint(name, All.Select(method => method.Name))}");
}
