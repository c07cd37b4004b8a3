namespace EasyExplain.Models;

/// <summary>Finds layers by name or wildcard.</summary>
public static class LayerSelection
{
    /// <summary>
    /// The spatial layers that <paramref name="names"/> stand for, in the order asked, each once. A wildcard takes those of the
    /// matching layers whose output has height and width over 1 and leads to the model's; a full name must have them.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="names">Full names, and wildcards as <paramref name="wildcard"/> knows them.</param>
    /// <param name="wildcard">
    /// Gives what tells a name that fits a wildcard, and null for a full name; without it, all are full names.
    /// </param>
    /// <exception cref="SelectionException">A name fits no layer, or one without height and width.</exception>
    public static IReadOnlyList<CamLayer> Select(CamModel model, IEnumerable<string> names, Func<string, Func<string,
        bool>?>? wildcard = null) =>
    [
        .. names
            .SelectMany(name => wildcard?.Invoke(name) is { } fits ? Matching(model, name, fits) : [Named(model, name)])
            .DistinctBy(layer => layer.Name),
    ];

    /// <summary>
    /// The last layer of each height and width, from the largest to the smallest: what the network saw at each of its resolutions.
    /// </summary>
    public static IReadOnlyList<CamLayer> Stages(CamModel model) =>
    [
        .. model.Layers
            .Where(layer => layer.IsExplainable)
            .GroupBy(layer => layer.GridSize)
            .Select(sameSize => sameSize.MaxBy(layer => model.OrderOf(layer.Node))!)
            .OrderBy(layer => model.OrderOf(layer.Node)),
    ];

    /// <summary>Says that there is no such layer, and which are near.</summary>
    internal static SelectionException Unknown(CamModel model, string name) =>
        new(SelectionFault.LayerNotFound, name,
            $"{model} has no layer '{name}'. {NearNames.Hint(name, model.Layers.Select(layer => layer.Name))}");

    /// <summary>The layer of this name; case matters only where names differ in nothing else.</summary>
    private static CamLayer Named(CamModel model, string name)
    {
        CamLayer[] alike = [.. model.Layers.Where(layer => layer.Name.Equals(name, StringComparison.OrdinalIgnoreCase))];
        CamLayer layer = alike is [var only] ? only : alike.FirstOrDefault(layer => layer.Name == name) ?? throw Unknown(model, name);
        return layer.IsSpatial ? layer : throw new SelectionException(SelectionFault.LayerNotSpatial, name,
            $"Layer '{layer}' of {model} has output [{string.Join(", ", layer.OutputShape)}]: no height and width to make a map of. " +
            $"The last layer that has them is '{model.DefaultLayer}'.");
    }

    private static IReadOnlyList<CamLayer> Matching(CamModel model, string wildcard, Func<string, bool> fits)
    {
        CamLayer[] matching = [.. model.Layers.Where(layer => layer.IsExplainable && fits(layer.Name))];
        return matching.Length > 0 ? matching : throw new SelectionException(SelectionFault.LayerNotFound, wildcard,
            $"No layer of {model} with height and width fits '{wildcard}'. " +
            $"{NearNames.Hint(wildcard.Replace("*", "", StringComparison.Ordinal), model.Layers.Select(layer => layer.Name))}");
    }
}
