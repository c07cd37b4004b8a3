using EasyExplain.Import.Onnx;
using EasyExplain.Networks;
using Microsoft.ML.OnnxRuntime;
using TorchSharp;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace EasyExplain.Tests.Import.Onnx;

/// <summary>
/// Operators of newer and of very old versions, quantised models, functions of a model's own and branches, against ONNX Runtime's own
/// reading of the same file: in libtorch, and in the form that the network itself has for ONNX Runtime.
/// </summary>
public sealed class NewerOperatorsTests : IDisposable
{
    private const long Channels = 3, Height = 9, Width = 8;

    private static readonly (string Name, long Opset, Action<OnnxBytes> Add)[] Models =
    [
        // Points that come from the picture itself, some of them outside of it.
        ("GridSample", 16, g => Points(g).Node("GridSample", ["x", "points"], ["y"])),
        ("GridSample at corners, with a border", 16, g => Points(g)
            .Node("GridSample", ["x", "points"], ["y"], "", ("align_corners", 1L), ("padding_mode", "border"))),
        ("GridSample with reflections", 16, g => Points(g).Node("GridSample", ["x", "points"], ["y"], "", ("padding_mode", "reflection"))),
        // Quantised models.
        ("DequantizeLinear of weights", 13, g =>
            g.Raw("q", Int8, [4, 3, 1, 1], Bytes(12)).Weight("s", [], 0.02f).Raw("z", Int8, [], [5])
            .Node("DequantizeLinear", ["q", "s", "z"], ["w"]).Node("Conv", ["x", "w"], ["y"])),
        ("DequantizeLinear, a scale for each filter", 13, g =>
            g.Raw("q", UInt8, [4, 3, 1, 1], Bytes(12)).Weight("s", [4], 0.02f, 0.03f, 0.01f, 0.05f).Raw("z", UInt8, [4], [128, 100, 0, 255])
            .Node("DequantizeLinear", ["q", "s", "z"], ["w"], "", ("axis", 0L)).Node("Conv", ["x", "w"], ["y"])),
        ("DequantizeLinear of a bias", 13, g =>
            g.Weight("w", [4, 3, 1, 1], Ramp(12)).Raw("q", Int32, [4], [1, 0, 0, 0, 255, 255, 255, 255, 0, 1, 0, 0, 7, 0, 0, 0])
            .Weight("s", [4], 0.1f, 0.2f, 0.01f, 0.3f).Node("DequantizeLinear", ["q", "s"], ["b"], "", ("axis", 0L))
            .Node("Conv", ["x", "w", "b"], ["y"])),
        ("DequantizeLinear in blocks", 21, g =>
            g.Raw("q", Int8, [4, 6], Bytes(24)).Weight("s", [2, 6], [.. Ramp(12).Select(s => s + 1.5f)])
            .Node("DequantizeLinear", ["q", "s"], ["w"], "", ("axis", 0L), ("block_size", 3L)).Integers("r", [2], -1, 4)
            .Node("Reshape", ["x", "r"], ["f"]).Node("MatMul", ["f", "w"], ["m"]).Node("Reshape", ["m", "four"], ["y"])
            .Integers("four", [4], -1, 54, 6, 1)),
        ("DequantizeLinear of int4", 21, g =>
            g.Raw("q", Int4, [3, 5], Bytes(8)).Weight("s", [], 0.5f).Node("DequantizeLinear", ["q", "s"], ["w"]).Integers("r", [2], -1, 3)
            .Node("Reshape", ["x", "r"], ["f"]).Node("MatMul", ["f", "w"], ["m"]).Node("Reshape", ["m", "four"], ["y"])
            .Integers("four", [4], -1, 72, 5, 1)),
        ("DequantizeLinear of uint4 with a zero point", 21, g =>
            g.Raw("q", UInt4, [3, 5], Bytes(8)).Weight("s", [5], 0.5f, 0.25f, 1, 2, 0.1f).Raw("z", UInt4, [5], [0x21, 0x43, 0x05])
            .Node("DequantizeLinear", ["q", "s", "z"], ["w"], "", ("axis", 1L)).Integers("r", [2], -1, 3).Node("Reshape", ["x", "r"], ["f"])
            .Node("MatMul", ["f", "w"], ["m"]).Node("Reshape", ["m", "four"], ["y"]).Integers("four", [4], -1, 72, 5, 1)),
        ("DequantizeLinear of uint16 and int16", 21, g =>
            g.Raw("q", UInt16, [3, 1, 1], [255, 255, 0, 128, 1, 0]).Raw("p", Int16, [3, 1, 1], [255, 255, 0, 128, 1, 0])
            .Weight("s", [], 0.001f).Node("DequantizeLinear", ["q", "s"], ["w"]).Node("DequantizeLinear", ["p", "s"], ["v"])
            .Node("Mul", ["x", "w"], ["m"]).Node("Add", ["m", "v"], ["y"])),
        ("DequantizeLinear of float8", 19, g =>
            g.Raw("q", Float8, [3, 1, 1], [0x38, 0xc1, 0x03]).Weight("s", [], 2f).Node("DequantizeLinear", ["q", "s"], ["w"])
            .Node("Mul", ["x", "w"], ["y"])),
        ("QuantizeLinear and back, int8", 13, g =>
            g.Weight("s", [], 0.1f).Raw("z", Int8, [], [3]).Node("QuantizeLinear", ["x", "s", "z"], ["q"])
            .Node("DequantizeLinear", ["q", "s", "z"], ["y"])),
        ("QuantizeLinear and back, without a zero point", 13, g =>
            g.Weight("s", [], 0.004f).Node("QuantizeLinear", ["x", "s"], ["q"]).Node("DequantizeLinear", ["q", "s"], ["y"])),
        ("QuantizeLinear and back, halves", 13, g =>
            g.Weight("half", [], 0.5f).Weight("s", [], 1).Raw("z", UInt8, [], [9]).Node("QuantizeLinear", ["x", "s", "z"], ["a"])
            .Node("DequantizeLinear", ["a", "s", "z"], ["b"]).Node("Add", ["b", "half"], ["c"])
            .Node("QuantizeLinear", ["c", "s", "z"], ["q"]).Node("DequantizeLinear", ["q", "s", "z"], ["y"])),
        ("QuantizeLinear and back, each channel", 13, g =>
            g.Weight("s", [3], 0.1f, 0.02f, 0.3f).Raw("z", UInt8, [3], [3, 128, 250]).Node("QuantizeLinear", ["x", "s", "z"], ["q"])
            .Node("DequantizeLinear", ["q", "s", "z"], ["y"])),
        ("QuantizeLinear and back, 16 bits", 21, g =>
            g.Weight("s", [], 0.001f).Raw("z", UInt16, [], [0, 128]).Node("QuantizeLinear", ["x", "s", "z"], ["q"])
            .Node("DequantizeLinear", ["q", "s", "z"], ["y"])),
        ("QuantizeLinear and back, of Microsoft's", 13, g =>
            g.Domain("com.microsoft").Weight("s", [], 0.001f).Raw("z", UInt16, [], [0, 128])
            .Node("com.microsoft::QuantizeLinear", ["x", "s", "z"], ["q"]).Node("com.microsoft::DequantizeLinear", ["q", "s", "z"], ["y"])),
        ("QuantizeLinear as PyTorch writes it", 13, g =>
            g.Weight("s", [], 0.1f).Integers("z64", [], 100).Node("Cast", ["z64"], ["z"], "", ("to", 2L)).Raw("low", UInt8, [], [0])
            .Raw("high", UInt8, [], [127])
            .Node("QuantizeLinear", ["x", "s", "z"], ["q"]).Node("Clip", ["q", "low", "high"], ["c"])
            .Node("DequantizeLinear", ["c", "s", "z"], ["y"])),
        ("QuantizeLinear, then other things", 13, g =>
            g.Weight("s", [], 0.1f).Raw("z", UInt8, [], [100]).Node("QuantizeLinear", ["x", "s", "z"], ["q"])
            .Node("MaxPool", ["q"], ["p"], "", ("kernel_shape", new long[] { 2, 2 }))
            .Node("Transpose", ["p"], ["t"], "", ("perm", new long[] { 0, 2, 3, 1 })).Node("DequantizeLinear", ["t", "s", "z"], ["y"])),
        ("QuantizeLinear of weights", 13, g =>
            g.Weight("f", [4, 3, 1, 1], Ramp(12)).Weight("s", [4], 0.1f, 0.2f, 0.3f, 0.004f).Raw("z", Int8, [4], [0, 1, 2, 3])
            .Node("QuantizeLinear", ["f", "s", "z"], ["q"], "", ("axis", 0L))
            .Node("DequantizeLinear", ["q", "s", "z"], ["w"], "", ("axis", 0L)).Node("Conv", ["x", "w"], ["y"])),
        ("QLinearConv", 13, g => g.Weight("s", [], 0.03f).Raw("z", UInt8, [], [120]).Raw("w", Int8, [2, 3, 3, 3], Bytes(54))
            .Weight("t", [2], 0.01f, 0.02f).Raw("v", Int8, [2], [0, 0]).Raw("b", Int32, [2], [100, 0, 0, 0, 1, 1, 0, 0])
            .Weight("o", [], 0.25f).Raw("p", UInt8, [], [128]).Node("QuantizeLinear", ["x", "s", "z"], ["q"])
            .Node("QLinearConv", ["q", "s", "z", "w", "t", "v", "o", "p", "b"], ["c"], "", ("pads", new long[] { 1, 1, 1, 1 }))
            .Node("DequantizeLinear", ["c", "o", "p"], ["y"])),
        ("QLinearMatMul", 13, g => g.Weight("s", [], 0.03f).Raw("z", UInt8, [], [120]).Raw("w", Int8, [8, 2], Bytes(16))
            .Weight("t", [2], 0.01f, 0.02f).Raw("v", Int8, [2], [0, 0]).Weight("o", [], 0.25f).Raw("p", UInt8, [], [128])
            .Node("QuantizeLinear", ["x", "s", "z"], ["q"]).Node("QLinearMatMul", ["q", "s", "z", "w", "t", "v", "o", "p"], ["c"])
            .Node("DequantizeLinear", ["c", "o", "p"], ["y"])),
        ("QLinearAdd and what else ONNX Runtime has", 13, g =>
            g.Domain("com.microsoft").Weight("s", [], 0.03f).Raw("z", UInt8, [], [120]).Weight("o", [], 0.05f).Raw("p", UInt8, [], [100])
            .Node("QuantizeLinear", ["x", "s", "z"], ["q"])
            .Node("com.microsoft::QLinearLeakyRelu", ["q", "s", "z", "o", "p"], ["a"], "", ("alpha", 0.1f))
            .Node("com.microsoft::QLinearAdd", ["q", "s", "z", "a", "o", "p", "o", "p"], ["b"])
            .Node("com.microsoft::QLinearSigmoid", ["b", "o", "p", "t", "zero"], ["c"])
            .Weight("t", [], 1 / 256f).Raw("zero", UInt8, [], [0])
            .Node("com.microsoft::QLinearMul", ["b", "o", "p", "c", "t", "zero", "o", "p"], ["d"])
            .Node("com.microsoft::QLinearConcat", ["o", "p", "d", "o", "p", "q", "s", "z"], ["e"], "", ("axis", 1L))
            .Node("com.microsoft::QLinearAveragePool", ["e", "o", "p", "o", "p"], ["f"], "", ("kernel_shape", new long[] { 3, 1 }))
            .Node("DequantizeLinear", ["f", "o", "p"], ["y"])),
        ("QLinearGlobalAveragePool, QGemm", 13, g =>
            g.Domain("com.microsoft").Weight("s", [], 0.03f).Raw("z", UInt8, [], [120]).Weight("o", [], 0.01f).Raw("p", UInt8, [], [100])
            .Node("QuantizeLinear", ["x", "s", "z"], ["q"])
            .Node("com.microsoft::QLinearGlobalAveragePool", ["q", "s", "z", "o", "p"], ["g"]).Node("Flatten", ["g"], ["f"])
            .Raw("w", Int8, [4, 3], Bytes(12)).Weight("t", [4], 0.01f, 0.02f, 0.03f, 0.04f).Raw("v", Int8, [4], [0, 0, 0, 0])
            .Raw("b", Int32, [4], [9, 0, 0, 0, 1, 2, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0])
            .Node("com.microsoft::QGemm", ["f", "o", "p", "w", "t", "v", "b", "s", "z"], ["m"], "", ("transB", 1L))
            .Node("DequantizeLinear", ["m", "s", "z"], ["d"]).Integers("u", [2], 2, 3).Node("Unsqueeze", ["d", "u"], ["y"])),
        ("MatMulNBits", 21, g => g.Domain("com.microsoft").Integers("r", [3], 0, 9, 24).Node("Reshape", ["x", "r"], ["f"])
            .Raw("q", UInt8, [5, 2, 8], Bytes(80)).Weight("s", [10], [.. Ramp(10).Select(s => s + 1.1f)])
            .Node("com.microsoft::MatMulNBits", ["f", "q", "s"], ["m"], "", ("K", 24L), ("N", 5L), ("bits", 4L), ("block_size", 16L))
            .Integers("u", [1], 3).Node("Unsqueeze", ["m", "u"], ["y"])),
        ("MatMulNBits with zero points", 21, g =>
            g.Domain("com.microsoft").Integers("r", [3], 0, 9, 24).Node("Reshape", ["x", "r"], ["f"]).Raw("q", UInt8, [5, 2, 8], Bytes(80))
            .Weight("s", [10], [.. Ramp(10).Select(s => s + 1.1f)]).Raw("z", UInt8, [5], [0x17, 0x28, 0x39, 0x4a, 0x5b])
            .Node("com.microsoft::MatMulNBits", ["f", "q", "s", "z"], ["m"], "", ("K", 24L), ("N", 5L), ("bits", 4L), ("block_size", 16L))
            .Integers("u", [1], 3).Node("Unsqueeze", ["m", "u"], ["y"])),

        // What ONNX Runtime makes of several.
        ("Gelu, FastGelu, BiasGelu, QuickGelu", 13, g =>
            g.Domain("com.microsoft").Weight("b", [8], Ramp(8)).Node("com.microsoft::Gelu", ["x"], ["a"])
            .Node("com.microsoft::FastGelu", ["a", "b"], ["c"]).Node("com.microsoft::BiasGelu", ["c", "b"], ["d"])
            .Node("com.microsoft::QuickGelu", ["d"], ["y"])),
        ("FusedMatMul", 13, g => g.Domain("com.microsoft")
            .Node("com.microsoft::FusedMatMul", ["x", "x"], ["y"], "", ("transB", 1L), ("alpha", 0.5f))),
        ("FusedConv", 13, g => g.Domain("com.microsoft").Weight("w", [4, 3, 1, 1], Ramp(12)).Weight("b", [4], Ramp(4))
            .Node("com.microsoft::FusedConv", ["x", "w", "b"], ["a"], "", ("activation", "LeakyRelu"),
            ("activation_params", new float[] { 0.3f })).Weight("v", [4, 4, 1, 1], Ramp(16))
            .Node("com.microsoft::FusedConv", ["a", "v", "b", "a"], ["y"], "", ("activation", "Relu"))),
        ("FusedGemm", 13, g => Rows(g).Domain("com.microsoft").Weight("w", [24, 5], Ramp(120)).Weight("b", [5], Ramp(5))
            .Node("com.microsoft::FusedGemm", ["r", "w", "b"], ["z"], "", ("activation", "Relu")).Node("Reshape", ["z", "four"], ["y"])),
        ("SkipLayerNormalization", 13, g =>
            Tokens(g).Domain("com.microsoft").Weight("s", [8], Ramp(8)).Weight("b", [8], Ramp(8)).Node("Neg", ["t"], ["n"])
            .Node("Relu", ["n"], ["p"]).Node("com.microsoft::SkipLayerNormalization", ["t", "p", "s", "b"], ["a"])
            .Node("Reshape", ["a", "four"], ["y"])),

        // Functions and branches.
        ("a function", 17, g => g.Function("my.lib::gate", ["a"], ["b"], f =>
            f.Node("Sigmoid", ["a"], ["s"]).Node("Mul", ["a", "s"], ["b"])).Node("my.lib::gate", ["x"], ["y"])),
        ("a function with arguments", 17, g =>
            g.Function("my.lib::leaky", ["a"], ["b"], f =>
            f.Node("LeakyRelu", ["a"], ["b"], "", ("alpha", new OnnxBytes.Argument("slope", OnnxBytes.ArgumentType.Float))), ["slope"])
            .Node("my.lib::leaky", ["x"], ["m"], "", ("slope", 0.3f)).Node("my.lib::leaky", ["m"], ["y"], "", ("slope", -0.5f))),
        ("a function with an argument left out", 17, g =>
            g.Function("my.lib::leaky", ["a"], ["b"], f =>
            f.Node("LeakyRelu", ["a"], ["b"], "", ("alpha", new OnnxBytes.Argument("slope", OnnxBytes.ArgumentType.Float))), null,
            [("slope", 0.2f)]).Node("my.lib::leaky", ["x"], ["m"], "", ("slope", 0.3f)).Node("Neg", ["m"], ["n"])
            .Node("my.lib::leaky", ["n"], ["y"])),
        ("a function with an argument that nobody gives", 17, g =>
            g.Function("my.lib::leaky", ["a"], ["b"], f =>
            f.Node("LeakyRelu", ["a"], ["b"], "", ("alpha", new OnnxBytes.Argument("slope", OnnxBytes.ArgumentType.Float))), ["slope"])
            .Node("my.lib::leaky", ["x"], ["y"])),
        ("functions in a function, with names of their own", 17, g =>
            g.Function("my.lib::inner", ["a"], ["b"], f => f.Node("Neg", ["a"], ["s"]).Node("Exp", ["s"], ["b"]))
            .Function("my.lib::outer", ["b"], ["a"], f =>
            f.Node("my.lib::inner", ["b"], ["s"]).Node("my.lib::inner", ["s"], ["t"]).Node("Add", ["t", "b"], ["a"]))
            .Node("my.lib::outer", ["x"], ["s"]).Node("Neg", ["s"], ["y"])),
        ("a function with an input left out", 17, g =>
            g.Function("my.lib::clip", ["a", "low", "high"], ["b"], f => f.Node("Clip", ["a", "low", "high"], ["b"]))
            .Weight("high", [], 0.5f).Node("my.lib::clip", ["x", "", "high"], ["m"]).Weight("low", [], -0.25f)
            .Node("my.lib::clip", ["m", "low"], ["y"])),
        ("a function with several results", 17, g =>
            g.Function("my.lib::both", ["a"], ["p", "n"], f => f.Node("Neg", ["a"], ["n"]).Node("Relu", ["a"], ["p"]))
            .Node("my.lib::both", ["x"], ["p", "n"]).Node("Mul", ["p", "n"], ["m"]).Node("my.lib::both", ["m"], ["", "y"])),
        ("a function of another version", 17, g =>
            g.Function("my.lib::old", ["a"], ["b"], f => f.Node("ReduceMean", ["a"], ["b"], "", ("axes", new long[] { 1 })), opset: 13)
            .Node("my.lib::old", ["x"], ["y"])),
        ("If, true", 16, g => g.Raw("c", Bool, [], [1])
            .Node("If", ["c"], ["y"], "", ("then_branch", new OnnxBytes().Node("Relu", ["x"], ["t"]).Output("t")),
            ("else_branch", new OnnxBytes().Node("Neg", ["x"], ["e"]).Output("e")))),
        ("If, false, with weights", 16, g =>
            g.Raw("c", Bool, [1], [0]).Node("If", ["c"], ["y"], "", ("then_branch", new OnnxBytes().Node("Relu", ["x"], ["t"]).Output("t")),
            ("else_branch", new OnnxBytes().Weight("w", [3, 1, 1], 1, 2, 3).Node("Mul", ["x", "w"], ["e"]).Output("e")))),
        ("If, by a shape", 16, g => g.Integers("h", [], 2).Integers("nine", [], 9).Node("Shape", ["x"], ["s"])
            .Node("Gather", ["s", "h"], ["r"]).Node("Equal", ["r", "nine"], ["c"])
            .Node("If", ["c"], ["y"], "", ("then_branch", new OnnxBytes().Node("Exp", ["x"], ["t"]).Output("t")),
            ("else_branch", new OnnxBytes().Node("Identity", ["x"], ["e"]).Output("e")))),
        ("If in an If in a function", 16, g =>
            g.Raw("c", Bool, [], [1]).Function("my.lib::choose", ["a", "c"], ["b"], f => f.Node("If", ["c"], ["b"], "",
            ("then_branch", new OnnxBytes().Node("Not", ["c"], ["d"])
                .Node("If", ["d"], ["t"], "", ("then_branch", new OnnxBytes().Node("Exp", ["a"], ["u"]).Output("u")),
                ("else_branch", new OnnxBytes()
                .Node("LeakyRelu", ["a"], ["v"], "", ("alpha", new OnnxBytes.Argument("slope", OnnxBytes.ArgumentType.Float))).Output("v")))
                .Output("t")),
            ("else_branch", new OnnxBytes().Node("Neg", ["a"], ["e"]).Output("e"))), ["slope"])
                .Node("my.lib::choose", ["x", "c"], ["y"], "", ("slope", 0.4f))),

        // Attention.
        ("Attention of tokens", 23, g =>
            Tokens(g).Node("Attention", ["t", "t", "t"], ["a"], "", ("q_num_heads", 4L), ("kv_num_heads", 4L))
            .Node("Reshape", ["a", "four"], ["y"])),
        ("Attention, scaled and capped", 23, g =>
            Tokens(g).Node("Attention", ["t", "t", "t"], ["a"], "", ("q_num_heads", 2L), ("kv_num_heads", 2L), ("scale", 0.7f),
            ("softcap", 1.5f)).Node("Reshape", ["a", "four"], ["y"])),
        ("Attention, causal", 23, g =>
            Tokens(g).Node("Attention", ["t", "t", "t"], ["a"], "", ("q_num_heads", 2L), ("kv_num_heads", 2L), ("is_causal", 1L))
            .Node("Reshape", ["a", "four"], ["y"])),
        ("Attention, a mask that is added", 23, g =>
            Tokens(g).Weight("m", [27, 27], Ramp(729))
            .Node("Attention", ["t", "t", "t", "m"], ["a"], "", ("q_num_heads", 2L), ("kv_num_heads", 2L))
            .Node("Reshape", ["a", "four"], ["y"])),
        ("Attention, a mask of places", 23, g =>
            Tokens(g).Raw("m", Bool, [27, 27], [.. Enumerable.Range(0, 729).Select(i => (byte)(i * 7 % 3 == 0 ? 0 : 1))])
            .Node("Attention", ["t", "t", "t", "m"], ["a"], "", ("q_num_heads", 2L), ("kv_num_heads", 2L))
            .Node("Reshape", ["a", "four"], ["y"])),
        ("Attention, causal, masked and capped", 23, g =>
            Tokens(g).Weight("m", [27, 27], Ramp(729))
            .Node("Attention", ["t", "t", "t", "m"], ["a"], "", ("q_num_heads", 2L), ("kv_num_heads", 2L), ("is_causal", 1L),
            ("softcap", 2f)).Node("Reshape", ["a", "four"], ["y"])),
        ("Attention with shared keys", 23, g =>
            Tokens(g).Weight("w", [8, 4], Ramp(32)).Node("MatMul", ["t", "w"], ["k"])
            .Node("Attention", ["t", "k", "k"], ["a"], "", ("q_num_heads", 4L), ("kv_num_heads", 2L))
            .Node("Reshape", ["a", "four"], ["y"])),
        ("Attention of heads", 23, g => g.Node("Neg", ["x"], ["n"]).Node("Attention", ["x", "n", "x"], ["y"])),
        ("Attention of heads, shared, to other values", 23, g =>
            g.Integers("one", [1], 1).Integers("two", [1], 2).Integers("ax", [1], 1).Integers("ax3", [1], 3).Integers("five", [1], 5)
            .Integers("zero", [1], 0).Node("Slice", ["x", "one", "two", "ax"], ["k"]).Node("Slice", ["k", "zero", "five", "ax3"], ["v"])
            .Node("Attention", ["x", "k", "v"], ["y"])),

        // What is new, what is old.
        ("Swish", 24, g => g.Node("Swish", ["x"], ["y"], "", ("alpha", 1.702f))),
        ("Swish, plain", 24, g => g.Node("Swish", ["x"], ["y"])),
        ("RMSNormalization", 23, g => g.Weight("s", [8], Ramp(8)).Node("RMSNormalization", ["x", "s"], ["y"])),
        ("RMSNormalization over two", 23, g =>
            g.Weight("s", [9, 8], Ramp(72)).Node("RMSNormalization", ["x", "s"], ["y"], "", ("axis", 2L), ("epsilon", 0.1f))),
        ("RMSNormalization, one weight", 23, g => g.Weight("s", [1], 0.5f).Node("RMSNormalization", ["x", "s"], ["y"], "", ("axis", -2L))),
        ("GroupNormalization of opset 18", 18, g =>
            g.Weight("s", [2], 2, -1).Weight("b", [2], 0.5f, 1).Weight("w", [6, 3, 1, 1], Ramp(18)).Node("Conv", ["x", "w"], ["c"])
            .Node("GroupNormalization", ["c", "s", "b"], ["y"], "", ("num_groups", 2L), ("epsilon", 0.01f))),
        ("LayerNormalization, weights with dimensions of one", 17, g =>
            g.Weight("s", [1, 1, 8], Ramp(8)).Weight("b", [1, 8], Ramp(8)).Node("LayerNormalization", ["x", "s", "b"], ["y"])),
        ("Gelu", 20, g => g.Node("Gelu", ["x"], ["y"])),
        ("HardSwish", 14, g => g.Node("HardSwish", ["x"], ["y"])),
        ("Mish", 18, g => g.Node("Mish", ["x"], ["y"])),
        ("ReduceL1", 13, g => g.Node("ReduceL1", ["x"], ["y"], "", ("axes", new long[] { -1, 1 }))),
        ("ReduceLogSumExp", 13, g => g.Weight("h", [], 100).Node("Mul", ["x", "h"], ["m"])
            .Node("ReduceLogSumExp", ["m"], ["y"], "", ("axes", new long[] { 2, 3 }), ("keepdims", 0L))),
        ("ReduceLogSumExp as an input", 18, g => g.Integers("a", [1], 1).Node("ReduceLogSumExp", ["x", "a"], ["y"])),
        ("ReduceLogSum", 18, g => g.Integers("a", [2], 1, 3).Node("Abs", ["x"], ["p"]).Node("ReduceLogSum", ["p", "a"], ["y"])),
        ("ReduceSumSquare", 18, g => g.Integers("a", [1], 2).Node("ReduceSumSquare", ["x", "a"], ["y"], "", ("keepdims", 0L))),
        ("ReduceSum over nothing", 13, g => g.Node("ReduceSum", ["x"], ["y"], "", ("noop_with_empty_axes", 1L))),
        ("ReduceMean over nothing", 18, g => g.Integers("a", [0]).Node("ReduceMean", ["x", "a"], ["y"], "", ("noop_with_empty_axes", 1L))),
        ("Optional", 16, g => g.Node("Optional", ["x"], ["o"]).Node("OptionalHasElement", ["o"], ["h"])
            .Node("OptionalGetElement", ["o"], ["e"])
            .Node("If", ["h"], ["y"], "", ("then_branch", new OnnxBytes().Node("Relu", ["e"], ["t"]).Output("t")),
            ("else_branch", new OnnxBytes().Node("Neg", ["e"], ["f"]).Output("f")))),
        ("BatchNormalization of opset 7", 7, g =>
            g.Weight("s", [3], 1, 2, 3).Weight("b", [3], 1, 0, -1).Weight("m", [3], 0, 1, 2).Weight("v", [3], 1, 2, 0.5f)
            .Node("BatchNormalization", ["x", "s", "b", "m", "v"], ["y"], "", ("epsilon", 0.01f), ("momentum", 0.9f), ("spatial", 1L))),
        ("BatchNormalization of opset 7, for each place", 7, g =>
            g.Weight("s", [3, 9, 8], Ramp(216)).Weight("b", [3, 9, 8], Ramp(216)).Weight("m", [3, 9, 8], Ramp(216))
            .Weight("v", [3, 9, 8], [.. Ramp(216).Select(v => v * v + 0.5f)])
            .Node("BatchNormalization", ["x", "s", "b", "m", "v"], ["y"], "", ("spatial", 0L))),
        ("Upsample of opset 7", 7, g => g.Node("Upsample", ["x"], ["y"], "", ("scales", new float[] { 1, 1, 2, 3 }), ("mode", "nearest"))),
        ("Upsample of opset 7, linear", 7, g =>
            g.Node("Upsample", ["x"], ["y"], "", ("scales", new float[] { 1, 1, 2, 3 }), ("mode", "linear"))),
        ("Upsample of opset 9, linear", 9, g =>
            g.Weight("s", [4], 1, 1, 2, 2.5f).Node("Upsample", ["x", "s"], ["y"], "", ("mode", "linear"))),
        ("Dropout of opset 7", 7, g => g.Node("Dropout", ["x"], ["d"], "", ("ratio", 0.3f)).Node("Relu", ["d"], ["y"])),
        ("Softmax of opset 7 in the middle", 7, g => g.Node("Softmax", ["x"], ["s"]).Node("Sqrt", ["s"], ["y"])),
        ("Pad, Clip, Slice of opset 7", 7, g =>
            g.Node("Pad", ["x"], ["p"], "", ("pads", new long[] { 0, 0, 1, 2, 0, 0, 0, 1 }), ("value", 0.5f))
            .Node("Clip", ["p"], ["c"], "", ("max", 0.7f))
            .Node("Slice", ["c"], ["y"], "", ("starts", new long[] { 1, -5 }), ("ends", new long[] { 9, 100 }),
            ("axes", new long[] { 2, 3 }))),

        // Gemm.
        ("Gemm, transA", 13, g => Rows(g).Node("Transpose", ["r"], ["t"]).Weight("w", [24, 5], Ramp(120)).Weight("b", [5], Ramp(5))
            .Node("Gemm", ["t", "w", "b"], ["z"], "", ("transA", 1L)).Node("Reshape", ["z", "four"], ["y"])),
        ("Gemm, transA and transB, factors, no bias", 13, g =>
            Rows(g).Node("Transpose", ["r"], ["t"]).Weight("w", [5, 24], Ramp(120))
            .Node("Gemm", ["t", "w"], ["z"], "", ("transA", 1L), ("transB", 1L), ("alpha", 0.5f), ("beta", 3f))
            .Node("Reshape", ["z", "four"], ["y"])),
        ("Gemm, one number for a bias", 13, g =>
            Rows(g).Weight("w", [24, 5], Ramp(120)).Weight("b", [], 1.5f).Node("Gemm", ["r", "w", "b"], ["z"], "", ("beta", 0.5f))
            .Node("Reshape", ["z", "four"], ["y"])),
        ("Gemm, a bias of one", 13, g =>
            Rows(g).Weight("w", [24, 5], Ramp(120)).Weight("b", [1, 1], 1.5f).Node("Gemm", ["r", "w", "b"], ["z"])
            .Node("Reshape", ["z", "four"], ["y"])),
        ("Gemm by what depends on the picture", 13, g =>
            Rows(g).Weight("v", [5, 24], Ramp(120)).Weight("b", [5, 1], Ramp(5))
            .Node("Gemm", ["v", "r", "b"], ["z"], "", ("transB", 1L), ("alpha", 2f), ("beta", 0.5f)).Node("Transpose", ["z"], ["t"])
            .Node("Reshape", ["t", "four"], ["y"])),

        // Resize.
        .. from places in (string[])["asymmetric", "half_pixel", "pytorch_half_pixel", "align_corners", "half_pixel_symmetric"]
           from mode in (string[])["linear", "cubic"]
           from times in (float[][])[[2, 3], [0.5f, 1.5f], [0.7f, 0.6f], [0.12f, 2]]
           select ($"Resize, {mode}, {places}, {times[0]} and {times[1]}", 19L,
               (Action<OnnxBytes>)(g => g.Weight("s", [4], 1, 1, times[0], times[1])
               .Node("Resize", ["x", "", "s"], ["y"], "", ("mode", mode), ("coordinate_transformation_mode", places)))),
        .. from mode in (string[])["linear", "cubic"]
           from outside in (long[])[0, 1]
           from times in (float[][])[[0.5f, 0.6f], [0.3f, 2]]
           select ($"Resize, {mode}, antialias, {times[0]} and {times[1]}, {outside}", 19L,
               (Action<OnnxBytes>)(g => g.Weight("s", [4], 1, 1, times[0], times[1])
               .Node("Resize", ["x", "", "s"], ["y"], "", ("mode", mode), ("antialias", 1L), ("exclude_outside", outside)))),
        ("Resize, cubic, other curves", 13, g =>
            g.Weight("s", [4], 1, 1, 2, 0.8f)
            .Node("Resize", ["x", "", "s"], ["y"], "", ("mode", "cubic"), ("cubic_coeff_a", -0.5f), ("exclude_outside", 1L))),
        ("Resize to sizes, linear", 13, g =>
            g.Integers("s", [4], 2, 3, 13, 5)
            .Node("Resize", ["x", "", "", "s"], ["y"], "", ("mode", "linear"), ("coordinate_transformation_mode", "asymmetric"))),
        ("Resize to sizes along some axes", 18, g =>
            g.Integers("s", [2], 5, 13).Node("Resize", ["x", "", "", "s"], ["y"], "", ("mode", "linear"), ("axes", new long[] { 3, 2 }))),
        ("Resize along some axes", 18, g =>
            g.Weight("s", [1], 1.5f).Node("Resize", ["x", "", "s"], ["y"], "", ("mode", "cubic"), ("axes", new long[] { -1 }))),
        ("Resize, not larger", 18, g =>
            g.Integers("s", [2], 13, 14).Node("Resize", ["x", "", "", "s"], ["y"], "", ("mode", "linear"), ("axes", new long[] { 2, 3 }),
            ("keep_aspect_ratio_policy", "not_larger"))),
        ("Resize, not smaller", 18, g =>
            g.Integers("s", [2], 5, 7).Node("Resize", ["x", "", "", "s"], ["y"], "", ("mode", "nearest"), ("axes", new long[] { 2, 3 }),
            ("keep_aspect_ratio_policy", "not_smaller"))),
        ("Resize, rounded as float32", 13, g =>
            g.Weight("s", [4], 1, 1, 0.7f, 1.5f).Integers("p", [8], 0, 0, 1, 0, 0, 0, 0, 0).Node("Pad", ["x", "p"], ["ten"])
            .Node("Resize", ["ten", "", "s"], ["y"], "", ("mode", "linear"))),
        ("Resize of opset 10, linear", 10, g => g.Weight("s", [4], 1, 1, 2, 2).Node("Resize", ["x", "s"], ["y"], "", ("mode", "linear"))),
        ("Resize of rows of numbers", 13, g =>
            g.Integers("r", [3], 0, 3, 72).Node("Reshape", ["x", "r"], ["l"]).Weight("s", [3], 1, 1, 0.5f)
            .Node("Resize", ["l", "", "s"], ["z"], "", ("mode", "linear")).Integers("u", [1], 3).Node("Unsqueeze", ["z", "u"], ["y"])),
    ];

