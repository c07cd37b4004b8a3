using EasyExplain.Networks;

namespace EasyExplain.Models;

/// <summary>A layer of a model: an output that can be explained. Layers carry their model, so that they can be piped on.</summary>
public sealed class CamLayer : ICamSource
{
    internal CamLayer(CamModel model, Layer layer, int index)
    {
        long[] shape = model.Shapes[layer.Node];
        (Model, Node, Index, Name, Type, OutputShape) = (model, layer.Node, index, layer.Name, layer.Type, [1, .. shape]);
        GridSize = layer.Node.Layout?.MapShape(shape) is [_, var height, var width] ? (height, width) : (1, 1);
        // An imported file may call a weight as it likes, and share it among layers; a user's module holds some that none of its layers
        // runs.
        string inside = layer.Name + ".";
        ParameterCount = model.Network.Nodes
            .SelectMany(node => IsInside(node.Name) ? node.Operator.Parameters
            : node.Operator.Parameters.Where(parameter => IsInside(parameter.Name)))
            .Where(parameter => !parameter.IsBuffer).Distinct().Sum(parameter => parameter.Count);

        bool IsInside(string name) => name == layer.Name || name.StartsWith(inside, StringComparison.Ordinal);
    }

    /// <summary>Its place in the order the network runs, from 0.</summary>
    public int Index { get; }

    /// <summary>torchvision's name, such as <c>layer4.1.conv2</c>.</summary>
    public string Name { get; }

    /// <summary>torchvision's class, such as <c>Conv2d</c> or <c>BasicBlock</c>.</summary>
    public string Type { get; }

    /// <summary>
    /// The output's shape for one picture of the model's input size: <c>[1, C, H, W]</c> of a convolution, <c>[1, H, W, C]</c> or
    /// <c>[1, tokens, C]</c> in a transformer, <c>[1, F]</c> after flattening.
    /// </summary>
    public CamList<long> OutputShape { get; }

    /// <summary>The number of trained values in it and in what it holds.</summary>
    public long ParameterCount { get; }

    /// <summary>True for a layer that is explained when none is named.</summary>
    public bool IsDefault => Model.DefaultLayers.Contains(Name);

    /// <summary>The name of the model it belongs to.</summary>
    public string ModelName => Model.Name;

    /// <summary>
    /// The model it belongs to: a property in PowerShell, too (see EasyExplain.Types.ps1xml), but not one that ConvertTo-Json writes.
    /// </summary>
    internal CamModel Model { get; }

    CamModel ICamSource.Source => Model;

    /// <summary>Whether its output has height and width over 1, so that a map of it says something.</summary>
    internal bool IsSpatial => GridSize is { Height: > 1, Width: > 1 };

    /// <summary>Height and width of a map of it; 1×1 where its output has none.</summary>
    internal (long Height, long Width) GridSize { get; }

    /// <summary>Whether a map by gradients can say something: it is spatial, and the model's output depends on its cells.</summary>
    internal bool IsExplainable => IsSpatial && Model.Network.CellsLeadToOutput(Node);

    /// <summary>
    /// Whether its output is an enlarged smaller one, as after an adaptive pooling to more cells than there are: a map of it shows no more.
    /// </summary>
    internal bool IsEnlarged =>
        Model.Places.TryGetValue(Node, out Extent places) && (places.Height < GridSize.Height || places.Width < GridSize.Width);

    internal Node Node { get; }

    /// <summary>The same layer as an object of its own: PowerShell remembers by the object how to show it.</summary>
    internal CamLayer Copy() => (CamLayer)MemberwiseClone();

    /// <inheritdoc/>
    public override string ToString() => Name;
}
