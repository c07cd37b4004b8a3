using EasyExplain.Models.Folders;
using EasyExplain.Networks;
using EasyExplain.Networks.Operators;

namespace EasyExplain.Architectures;

/// <summary>Activations by the names that configs have for them.</summary>
internal static class Activations
{
    /// <summary>α of x · sigmoid(α·x), with which CLIP approximates GELU.</summary>
    public const double QuickAlpha = 1.702;

    /// <summary>What a config calls <c>hidden_act</c>.</summary>
    public static Func<Operator> Of(ConfigValues config, string usual) => config.Text("hidden_act", usual) switch
    {
        "gelu" => () => new GELU(),
        "gelu_new" or "gelu_pytorch_tanh" or "gelu_fast" => () => new GELU { Tanh = true },
        "quick_gelu" => () => new SiLU { Alpha = QuickAlpha },
        "relu" => () => new ReLU(),
        "silu" or "swish" => () => new SiLU(),
        "hardswish" => () => new Hardswish(),
        _ => throw config.Wrong("hidden_act", "gelu, gelu_new, gelu_pytorch_tanh, quick_gelu, relu, silu or hardswish"),
    };
}
