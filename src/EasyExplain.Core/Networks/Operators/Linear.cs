using static TorchSharp.torch;

namespace EasyExplain.Networks.Operators;

/// <summary>A fully connected layer over the last dimension: <c>[N, F]</c> to <c>[N, K]</c>, <c>[N, H, W, F]</c> to <c>[N, H, W, K]</c>.</summary>
/// <param name="Weight"><c>[K, F]</c>.</param>
/// <param name="Bias"><c>[K]</c>, or null.</param>
public sealed record Linear(Parameter Weight, Parameter? Bias) : KeepsLayout
{
    /// <inheritdoc/>
    public override IEnumerable<Parameter> Parameters => Bias is null ? [Weight] : [Weight, Bias];

    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) => [.. inputs[0][..^1], Weight.Shape[0]];

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => nn.functional.linear(inputs[0], Weight.Value, Bias?.Value);
}

/// <summary>A fully connected layer's way back, <c>[N, K]</c> to <c>[N, F]</c>.</summary>
/// <param name="Weight">That of the layer, <c>[K, F]</c>.</param>
internal sealed record LinearTranspose(Parameter Weight) : KeepsLayout
{
    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) => [.. inputs[0][..^1], Weight.Shape[1]];

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => MatMul.Product(inputs[0], Weight.Value);
}
