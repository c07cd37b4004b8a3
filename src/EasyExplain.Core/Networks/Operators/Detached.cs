using static TorchSharp.torch;

namespace EasyExplain.Networks.Operators;

/// <summary>Its input, from which nothing comes back: neither gradients nor relevance.</summary>
public sealed record Detached : KeepsShape
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].detach();
}
