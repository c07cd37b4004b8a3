using EasyExplain.Networks;
using EasyExplain.Networks.Operators;

namespace EasyExplain.Import;

// Linear layers and products of matrices, normalisations, attention.
internal abstract partial class Dialect
{
    /// <summary>A weight of the layer, under its name in the file if it has one.</summary>
    protected Parameter Weight(FixedTensor weight) => weight.Parameter(Layer + ".weight");

    /// <summary>A bias of the layer.</summary>
    protected Parameter? Bias(FixedTensor? bias) => bias?.Parameter(Layer + ".bias");

    /// <summary>A statistic of the layer, such as <c>running_mean</c>.</summary>
    protected Parameter Statistic(FixedTensor statistic, string name) => statistic.Parameter($"{Layer}.{name}", isBuffer: true);

    /// <summary>A product of matrices; one by a fixed matrix is a linear layer.</summary>
    protected ModelValue Product(ModelValue x, ModelValue y)
    {
        y = y is PictureValue { Node: var same } && Rank(x) == 3 && _forEach.TryGetValue(same, out FixedTensor? matrix) ? matrix : y;
        return y is FixedTensor { Shape.Length: 2 } weight && x is PictureValue && Rank(x) > 1
            ? Apply(new Linear(weight.Parameter(Layer + ".weight", transposed: true), null), x)
            : Apply(new MatMul(), x, y);
    }

    /// <summary>A sum of products over one index.</summary>
    protected ModelValue SumOfProducts(string equation, ModelValue a, ModelValue b) => Einsum.Parse(equation, Rank(a), Rank(b)) is { } plan
        ? Permuted(Apply(new MatMul(), Permuted(a, plan.Left), Permuted(b, plan.Right)), plan.Result)
        : throw new NotSupportedException($"of the kind '{equation}'");

    /// <summary>A layer normalisation over the last dimensions.</summary>
    protected ModelValue LayerNorm(ModelValue x, int dims, Parameter? weight, Parameter? bias, double eps) => Apply(
        new LayerNorm(dims, weight, bias, eps), x);

    /// <summary>softmax(q·kᵀ·scale + mask)·v (Vaswani et al. 2017, arXiv 1706.03762, 3.2), written out.</summary>
    /// <param name="queries">The queries.</param>
    /// <param name="keys">The keys.</param>
    /// <param name="values">The values.</param>
    /// <param name="scale">By what the products are multiplied.</param>
    /// <param name="masked">What is done to the scores before their softmax.</param>
    protected ModelValue Attended(ModelValue queries, ModelValue keys, ModelValue values, double scale, Func<ModelValue, ModelValue> masked)
    {
        ModelValue scores = masked(Apply(new MatMul(), Apply(new MultiplyBy(scale), queries), Turned(keys, -2, -1)));
        return Apply(new MatMul(), Apply(new Softmax(Rank(scores) - 1), scores), values);
    }
}
