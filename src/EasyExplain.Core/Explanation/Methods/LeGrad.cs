using EasyExplain.Models;
using EasyExplain.Networks;
using EasyExplain.Networks.Operators;
using static TorchSharp.torch;

namespace EasyExplain.Explanation.Methods;

/// <summary>
/// LeGrad (Bousselham et al. 2024, arXiv 2404.03214): how much the score of a block's mean token rises with the attention that each place
/// gets in that block. Of several layers, the mean of theirs.
/// </summary>
/// <remarks>
/// The score is what the classifier makes of the mean of all tokens of the layer's output, so that every block speaks for itself. Of
/// attention in windows, places are compared with those of other windows, too, though no place looks beyond its own.
/// </remarks>
internal static class LeGrad
{
    public static CamMethod Method { get; } =
        new("LeGrad", "How much the score rises with the attention that a place gets, for transformers: name some of their blocks.",
            layer => layer.RisesWithAttention())
        {
            UsesGradients = false, // it finds those that it needs
            HasOwnGradients = true,
            NeedsInfluence = false, // the classifier sees the mean of all tokens
            MergesChannels = false,
            OfWholePictures = true,
            MisfitAt = Misfit,
            FusesUnscaled = true,
            Fuse = (maps, _) => stack(SameSize(maps)).mean([0]),
        };

    private static IEnumerable<Tensor> SameSize(IReadOnlyList<Tensor> maps)
    {
        (long, long) largest = (maps.Max(map => map.shape[0]), maps.Max(map => map.shape[1]));
        return maps.Select(map => (map.shape[0], map.shape[1]) == largest ? map : Fusion.Resize(map, largest));
    }

    private static string? Misfit(CamLayer layer)
    {
        CamModel model = layer.Model;
        if (Attentions.EndOfBlocks(model.Network) is not { } end)
        {
            return "it has no attention between places that is known. ReciproCAM and LayerCAM need none";
        }
        if (Attentions.LastBefore(model.Network, layer.Node) is not { } attention)
        {
            return "no attention comes before that layer. Name a block, or a layer after its attention";
        }
        long[] shape = model.Shapes[layer.Node], last = model.Shapes[end];
        if (layer.Node.Layout?.GetType() != end.Layout?.GetType() || layer.Node.Layout?.MapShape(shape) is not [var channels, _, _]
            || end.Layout!.MapShape(last) is not [var read, _, _] || channels != read)
        {
            return $"its classifier reads what has the shape of '{end.Name}', [{string.Join(", ", last)}], and that layer has " +
                $"[{string.Join(", ", shape)}]. Name layers of the last stage";
        }
        long places = layer.GridSize.Height * layer.GridSize.Width
            + (layer.Node.Layout is TokenGrid { Leading: var leading } ? leading : 0);
        return attention.Operator is not (SelfAttention or ShiftedWindowAttention) && KeysOf(model, attention) != places
            ? "there, places look only at the others of a window, and which places those are is not known" : null;
    }

    /// <summary>How many places the values of an attention come from.</summary>
    private static long KeysOf(CamModel model, Node attention)
    {
        Node values = attention.Inputs[^1];
        if (values.Recorded is not { BatchFirst: false })
        {
            return model.Shapes[values] is [.., var keys, _] ? keys : 0;
        }
        // A file may put heads into the batch, and its shape is known no more: but a run has it.
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        using IDisposable weights = model.Use();
        Tensor zero = zeros([1, 3, .. model.InputSize.Select(side => (long)side)], device: model.Device);
        return Executor.Run(model.Network, zero, [values], track: false).Taps[0].shape is [.., var places, _] ? places : 0;
    }
}
