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

    /// <inheritdoc/>
    public override string ToString() => Name;
}
