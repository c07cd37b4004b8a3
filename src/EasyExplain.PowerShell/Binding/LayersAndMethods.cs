using EasyExplain.Explanation.Methods;
using EasyExplain.Models;
using static EasyExplain.PowerShell.Binding.Wildcards;

namespace EasyExplain.PowerShell.Binding;

/// <summary>The layers and methods of a command line, which depend on each other.</summary>
internal static class LayersAndMethods
{
    /// <summary>
    /// The layers that were given, or else the default ones, or all stages for a method that says nothing of its own about one layer; and
    /// the methods that were named, at home at the input or at the layers.
    /// </summary>
    /// <exception cref="SelectionException">There is no such layer or method.</exception>
    public static (IReadOnlyList<CamLayer> Layers, IReadOnlyList<CamMethod> Methods) Of(
        CamModel model, LayerArgument[] given, string[] named)
    {
        bool several = named.Where(name => Wildcard(name) is null).Any(name => MethodCatalog.Find(name).NeedsSeveralLayers);
        IReadOnlyList<CamLayer> layers = given.Length == 0 && several ? LayerSelection.Stages(model) : LayerArgument.Select(model, given);
        return (layers, MethodCatalog.Select(named, Wildcard, layers, layersAsked: given.Length > 0));
    }
}
