using EasyExplain.Networks.Operators;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Networks.Rewrites.Lrp;

/// <summary>What the rules want to know about places in a network, whatever the picture.</summary>
internal sealed class GraphFacts
{
    private readonly Network _network;
    private readonly Dictionary<Node, bool> _nonnegative = [];
    private readonly HashSet<Node> _ofPicture;
    private readonly HashSet<Node> _ofLayers; // what is made by layers, or of what they make

    /// <param name="network">The network.</param>
    public GraphFacts(Network network)
    {
        _network = network;
        _ofPicture = From([network.Input]);
        _ofLayers = From(_ofPicture.Where(node => node.Operator is Conv2d or ConvTranspose2d or Linear or QueryKeyValue));
    }

    /// <summary>Whether what a node makes depends on the picture.</summary>
    public bool IsOfPicture(Node node) => _ofPicture.Contains(node);

    /// <summary>Whether a layer reads the picture, and nothing that another layer made of it.</summary>
    public bool IsFirst(Node layer) => _ofPicture.Contains(layer.Inputs[0]) && !layer.Inputs.Any(_ofLayers.Contains);

    /// <summary>Whether what a node makes is never below 0.</summary>
    public bool IsNonnegative(Node node)
    {
        if (!_nonnegative.TryGetValue(node, out bool known))
        {
            known = _nonnegative[node] = node.Operator switch
            {
                ReLU or ReLU6 or Sigmoid or Hardsigmoid or Softmax or Softplus or Abs or Exp or Sqrt or L2Norm => true,
                Clamp clamp => clamp.Min >= 0,
                Resize resize => resize.Kind != ResizeKind.Bicubic && IsNonnegative(node.Inputs[0]),
                Pad pad => (pad.Mode != PadMode.Constant || pad.Value >= 0) && IsNonnegative(node.Inputs[0]),
                MaxPool2d or AdaptiveMaxPool2d or AvgPool2d or AdaptiveAvgPool2d or Mean or Sum or Max or Min
                    or Dropout or StochasticDepth or Flatten or Reshape or Permute or Unsqueeze or Squeeze or Slice or Select or IndexSelect
                    or Expand or Roll or ChannelSlice or ChannelShuffle or PatchMerging or ClassToken or GridOfTokens =>
                    IsNonnegative(node.Inputs[0]),
                Add or Multiply or Maximum or Minimum or Concat => node.Inputs.All(IsNonnegative),
                _ => false,
            };
        }
        return known;
    }

    /// <summary>
    /// Whether a node makes a share of something: what ends in a sigmoid or a softmax, be it moved or resized afterwards.
    /// </summary>
    public bool IsShare(Node node) => node.Operator switch
    {
        Sigmoid or Hardsigmoid or Softmax => true,
        Dropout or Reshape or Flatten or Permute or Unsqueeze or Squeeze or Expand or Resize or Slice or Select => IsShare(node.Inputs[0]),
        _ => false,
    };

    /// <summary>
    /// Whether a constant that is added to what a node makes is the bias of a layer, or the shift of a normalisation, written out.
    /// </summary>
    public bool IsBiased(Node node) => node.Operator switch
    {
        Conv2d or ConvTranspose2d or Linear or MatMul or LayerNorm or LayerNorm2d or GroupNorm or InstanceNorm or RMSNorm or Divide => true,
        Reshape or Flatten or Permute or Unsqueeze or Squeeze or MultiplyBy or ChannelAffine or LayerScale => IsBiased(node.Inputs[0]),
        Multiply => node.Inputs.Where(IsOfPicture).ToArray() is [var signal] && IsBiased(signal),
        _ => false,
    };

    /// <summary>What a node before the first layers makes of two pictures, the lower of both and the higher.</summary>
    /// <param name="node">The node.</param>
    /// <param name="low">A picture <c>[1, 3, H, W]</c>.</param>
    /// <param name="high">Another.</param>
    /// <returns>New tensors.</returns>
    public (Tensor Low, Tensor High) Bounds(Node node, Tensor low, Tensor high)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor a = Made(low), b = Made(high);
        return (a.minimum(b).MoveToOuterDisposeScope(), a.maximum(b).MoveToOuterDisposeScope());

        Tensor Made(Tensor picture)
        {
            var made = new Dictionary<Node, Tensor> { [_network.Input] = picture };
            return Of(node);
            Tensor Of(Node at) => made.TryGetValue(at, out Tensor? known) ? known
                : made[at] = at.Operator.Run([.. at.Inputs.Select(Of)]);
        }
    }

    private HashSet<Node> From(IEnumerable<Node> starts)
    {
        HashSet<Node> found = [.. starts];
        foreach (Node node in _network.Nodes.Where(node => node.Inputs.Any(found.Contains)))
        {
            found.Add(node);
        }
        return found;
    }
}
