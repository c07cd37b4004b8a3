using EasyExplain.Models;

namespace EasyExplain.PowerShell.Binding;

/// <summary>A layer as a user writes it: a name, a wildcard, or a layer of Get-CamLayer.</summary>
/// <remarks>PowerShell makes one of a string or a layer by itself, and of nothing else.</remarks>
public sealed class LayerArgument
{
    /// <summary>A layer by name or wildcard.</summary>
    public LayerArgument(string name) => Name = name;

    /// <summary>A layer of a model.</summary>
    public LayerArgument(CamLayer layer) => (Name, Layer) = (layer.Name, layer);

    /// <summary>The name or wildcard.</summary>
    public string Name { get; }

    /// <summary>The layer, where it was given as one.</summary>
    public CamLayer? Layer { get; }

    /// <summary>The layers of a model that were given, or its default layers where none was.</summary>
    /// <exception cref="SelectionException">One is not there, has no height and width, or belongs to another model.</exception>
    internal static IReadOnlyList<CamLayer> Select(CamModel model, LayerArgument[] given)
    {
        if (given.FirstOrDefault(layer => layer.Layer is not null && layer.Layer.Model != model) is { } foreign)
        {
            throw OfAnotherModel(foreign.Layer!, model);
        }
        return LayerSelection.Select(model, given.Length == 0 ? model.DefaultLayers
            : given.Select(layer => layer.Name), Wildcards.Wildcard);
    }

    /// <summary>Says that a layer, or a model, is not of the model that is explained.</summary>
    internal static SelectionException OfAnotherModel(ICamSource given, CamModel model) => new(SelectionFault.LayerOfAnotherModel, given,
        given is CamLayer layer
        ? $"Layer '{layer}' belongs to another model ({layer.Model}) than the one to explain ({model}). " +
            "Take layers of that one, or leave -Model out: layers bring theirs."
        : $"Two models were given, {model} with -Model and {given} through the pipeline: give one.");

    /// <inheritdoc/>
    public override string ToString() => Name;
}
