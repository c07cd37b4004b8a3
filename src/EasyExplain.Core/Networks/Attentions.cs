using EasyExplain.Networks.Operators;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Networks;

/// <summary>
/// Where places of a picture look at one another in a network: by an operator of its own, or by a product with a softmax, as files have it.
/// </summary>
internal static class Attentions
{
    /// <summary>Whether a node sums up values of places by how much they are attended to.</summary>
    public static bool Is(Node node) => node.Operator is SelfAttention or ScaledDotProductAttention or ShiftedWindowAttention
        || (node.Operator is MatMul && IsWeights(node.Inputs[0]));

    /// <summary>The last attention that a node's output depends on; null where there is none.</summary>
    public static Node? LastBefore(Network network, Node node) => Last(network, node, Is);

    /// <summary>
    /// The normalisation of tokens in front of a block's attention: the last one before the attention that a node depends on, or the node
    /// itself; null where there is none.
    /// </summary>
    public static Node? NormBefore(Network network, Node node)
    {
        Node? before = null;
        if (IsNorm(node))
        {
            Node? own = network.Nodes.FirstOrDefault(later => Is(later) && Last(network, later, IsNorm) == node);
            before = own is null ? null : node;
        }
        return before ?? (LastBefore(network, node) is { } attention ? Last(network, attention, IsNorm) : null);

        static bool IsNorm(Node node) => node is { Operator: LayerNorm or RMSNorm, Layout: TokenGrid };
    }

    /// <summary>
    /// Where a network's blocks end, and its classifier begins: the last sum of two ways after the last attention, or that attention.
    /// </summary>
    public static Node? EndOfBlocks(Network network)
    {
        Node? attention = network.Nodes.LastOrDefault(Is);
        if (attention is null)
        {
            return null;
        }
        HashSet<Node> ofPicture = network.DependentOn(network.Input);
        return network.Nodes.SkipWhile(node => node != attention)
            .LastOrDefault(node => node is { Operator: Add, Layout: not null } && node.Inputs.All(ofPicture.Contains)) ?? attention;
    }

    /// <summary>
    /// How much a score rises with the attention that each place gets: max(∂s/∂A, 0), the mean over heads and over the places that look.
    /// With A·V = O, ∂s/∂A is ∂s/∂O·Vᵀ.
    /// </summary>
    /// <param name="attention">Its node.</param>
    /// <param name="outputs">The outputs of nodes for one picture.</param>
    /// <param name="gradient">∂s/∂O.</param>
    /// <returns>Of every place that is looked at: <c>[T]</c>, or <c>[H, W]</c> where windows are.</returns>
    public static Tensor Rises(Node attention, Func<Node, Tensor> outputs, Tensor gradient)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor made = attention.Operator switch
        {
            ShiftedWindowAttention windows => windows.Rises(outputs(attention.Inputs[0]), gradient),
            SelfAttention { Heads: var heads } => OfAll(Split(gradient, heads),
                Split(outputs(attention.Inputs[0]).chunk(3, -1)[2], heads)),
            ScaledDotProductAttention => OfAll(gradient, outputs(attention.Inputs[2])),
            _ => OfAll(gradient, outputs(attention.Inputs[1])),
        };
        return made.MoveToOuterDisposeScope();

        static Tensor Split(Tensor tokens, long heads) => tokens.unflatten(2, [heads, -1]).transpose(1, 2); // [N, heads, T, d]
    }

    /// <summary>max(gradient · valuesᵀ, 0), its mean over all but the last dimension.</summary>
    private static Tensor OfAll(Tensor gradient, Tensor values)
    {
        Tensor rises = MatMul.Product(gradient, values.transpose(-2, -1)).relu();
        return rises.flatten(0, -2).mean([0]);
    }

    private static bool IsWeights(Node node) => node.Operator switch
    {
        Softmax => true,
        Dropout => IsWeights(node.Inputs[0]),
        _ => false,
    };

    private static Node? Last(Network network, Node node, Func<Node, bool> which)
    {
        HashSet<Node> read = [node];
        foreach (Node one in network.Nodes.Reverse().Where(read.Contains))
        {
            if (which(one) && (one != node || Is(node)))
            {
                return one;
            }
            read.UnionWith(one.Inputs);
        }
        return null;
    }
}
