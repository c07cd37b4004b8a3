using EasyExplain.Networks;
using EasyExplain.Networks.Operators;

namespace EasyExplain.Models;

/// <summary>
/// The layers that the heads of a detector or a segmenter read: of each size of which candidates are made, the last layer that all of the
/// heads there come from, such as where those of boxes and of classes part. Where regions are looked at, the layers that tell of them.
/// </summary>
internal sealed class HeadInputs
{
    private readonly CamModel _model;
    private readonly HashSet<Node> _ofPicture;
    private readonly Dictionary<Node, (Node? Parent, int Depth)> _gates = []; // by node, the last one before it that all ways there pass

    private HeadInputs(CamModel model)
    {
        (_model, _ofPicture) = (model, model.Network.DependentOn(model.Network.Input));
        _gates[model.Network.Input] = (null, 0);
        foreach (Node node in model.Network.Nodes.Where(node => node != model.Network.Input && _ofPicture.Contains(node)))
        {
            Node gate = node.Inputs.Where(_ofPicture.Contains).Aggregate(Meet);
            _gates[node] = (gate, _gates[gate].Depth + 1);
        }
    }

    /// <summary>Those of a model, in the order that it runs; empty where it cannot be told.</summary>
    public static IReadOnlyList<CamLayer> Of(CamModel model) => model.Network.NamesLayersOnly ? [] : new HeadInputs(model).Find();

    private CamLayer[] Find()
    {
        Node[] ofRegions = [.. _model.Network.Nodes.Where(node => node.Operator is RoiAlign).Select(node => node.Inputs[0]).Distinct()];
        if (ofRegions.Length > 0)
        {
            return [.. ofRegions.Select(LayerAt).OfType<CamLayer>().Distinct().OrderBy(layer => _model.OrderOf(layer.Node))];
        }
        // A segmenter's heads may be of several sizes, and each says something of its own.
        IEnumerable<IReadOnlyCollection<Node>> heads = SizeOf(_model.Network.Output) is not null
            ? Heads(_model.Network.Output, sameSize: false).Select(head => new[] { head })
            : Flattened().GroupBy(SizeOf).Select(maps => maps.SelectMany(map => Heads(map, sameSize: true)).ToHashSet());
        return
        [
            .. heads.Where(together => together.Count > 0).Select(Before).Select(LayerAt).OfType<CamLayer>().Distinct()
                .OrderBy(layer => _model.OrderOf(layer.Node)),
        ];
    }

    /// <summary>The last node before some that all ways to them pass.</summary>
    private Node? Before(IReadOnlyCollection<Node> nodes)
    {
        Node met = nodes.Aggregate(Meet);
        return nodes.Contains(met) ? _gates[met].Parent : met;
    }

    /// <summary>The maps from which on nothing lies on the picture any more.</summary>
    private HashSet<Node> Flattened()
    {
        HashSet<Node> later = [_model.Network.Output], flattened = [];
        foreach (Node node in _model.Network.Nodes.Reverse().Where(later.Contains))
        {
            foreach (Node source in node.Inputs.Where(_ofPicture.Contains))
            {
                (SizeOf(source) is null ? later : flattened).Add(source);
            }
        }
        return flattened;
    }

    /// <summary>The last layers with weights on each way to a map.</summary>
    private HashSet<Node> Heads(Node map, bool sameSize)
    {
        HashSet<Node> seen = [map], heads = [];
        var open = new Stack<Node>(seen);
        while (open.TryPop(out Node? node))
        {
            Node[] before = node.Operator is Conv2d or ConvTranspose2d or Linear ? []
                : [.. node.Inputs.Where(source => _ofPicture.Contains(source)
                    && (!sameSize || IsTurning(source) || SizeOf(source) == SizeOf(map)))];
            if (before.Length == 0 && node != _model.Network.Input)
            {
                heads.Add(node);
            }
            foreach (Node source in before.Where(seen.Add))
            {
                open.Push(source);
            }
        }
        return heads;

        // Halfway from a map to its places as rows.
        bool IsTurning(Node node) => SizeOf(node) is null && node.Operator is Reshape or Flatten or Permute;
    }

    /// <summary>The layer of a node, or the nearest of its size before it that all ways there pass; null where there is none.</summary>
    private CamLayer? LayerAt(Node? node)
    {
        Extent? size = node is null ? null : SizeOf(node);
        for (; node is not null && SizeOf(node) == size; node = _gates[node].Parent)
        {
            if (_model.Layers.FirstOrDefault(layer => layer.Node == node && layer.IsExplainable) is { } layer)
            {
                return layer;
            }
        }
        return null;
    }

    /// <summary>Height and width of what lies on the picture.</summary>
    private Extent? SizeOf(Node node) =>
        _ofPicture.Contains(node) && node.Layout?.MapShape(_model.Shapes[node]) is [_, var height, var width] ? (height, width) : null;

    /// <summary>The last node that all ways to both pass.</summary>
    private Node Meet(Node one, Node other)
    {
        while (one != other)
        {
            if (_gates[one].Depth < _gates[other].Depth)
            {
                (one, other) = (other, one);
            }
            one = _gates[one].Parent!;
        }
        return one;
    }
}
