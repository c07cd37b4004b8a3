using EasyExplain.Networks.Operators;
using EasyExplain.Runtime;
using static TorchSharp.torch;

namespace EasyExplain.Import.TorchScript;

// Products of matrices, and attention.
internal sealed partial class Aten
{
    private void AddAttention()
    {
        _functions["matmul"] = _functions["mm"] = _functions["bmm"] = call => Product(call.Value(0), call.Value(1));
        _functions["baddbmm"] = call =>
        {
            (double beta, double alpha) = (call.Real(3, 1, "beta"), call.Real(4, 1, "alpha"));
            ModelValue product = Product(call.Value(1), call.Value(2));
            product = alpha == 1 ? product : Apply(new MultiplyBy(alpha), product);
            if (beta == 0)
            {
                return product;
            }
            ModelValue more = call.Value(0);
            return Pair(Vocabulary.Add, product, beta == 1 ? more : Pair(Vocabulary.Multiply, more, new NumberValue(beta)));
        };
        _functions["scaled_dot_product_attention"] = call =>
        {
            (ModelValue query, ModelValue key, ModelValue value) = (call.Value(0), call.Value(1), call.Value(2));
            double? scale = call[6, "scale"] is { } given ? Real(given) : null;
            if (call.Flag(5, false, "is_causal"))
            {
                throw new NotSupportedException("that looks backwards only");
            }
            if ((call[3, "attn_mask"] as ScriptTensor)?.Content is not { } mask)
            {
                return Apply(new ScaledDotProductAttention(scale), query, key, value);
            }
            if (mask is FixedTensor { Type: ScalarType.Bool } allowed)
            {
                mask = Compute(() => zeros(allowed.Value.shape).Filled(allowed.Value.logical_not(), double.NegativeInfinity));
            }
            scale ??= 1 / Math.Sqrt(SizeOf(query, -1));
            return Attended(query, key, value, scale.Value, scores => Pair(Vocabulary.Add, scores, mask));
        };
        _functions["_native_multi_head_attention"] = NativeAttention;
        _functions["einsum"] = call => call.Values(1) is [var a, var b]
            ? SumOfProducts(call.Text(0), a, b)
            : throw new NotSupportedException($"of the kind '{call.Text(0)}'");
        _functions["norm"] = _functions["linalg_vector_norm"] = call => call[1] is null || Real(call[1]) == 2
            ? Apply(new L2Norm(Array.ConvertAll(call.Integers(2, "dim"), dim => (long)Dim(dim, Rank(call.Value(0)))),
            call.Flag(3, false, "keepdim")), call.Value(0))
            : throw new NotSupportedException("that is not the square root of the squares' sum");
    }

    /// <summary>
    /// query, key, value, width, heads, weights and biases of the way in and of the way out, mask, whether the weights are wanted too: what
    /// PyTorch's MultiheadAttention calls where it is not trained.
    /// </summary>
    private object NativeAttention(AtenCall call)
    {
        ModelValue x = call.Value(0);
        if (x is not PictureValue { Node: var node } || call.Value(1) is not PictureValue key || call.Value(2) is not PictureValue value
            || key.Node != node || value.Node != node)
        {
            throw new NotSupportedException("of several tensors");
        }
        if (call[9] is not null)
        {
            throw new NotSupportedException("with a mask");
        }
        ModelValue y = Affine(x, call.Value(5), call.ValueOrNull(6));
        y = Apply(new SelfAttention(call.Integer(4)), y);
        return new object?[] { new ScriptTensor(Affine(y, call.Value(7), call.ValueOrNull(8))), null };
    }
}