    private const int UInt8 = 2, Int8 = 3, UInt16 = 4, Int16 = 5, Int32 = 6, Bool = 9, Float8 = 17, UInt4 = 21, Int4 = 22;

    private readonly string _path = Path.Combine(Path.GetTempPath(), $"easyexplain-{Guid.NewGuid():N}.onnx");

    public static TheoryData<string> Names => [.. Models.Select(model => model.Name)];

    public void Dispose() => File.Delete(_path);

    [Theory]
    [MemberData(nameof(Names))]
    public void AnOperator_DoesWhatOnnxRuntimeDoes(string name)
    {
        (_, long opset, Action<OnnxBytes> add) = Models.Single(model => model.Name == name);
        var model = new OnnxBytes { Opset = opset, IrVersion = opset >= 19 ? 10 : 8 };
        add(model.Input("x", -1, Channels, Height, Width));
        model.Integers("last", [2], 0, -1).Node("Reshape", ["y", "last"], ["logits"]).Output("logits");
        File.WriteAllBytes(_path, model.ToArray());
        using DisposeScope scope = NewDisposeScope();
        Tensor pictures = randn([2, Channels, Height, Width], generator: new Generator(11));
        // else it rounds what it multiplies with int4
        using var plain = new SessionOptions { GraphOptimizationLevel = GraphOptimizationLevel.ORT_DISABLE_ALL };
        float[] right = OnnxReference.Run(_path, pictures, plain);

        using Network network = OnnxFile.Open(_path).ToNetwork(Height, Width, _ => { });
        Tensor found = Executor.Run(network, pictures, [], track: false).Logits;
        AssertClose(right, found);
        IReadOnlyDictionary<Node, long[]> shapes = network.Shapes(Channels, Height, Width);
        Assert.Equal(found.shape[1..], shapes[network.Output]);
        if (network.Nodes.All(node => node.Recorded?.BatchFirst ?? true)
            && EasyExplain.Networks.Engines.OnnxRuntime.OnnxRuntimePart
            .Compile(network.Nodes, [network.Input], [network.Output], shapes) is { } part)
        {
            AssertClose(right, part.Run([pictures], default).Single());
            part.Dispose();
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void QuantisedWhileItRuns_EachPictureIsAsIfItCameAlone(int kind)
    {
        OnnxBytes model = new OnnxBytes { Opset = 13 }.Input("x", -1, Channels, Height, Width)
            .Node("DynamicQuantizeLinear", ["x"], ["q", "s", "z"]).Weight("t", [], 0.02f).Node("Mul", ["s", "t"], ["st"]);
        model = kind == 1
            ? model.Raw("w", Int8, [2, 3, 3, 3], Bytes(54)).Raw("v", Int8, [], [4])
            .Node("ConvInteger", ["q", "w", "z", "v"], ["i"], "", ("pads", new long[] { 1, 1, 1, 1 }))
            : model.Raw("w", UInt8, [8, 2], Bytes(16)).Raw("v", UInt8, [], [130]).Node("MatMulInteger", ["q", "w", "z", "v"], ["i"]);
        File.WriteAllBytes(_path, model.Node("Cast", ["i"], ["f"], "", ("to", 1L)).Node("Mul", ["f", "st"], ["y"])
            .Integers("last", [2], 0, -1).Node("Reshape", ["y", "last"], ["logits"]).Output("logits").ToArray());
        using DisposeScope scope = NewDisposeScope();
        Tensor pictures = randn([2, Channels, Height, Width], generator: new Generator(11)) * tensor([1f, 4f]).view(2, 1, 1, 1);
        float[] right = [.. Enumerable.Range(0, 2).SelectMany(i => OnnxReference.Run(_path, pictures.narrow(0, i, 1)))];
        using Network network = OnnxFile.Open(_path).ToNetwork(Height, Width, _ => { });
        Pass pass = Executor.Run(network, pictures, [network.Input], track: true);
        AssertClose(right, pass.Logits);
        Assert.True(pass.Gradients(pass.Logits.sum())[0].abs().sum().item<float>() > 0);
    }

    private static void AssertClose(float[] right, Tensor found)
    {
        float[] numbers = found.contiguous().data<float>().ToArray();
        Assert.Equal(right.Length, numbers.Length);
        Assert.All(numbers.Zip(right), pair => Assert.Equal(pair.Second, pair.First, 1e-4f * Math.Max(1, Math.Abs(pair.Second))));
    }

    /// <summary>27 tokens of 8 channels.</summary>
    private static OnnxBytes Tokens(OnnxBytes g) =>
        g.Integers("three", [3], 0, 27, 8).Node("Reshape", ["x", "three"], ["t"]).Integers("four", [4], 0, 27, 8, 1);

    /// <summary>Each picture as nine rows of 24 numbers.</summary>
    private static OnnxBytes Rows(OnnxBytes g) =>
        g.Integers("two", [2], -1, 24).Node("Reshape", ["x", "two"], ["r"]).Integers("four", [4], -1, 9, 5, 1);

    /// <summary>Two of the picture's channels as places across and down.</summary>
    private static OnnxBytes Points(OnnxBytes g) => g.Integers("from", [1], 0).Integers("to", [1], 2).Integers("channels", [1], 1)
        .Node("Slice", ["x", "from", "to", "channels"], ["two"])
        .Node("Transpose", ["two"], ["points"], "", ("perm", new long[] { 0, 2, 3, 1 }));

    private static byte[] Bytes(int count) => [.. Enumerable.Range(0, count).Select(i => (byte)(i * 91 % 251))];

    private static float[] Ramp(int count) => [.. Enumerable.Range(0, count).Select(i => i * 37 % 23 / 11f - 1)];
}
