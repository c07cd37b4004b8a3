using System.Runtime.InteropServices;
using System.Text.Json;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Import.Exported;

/// <summary>
/// Three small networks that PyTorch 2.11 has exported (make_exported.py), with what they make of two pictures: as they are, with an open
/// batch (-dynamic), and broken down to ATen's core (-decomposed); as ONNX, too.
/// </summary>
internal static class ExportedFixtures
{
    public static string File(string name) => Repository.Data("exported", name);

    /// <summary>The two pictures.</summary>
    public static Tensor Pictures() =>
        tensor(MemoryMarshal.Cast<byte, float>(System.IO.File.ReadAllBytes(File("input.bin"))).ToArray()).view(2, 3, 32, 32);

    /// <summary>The logits of both, one picture after the other.</summary>
    public static float[] Logits(string network)
    {
        using JsonDocument json = JsonDocument.Parse(System.IO.File.ReadAllBytes(File("outputs.json")));
        return [.. json.RootElement.GetProperty("outputs").GetProperty(network).EnumerateArray()
            .SelectMany(row => row.EnumerateArray()).Select(value => value.GetSingle())];
    }

    /// <summary>The modules of the network that give a tensor, with their classes, as nn.Module names them.</summary>
    public static Dictionary<string, string> Modules(string network) => Listed[network].Split(' ')
        .Select(module => module.Split(':')).ToDictionary(module => module[0], module => module[1]);

    private static readonly Dictionary<string, string> Listed = new()
    {
        ["mobile"] = "stem:Sequential stem.0:Conv2d stem.1:BatchNorm2d stem.2:Hardswish dw:Sequential dw.0:Conv2d dw.1:BatchNorm2d " +
            "dw.2:SiLU se:Sequential se.0:AdaptiveAvgPool2d se.1:Conv2d se.2:ReLU se.3:Conv2d se.4:Hardsigmoid head:Conv2d fc:Linear",
        ["resnet"] = "conv1:Conv2d bn1:BatchNorm2d layer1:Sequential layer1.0:Block layer1.0.conv1:Conv2d layer1.0.bn1:BatchNorm2d " +
            "layer1.0.conv2:Conv2d layer1.0.bn2:BatchNorm2d layer1.0.relu:ReLU layer2:Sequential layer2.0:Block layer2.0.conv1:Conv2d " +
            "layer2.0.bn1:BatchNorm2d layer2.0.conv2:Conv2d layer2.0.bn2:BatchNorm2d layer2.0.relu:ReLU layer2.0.downsample:Sequential " +
            "layer2.0.downsample.0:Conv2d layer2.0.downsample.1:BatchNorm2d layer2.1:Block layer2.1.conv1:Conv2d " +
            "layer2.1.bn1:BatchNorm2d layer2.1.conv2:Conv2d layer2.1.bn2:BatchNorm2d layer2.1.relu:ReLU pool:AdaptiveAvgPool2d fc:Linear",
        ["vit"] = "patch_embed:Conv2d blocks:Sequential blocks.0:VBlock blocks.0.norm1:LayerNorm blocks.0.attn:Attn " +
            "blocks.0.attn.qkv:Linear blocks.0.attn.proj:Linear blocks.0.norm2:LayerNorm blocks.0.mlp:Sequential blocks.0.mlp.0:Linear " +
            "blocks.0.mlp.1:GELU blocks.0.mlp.2:Linear blocks.1:VBlock blocks.1.norm1:LayerNorm blocks.1.attn:Attn " +
            "blocks.1.attn.qkv:Linear blocks.1.attn.proj:Linear blocks.1.norm2:LayerNorm blocks.1.mlp:Sequential blocks.1.mlp.0:Linear " +
            "blocks.1.mlp.1:GELU blocks.1.mlp.2:Linear norm:LayerNorm head:Linear",
    };
}
