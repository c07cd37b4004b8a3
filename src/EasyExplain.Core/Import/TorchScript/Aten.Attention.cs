using EasyExplain.Runtime;
using EasyExplain.Networks.Operators;
using static TorchSharp.torch;

namespace EasyExplain.Import.TorchScript;

// Products of matrices, and attention.
internal sealed partial class Aten
{
    private void AddAttention()
    {
        _functions["matmul"] = _functions["mm"] = _functions["bmm"] = call => Product(call.Tensor(0), call.Tensor(1));
        _functions["baddbmm"] = call =>
        {
            (double beta, double alpha) = (call.Real(3, 1, "beta"), call.Real(4, 1, "alpha"));
            ScriptTensor product = Product(call.Tensor(1), call.Tensor(2));
            product = alpha == 1 ? product : Apply(new MultiplyBy(alpha), product);
            if (beta == 0)
            {
                return product;
            }
            ScriptTensor more = call.Tensor(0);
            return Pair("add", product, beta == 1 ? more : Pair("mul", more, beta));
        };
        _functions["scaled_dot_product_attention"] = call =>
        {
            (ScriptTensor query, ScriptTensor key, ScriptTensor value) = (call.Tensor(0), call.Tensor(1), call.Tensor(2));
            double? scale = call[6, "scale"] is { } given ? Real(given) : null;
            if (call.Flag(5, false, "is_causal"))
            {
                throw new NotSupportedException("that looks backwards only");
            }
            if (call[3, "attn_mask"] is not ScriptTensor mask)
            {
                return Apply(new ScaledDotProductAttention(scale), query, key, value);
            }
            if (mask.Content is FixedTensor { Type: ScalarType.Bool } allowed)
            {
                mask = Compute(() => zeros(allowed.Value.shape).Filled(allowed.Value.logical_not(), double.NegativeInfinity));
            }
            ScriptTensor scores = Apply(new MultiplyBy(scale ?? 1 / Math.Sqrt(Integer(ShapeOf(query)[^1]))), Product(query, Transpose(key, -2, -1)));
            return Product(Apply(new Softmax(Rank(scores) - 1), (ScriptTensor)Pair("add", scores, mask)), value);
        };
        _functions["_native_multi_head_attention"] = NativeAttention;
        _functions["einsum"] = Einsum;
        _functions["norm"] = _functions["linalg_vector_norm"] = call => call[1] is null || Real(call[1]) == 2
            ? Apply(new L2Norm(Array.ConvertAll(call.Integers(2, "dim"), dim => Dim(call.Tensor(0), dim)), call.Flag(3, false, "keepdim")), call.Tensor(0))
            : throw new NotSupportedException("that is not the square root of the squares' sum");
    }

    private ScriptTensor Product(ScriptTensor a, ScriptTensor b) => b.Content is FixedTensor { Shape.Count: 2 } && a.Node is not null && Rank(a) >= 2
        ? Affine(a, Transpose(b, 0, 1), null)
        : Apply(new MatMul(), a, b);

    /// <summary>
    /// query, key, value, width, heads, weights and biases of the way in and of the way out, mask, whether the weights are wanted too: what
    /// PyTorch's MultiheadAttention calls where it is not trained.
    /// </summary>
    private object NativeAttention(AtenCall call)
    {
        ScriptTensor x = call.Tensor(0);
        if (call[1] is not ScriptTensor { Node: { } key } || call[2] is not ScriptTensor { Node: { } value } || key != x.Node || value != x.Node)
        {
            throw new NotSupportedException("of several tensors");
        }
        if (call[9] is not null)
        {
            throw new NotSupportedException("with a mask");
        }
        ScriptTensor y = Affine(x, call.Tensor(5), call.TensorOrNull(6));
        y = Apply(new SelfAttention(call.Integer(4)), y);
        return new object?[] { Affine(y, call.Tensor(7), call.TensorOrNull(8)), null };
    }

    /// <summary>A product over one index, such as <c>bgid, bgjd -> bgij</c>: what batched products of matrices can do.</summary>
    private ScriptTensor Einsum(AtenCall call)
    {
        if (call.Tensors(1) is not [var a, var b] || EasyExplain.Import.Einsum.Parse(call.Text(0), Rank(a), Rank(b)) is not { } plan)
        {
            throw new NotSupportedException($"of the kind '{call.Text(0)}'");
        }
        return Permute(Apply(new MatMul(), Permute(a, plan.Left), Permute(b, plan.Right)), plan.Result);
    }
}
