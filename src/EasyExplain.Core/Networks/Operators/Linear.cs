using static TorchSharp.torch;

namespace EasyExplain.Networks.Operators;

/// <summary>A fully connected layer, <c>[N, F]</c> to <c>[N, K]</c>.</summary>
/// <param name="Weight"><c>[K, F]</c>.</param>
/// <param name="Bias"><c>[K]</c>.</param>
public sealed record Linear(Parameter Weight, Parameter Bias) : Operator
{
    /// <inheritdoc/>
    public override IEnumerable<Parameter> Parameters => [Weight, Bias];

    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) => [Weight.Shape[0]];

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => nn.functional.linear(inputs[0], Weight.Value, Bias.Value);
}
