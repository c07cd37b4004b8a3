using EasyExplain.Networks.Operators;
using static EasyExplain.Runtime.HeldNumbers;
using static TorchSharp.torch;

namespace EasyExplain.Import.Onnx;

// Attention as one operation, written out: softmax(q·kᵀ·scale + mask)·v in each head (Vaswani et al. 2017, arXiv 1706.03762, 3.2).
internal sealed partial class OnnxOperators
{
    private void AddAttention() =>
        _several["Attention"] = call => [Attention(call), .. call.Node.Outputs.Skip(1).Select(_ => Unknown.Value)];

    private ModelValue Attention(OnnxCall call)
    {
        if (Enumerable.Range(4, 3).Any(index => call.Optional(index) is not null))
        {
            throw new NotSupportedException("with keys and values of earlier calls");
        }
        bool folded = Rank(call[0]) == 3; // heads side by side in the last dimension
        long queryHeads = call.Integer("q_num_heads"), keyHeads = call.Integer("kv_num_heads");
        ModelValue queries = Heads(call[0], queryHeads), keys = Heads(call[1], keyHeads), values = Heads(call[2], keyHeads);
        if (new[] { queries, keys, values }.Any(value => Rank(value) != 4))
        {
            throw new InvalidDataException(
                $"The layer '{Layer}' attends to tensors of {Rank(call[0])}, {Rank(call[1])} and {Rank(call[2])} dimensions.");
        }
        (queryHeads, keyHeads) = (SizeOf(queries, 1), SizeOf(keys, 1));
        if (keyHeads == 0 || queryHeads % keyHeads != 0)
        {
            throw new InvalidDataException($"The layer '{Layer}' has {queryHeads} heads of queries for {keyHeads} of keys.");
        }
        if (queryHeads != keyHeads)
        {
            // Several heads of queries share one of keys and values (Ainslie et al. 2023, arXiv 2305.13245).
            long[] shared = [.. Range(queryHeads).Select(head => head / (queryHeads / keyHeads))];
            (keys, values) = (Apply(new IndexSelect(1, shared), keys), Apply(new IndexSelect(1, shared), values));
        }
        double scale = call.Node.Attributes.ContainsKey("scale") ? call.Real("scale") : 1 / Math.Sqrt(SizeOf(queries, 3));
        ModelValue seen = Attended(queries, keys, values, scale, scores =>
        {
            if (call.Real("softcap") is > 0 and var cap)
            {
                scores = Apply(new MultiplyBy(cap), Apply(new Tanh(), Apply(new MultiplyBy(1 / cap), scores)));
            }
            return Masks(call, SizeOf(queries, 2), SizeOf(keys, 2)).Aggregate(scores, (masked, mask) => Apply(new Add(), masked, mask));
        });
        IReadOnlyList<Size> shape = ShapeOf(seen);
        return folded ? Reshape(Permuted(seen, 0, 2, 1, 3), [shape[0], shape[2], shape[1] * shape[3]]) : seen;

        // [N, T, heads·d] to [N, heads, T, d]
        ModelValue Heads(ModelValue x, long heads)
        {
            if (Rank(x) != 3)
            {
                return x;
            }
            (IReadOnlyList<Size> of, long channels) = (ShapeOf(x), SizeOf(x, 2));
            return heads > 0 && channels % heads == 0
                ? Permuted(Reshape(x, [of[0], of[1], new Size(heads), new Size(channels / heads)]), 0, 2, 1, 3)
                : throw new InvalidDataException($"The layer '{Layer}' divides {channels} channels into {heads} heads.");
        }
    }

    /// <summary>What is added to the scores: minus infinity where a query may not look.</summary>
    private IEnumerable<ModelValue> Masks(OnnxCall call, long queries, long keys)
    {
        if (call.Integer("is_causal") != 0)
        {
            Bounded(queries, keys);
            yield return Compute(() => FullOf(float.NegativeInfinity, [queries, keys]).triu(1));
        }
        switch (call.Optional(3))
        {
            case null:
                break;
            case FixedTensor { Value.dtype: ScalarType.Bool } may:
                yield return Compute(() => where(may.Value, tensor(0f), tensor(float.NegativeInfinity)));
                break;
            case PictureValue { Node.Operator: Compare } may:
                yield return Apply(new Where(), may, Compute(() => tensor(0f)), Compute(() => tensor(float.NegativeInfinity)));
                break;
            case var added:
                yield return added;
                break;
        }
    }
}
