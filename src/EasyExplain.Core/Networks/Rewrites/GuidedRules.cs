using EasyExplain.Networks.Operators;
using static TorchSharp.torch;

namespace EasyExplain.Networks.Rewrites;

/// <summary>
/// Guided backpropagation (Springenberg et al. 2014, arXiv 1412.6806, figure 1): at a ReLU, only what is above 0 of what comes back goes on
/// to the chain rule.
/// </summary>
internal static class GuidedRules
{
    /// <summary>By operator: what of the incoming gradient goes on. A ReLU with a ceiling is a ReLU.</summary>
    public static OperatorTable<Tensor, Tensor> Table { get; } = new()
    {
        (ReLU _, Tensor incoming) => incoming.relu(),
        (ReLU6 _, Tensor incoming) => incoming.relu(),
        (Clamp clamp, Tensor incoming) => clamp.Low == 0 ? incoming.relu() : null,
    };
}
