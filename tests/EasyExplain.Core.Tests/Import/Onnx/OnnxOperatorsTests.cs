using EasyExplain.Import.Onnx;
using EasyExplain.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Import.Onnx;

/// <summary>Single operators of ONNX, against ONNX Runtime's own reading of the same file.</summary>
public sealed class OnnxOperatorsTests : IDisposable
{
    private const long Channels = 3, Height = 9, Width = 8;

    private static readonly (string Name, long Opset, Action<OnnxBytes> Add)[] Models =
    [
        ("Conv, SAME_UPPER", 13, g => g.Weight("w", [4, 3, 3, 2], Ramp(72)).Weight("b", [4], Ramp(4))
            .Node("Conv", ["x", "w", "b"], ["y"], "", ("auto_pad", "SAME_UPPER"), ("strides", new long[] { 2, 3 }))),
        ("Conv, SAME_LOWER", 13, g => g.Weight("w", [4, 3, 2, 3], Ramp(72))
            .Node("Conv", ["x", "w"], ["y"], "", ("auto_pad", "SAME_LOWER"), ("strides", new long[] { 2, 2 }))),
        ("Conv, one-sided pads", 13, g =>
            g.Weight("w", [6, 1, 3, 3], Ramp(54))
            .Node("Conv", ["x", "w"], ["y"], "", ("pads", new long[] { 0, 1, 2, 0 }), ("group", 3L), ("dilations", new long[] { 2, 1 }))),
        ("ConvTranspose", 13, g => g.Weight("w", [3, 2, 3, 2], Ramp(36)).Weight("b", [2], 1, 2)
            .Node("ConvTranspose", ["x", "w", "b"], ["y"], "", ("strides", new long[] { 2, 3 }), ("pads", new long[] { 1, 0, 1, 0 }),
            ("output_padding", new long[] { 1, 2 }))),
        ("ConvTranspose, cut off at the end", 13, g =>
            g.Weight("w", [3, 2, 3, 3], Ramp(54))
            .Node("ConvTranspose", ["x", "w"], ["y"], "", ("strides", new long[] { 2, 2 }), ("pads", new long[] { 0, 0, 1, 1 }))),
        ("MaxPool, SAME_UPPER", 13, g =>
            g.Node("MaxPool", ["x"], ["y"], "", ("kernel_shape", new long[] { 2, 2 }), ("strides", new long[] { 2, 2 }),
            ("auto_pad", "SAME_UPPER"))),
        ("MaxPool, ceil", 13, g => g.Node("MaxPool", ["x"], ["y"], "", ("kernel_shape", new long[] { 3, 2 }),
            ("strides", new long[] { 2, 3 }), ("ceil_mode", 1L))),
        ("MaxPool, one-sided pads", 13, g =>
            g.Node("MaxPool", ["x"], ["y"], "", ("kernel_shape", new long[] { 3, 3 }), ("strides", new long[] { 2, 2 }),
            ("pads", new long[] { 0, 0, 1, 1 }))),
        ("AveragePool, SAME_UPPER", 13, g =>
            g.Node("AveragePool", ["x"], ["y"], "", ("kernel_shape", new long[] { 2, 3 }), ("strides", new long[] { 2, 2 }),
            ("auto_pad", "SAME_UPPER"))),
        ("AveragePool, pads that count", 13, g =>
            g.Node("AveragePool", ["x"], ["y"], "", ("kernel_shape", new long[] { 3, 3 }), ("pads", new long[] { 1, 1, 0, 0 }),
            ("count_include_pad", 1L))),
        ("AveragePool, pads that do not", 13, g =>
            g.Node("AveragePool", ["x"], ["y"], "", ("kernel_shape", new long[] { 3, 3 }), ("pads", new long[] { 1, 1, 1, 1 }))),
        ("BatchNormalization", 9, g =>
            g.Weight("s", [3], 1, 2, 3).Weight("b", [3], 1, 0, -1).Weight("m", [3], 0, 1, 2).Weight("v", [3], 1, 2, 0.5f)
            .Node("BatchNormalization", ["x", "s", "b", "m", "v"], ["y"], "", ("epsilon", 0.01f))),
        ("InstanceNormalization", 13, g =>
            g.Weight("s", [3], 1, 2, 3).Weight("b", [3], 1, 0, -1).Node("InstanceNormalization", ["x", "s", "b"], ["y"])),
        ("LayerNormalization", 17, g =>
            g.Weight("s", [8], Ramp(8)).Weight("b", [8], Ramp(8)).Node("LayerNormalization", ["x", "s", "b"], ["y"])),
        ("LayerNormalization over two", 17, g =>
            g.Weight("s", [9, 8], Ramp(72)).Node("LayerNormalization", ["x", "s"], ["y"], "", ("axis", 2L))),
        ("LRN", 13, g => g.Node("LRN", ["x"], ["y"], "", ("size", 3L), ("alpha", 0.1f), ("beta", 0.5f), ("bias", 2f))),
        ("Gemm", 13, g => g.Weight("w", [24, 5], Ramp(120)).Weight("b", [5], Ramp(5)).Integers("s", [2], -1, 24)
            .Node("Reshape", ["x", "s"], ["r"]).Node("Gemm", ["r", "w", "b"], ["z"]).Integers("t", [4], -1, 9, 5, 1)
            .Node("Reshape", ["z", "t"], ["y"])),
        ("MatMul and Add", 13, g => g.Weight("w", [8, 5], Ramp(40)).Weight("b", [5], Ramp(5)).Node("MatMul", ["x", "w"], ["m"])
            .Node("Add", ["b", "m"], ["y"])),
        ("Conv, then a bias", 13, g =>
            g.Weight("w", [4, 3, 1, 1], Ramp(12)).Weight("b", [1, 4, 1, 1], Ramp(4)).Node("Conv", ["x", "w"], ["c"])
            .Node("Add", ["c", "b"], ["y"])),
        ("a scale and a shift", 13, g =>
            g.Weight("s", [1, 3, 1, 1], 1, 2, 3).Weight("b", [3, 1, 1], 3, 2, 1).Node("Mul", ["x", "s"], ["m"])
            .Node("Sub", ["m", "b"], ["y"])),
        ("a number minus it", 13, g => g.Weight("c", [], 1.5f).Node("Sub", ["c", "x"], ["y"])),
        ("a number over it", 13, g => g.Weight("c", [1], 1.5f).Node("Exp", ["x"], ["e"]).Node("Div", ["c", "e"], ["y"])),
        ("Pow", 13, g => g.Weight("c", [], 2f).Node("Pow", ["x", "c"], ["y"])),
        ("Clip, as attributes", 9, g => g.Node("Clip", ["x"], ["y"], "", ("min", -0.5f), ("max", 0.25f))),
        ("Clip, as inputs", 13, g => g.Weight("max", [], 0.25f).Node("Clip", ["x", "", "max"], ["y"])),
        ("ReLU6", 13, g => g.Weight("min", [], 0).Weight("max", [], 6).Node("Clip", ["x", "min", "max"], ["y"])),
        ("HardSigmoid", 13, g => g.Node("HardSigmoid", ["x"], ["y"])),
        ("HardSwish", 14, g => g.Node("HardSwish", ["x"], ["y"])),
        ("a hard swish, written out", 11, g =>
            g.Weight("three", [], 3).Weight("zero", [], 0).Weight("six", [], 6).Node("Add", ["x", "three"], ["a"])
            .Node("Clip", ["a", "zero", "six"], ["c"]).Node("Mul", ["x", "c"], ["m"]).Node("Div", ["m", "six"], ["y"])),
        ("a GELU, written out", 13, g =>
            g.Weight("root", [], 1.4142135f).Weight("one", [], 1).Weight("half", [], 0.5f).Node("Div", ["x", "root"], ["d"])
            .Node("Erf", ["d"], ["e"]).Node("Add", ["e", "one"], ["a"]).Node("Mul", ["x", "a"], ["m"]).Node("Mul", ["m", "half"], ["y"])),
        ("PRelu", 13, g => g.Weight("s", [3, 1, 1], 0.1f, 0.2f, 0.3f).Node("PRelu", ["x", "s"], ["y"])),
        ("Elu", 13, g => g.Node("Elu", ["x"], ["y"], "", ("alpha", 0.5f))),
        ("Selu", 13, g => g.Node("Selu", ["x"], ["y"])),
        ("Celu", 13, g => g.Node("Celu", ["x"], ["y"], "", ("alpha", 0.5f))),
        ("Mish", 18, g => g.Node("Mish", ["x"], ["y"])),
        ("Gelu", 20, g => g.Node("Gelu", ["x"], ["y"], "", ("approximate", "tanh"))),
        ("Softplus, Softsign, ThresholdedRelu", 13, g =>
            g.Node("Softplus", ["x"], ["a"]).Node("Softsign", ["a"], ["b"]).Node("ThresholdedRelu", ["b"], ["y"], "", ("alpha", 0.4f))),
        ("Softmax of opset 11", 11, g => g.Node("Softmax", ["x"], ["y"], "", ("axis", 2L))),
        ("Softmax of opset 13", 13, g => g.Node("Softmax", ["x"], ["y"], "", ("axis", 1L))),
        ("LogSoftmax", 13, g => g.Node("LogSoftmax", ["x"], ["y"])),
        ("Max, Min, Sum, Mean", 13, g =>
            g.Node("Neg", ["x"], ["n"]).Node("Abs", ["x"], ["a"]).Node("Max", ["x", "n"], ["p"]).Node("Min", ["p", "a", "x"], ["q"])
            .Node("Sum", ["q", "x", "a"], ["s"]).Node("Mean", ["s", "x"], ["y"])),
        ("Where", 13, g => g.Weight("zero", [], 0).Node("Greater", ["x", "zero"], ["c"]).Node("Neg", ["x"], ["n"])
            .Node("Where", ["c", "x", "n"], ["y"])),
        ("ReduceMean as an attribute", 13, g => g.Node("ReduceMean", ["x"], ["y"], "", ("axes", new long[] { 2, 3 }))),
        ("ReduceMean as an input", 18, g => g.Integers("a", [1], -1).Node("ReduceMean", ["x", "a"], ["y"])),
        ("ReduceSum, ReduceL2, ReduceMax", 13, g =>
            g.Integers("a", [1], 3).Node("ReduceSum", ["x", "a"], ["s"]).Node("ReduceL2", ["x"], ["l"], "", ("axes", new long[] { 3 }))
            .Node("ReduceMax", ["x"], ["m"], "", ("axes", new long[] { -1 })).Node("Add", ["s", "l"], ["p"])
            .Node("Mul", ["p", "m"], ["y"])),
        ("GlobalMaxPool", 13, g => g.Node("GlobalMaxPool", ["x"], ["y"])),
        ("Transpose, Reshape with a 0", 13, g =>
            g.Integers("s", [4], 0, 8, -1, 9).Node("Transpose", ["x"], ["t"], "", ("perm", new long[] { 0, 3, 1, 2 }))
            .Node("Reshape", ["t", "s"], ["y"])),
        ("Squeeze, Unsqueeze", 13, g =>
            g.Integers("a", [1], 2).Node("ReduceMean", ["x"], ["m"], "", ("axes", new long[] { 2 })).Node("Squeeze", ["m", "a"], ["q"])
            .Node("Unsqueeze", ["q", "a"], ["y"])),
        ("Slice", 13, g => g.Integers("s", [2], 1, -2).Integers("e", [2], 1000, -9).Integers("a", [2], 2, 3).Integers("t", [2], 2, -3)
            .Node("Slice", ["x", "s", "e", "a", "t"], ["y"])),
        ("Slice of opset 9", 9, g => g.Node("Slice", ["x"], ["y"], "", ("starts", new long[] { 0, 1 }), ("ends", new long[] { 2, -1 }),
            ("axes", new long[] { 1, 2 }))),
        ("Split, Concat", 13, g => g.Integers("s", [3], 4, 3, 2).Node("Split", ["x", "s"], ["a", "b", "c"], "", ("axis", 2L))
            .Node("Concat", ["c", "a", "b"], ["y"], "", ("axis", -2L))),
        ("Gather", 13, g => g.Integers("i", [2], -1, 0).Node("Gather", ["x", "i"], ["y"], "", ("axis", 1L))),
        ("Expand, Tile", 13, g => g.Integers("s", [4], 1, 1, 9, 8).Integers("t", [4], 1, 2, 1, 1)
            .Node("ReduceMean", ["x"], ["m"], "", ("axes", new long[] { 3 })).Node("Expand", ["m", "s"], ["e"])
            .Node("Tile", ["e", "t"], ["y"])),
        ("Pad", 13, g => g.Integers("p", [8], 0, 0, 1, -2, 0, 1, 0, 3).Weight("v", [], 7).Node("Pad", ["x", "p", "v"], ["y"])),
        ("Pad, reflect", 9, g => g.Node("Pad", ["x"], ["y"], "", ("mode", "reflect"), ("pads", new long[] { 0, 0, 1, 2, 0, 0, 3, 1 }))),
        ("Resize, nearest", 13, g => g.Weight("s", [4], 1, 1, 2, 3)
            .Node("Resize", ["x", "", "s"], ["y"], "", ("mode", "nearest"), ("coordinate_transformation_mode", "asymmetric"),
            ("nearest_mode", "floor"))),
        ("Resize, linear", 13, g => g.Integers("s", [4], 2, 3, 13, 5)
            .Node("Resize", ["x", "", "", "s"], ["y"], "", ("mode", "linear"), ("coordinate_transformation_mode", "align_corners"))),
        ("Resize, cubic", 13, g => g.Weight("s", [4], 1, 1, 2, 2).Node("Resize", ["x", "", "s"], ["y"], "", ("mode", "cubic"))),
        ("Upsample", 9, g => g.Weight("s", [4], 1, 1, 2, 2).Node("Upsample", ["x", "s"], ["y"], "", ("mode", "nearest"))),
        ("Resize, asymmetric, round_prefer_floor, 2, 3", 13, g =>
            g.Weight("s", [4], 1, 1, 2, 3).Node("Resize", ["x", "", "s"], ["y"], "", ("mode", "nearest"),
            ("coordinate_transformation_mode", "asymmetric"), ("nearest_mode", "round_prefer_floor"))),
        ("Resize, asymmetric, round_prefer_floor, 0.5, 1.5", 13, g =>
            g.Weight("s", [4], 1, 1, 0.5f, 1.5f)
            .Node("Resize", ["x", "", "s"], ["y"], "", ("mode", "nearest"), ("coordinate_transformation_mode", "asymmetric"),
            ("nearest_mode", "round_prefer_floor"))),
        ("Resize, asymmetric, round_prefer_ceil, 2, 3", 13, g =>
            g.Weight("s", [4], 1, 1, 2, 3).Node("Resize", ["x", "", "s"], ["y"], "", ("mode", "nearest"),
            ("coordinate_transformation_mode", "asymmetric"), ("nearest_mode", "round_prefer_ceil"))),
        ("Resize, asymmetric, round_prefer_ceil, 0.5, 1.5", 13, g =>
            g.Weight("s", [4], 1, 1, 0.5f, 1.5f)
            .Node("Resize", ["x", "", "s"], ["y"], "", ("mode", "nearest"), ("coordinate_transformation_mode", "asymmetric"),
            ("nearest_mode", "round_prefer_ceil"))),
        ("Resize, asymmetric, floor, 2, 3", 13, g =>
            g.Weight("s", [4], 1, 1, 2, 3).Node("Resize", ["x", "", "s"], ["y"], "", ("mode", "nearest"),
            ("coordinate_transformation_mode", "asymmetric"), ("nearest_mode", "floor"))),
        ("Resize, asymmetric, floor, 0.5, 1.5", 13, g =>
            g.Weight("s", [4], 1, 1, 0.5f, 1.5f)
            .Node("Resize", ["x", "", "s"], ["y"], "", ("mode", "nearest"), ("coordinate_transformation_mode", "asymmetric"),
            ("nearest_mode", "floor"))),
        ("Resize, asymmetric, ceil, 2, 3", 13, g =>
            g.Weight("s", [4], 1, 1, 2, 3).Node("Resize", ["x", "", "s"], ["y"], "", ("mode", "nearest"),
            ("coordinate_transformation_mode", "asymmetric"), ("nearest_mode", "ceil"))),
        ("Resize, asymmetric, ceil, 0.5, 1.5", 13, g =>
            g.Weight("s", [4], 1, 1, 0.5f, 1.5f)
            .Node("Resize", ["x", "", "s"], ["y"], "", ("mode", "nearest"), ("coordinate_transformation_mode", "asymmetric"),
            ("nearest_mode", "ceil"))),
        ("Resize, half_pixel, round_prefer_floor, 2, 3", 13, g =>
            g.Weight("s", [4], 1, 1, 2, 3).Node("Resize", ["x", "", "s"], ["y"], "", ("mode", "nearest"),
            ("coordinate_transformation_mode", "half_pixel"), ("nearest_mode", "round_prefer_floor"))),
        ("Resize, half_pixel, round_prefer_floor, 0.5, 1.5", 13, g =>
            g.Weight("s", [4], 1, 1, 0.5f, 1.5f)
            .Node("Resize", ["x", "", "s"], ["y"], "", ("mode", "nearest"), ("coordinate_transformation_mode", "half_pixel"),
            ("nearest_mode", "round_prefer_floor"))),
        ("Resize, half_pixel, round_prefer_ceil, 2, 3", 13, g =>
            g.Weight("s", [4], 1, 1, 2, 3).Node("Resize", ["x", "", "s"], ["y"], "", ("mode", "nearest"),
            ("coordinate_transformation_mode", "half_pixel"), ("nearest_mode", "round_prefer_ceil"))),
        ("Resize, half_pixel, round_prefer_ceil, 0.5, 1.5", 13, g =>
            g.Weight("s", [4], 1, 1, 0.5f, 1.5f)
            .Node("Resize", ["x", "", "s"], ["y"], "", ("mode", "nearest"), ("coordinate_transformation_mode", "half_pixel"),
            ("nearest_mode", "round_prefer_ceil"))),
        ("Resize, half_pixel, floor, 2, 3", 13, g =>
            g.Weight("s", [4], 1, 1, 2, 3).Node("Resize", ["x", "", "s"], ["y"], "", ("mode", "nearest"),
            ("coordinate_transformation_mode", "half_pixel"), ("nearest_mode", "floor"))),
        ("Resize, half_pixel, floor, 0.5, 1.5", 13, g =>
            g.Weight("s", [4], 1, 1, 0.5f, 1.5f)
            .Node("Resize", ["x", "", "s"], ["y"], "", ("mode", "nearest"), ("coordinate_transformation_mode", "half_pixel"),
            ("nearest_mode", "floor"))),
        ("Resize, half_pixel, ceil, 2, 3", 13, g =>
            g.Weight("s", [4], 1, 1, 2, 3).Node("Resize", ["x", "", "s"], ["y"], "", ("mode", "nearest"),
            ("coordinate_transformation_mode", "half_pixel"), ("nearest_mode", "ceil"))),
        ("Resize, half_pixel, ceil, 0.5, 1.5", 13, g =>
            g.Weight("s", [4], 1, 1, 0.5f, 1.5f)
            .Node("Resize", ["x", "", "s"], ["y"], "", ("mode", "nearest"), ("coordinate_transformation_mode", "half_pixel"),
            ("nearest_mode", "ceil"))),
        ("Resize, pytorch_half_pixel, round_prefer_floor, 2, 3", 13, g =>
            g.Weight("s", [4], 1, 1, 2, 3).Node("Resize", ["x", "", "s"], ["y"], "", ("mode", "nearest"),
            ("coordinate_transformation_mode", "pytorch_half_pixel"), ("nearest_mode", "round_prefer_floor"))),
        ("Resize, pytorch_half_pixel, round_prefer_floor, 0.5, 1.5", 13, g =>
            g.Weight("s", [4], 1, 1, 0.5f, 1.5f)
            .Node("Resize", ["x", "", "s"], ["y"], "", ("mode", "nearest"), ("coordinate_transformation_mode", "pytorch_half_pixel"),
            ("nearest_mode", "round_prefer_floor"))),
        ("Resize, pytorch_half_pixel, round_prefer_ceil, 2, 3", 13, g =>
            g.Weight("s", [4], 1, 1, 2, 3).Node("Resize", ["x", "", "s"], ["y"], "", ("mode", "nearest"),
            ("coordinate_transformation_mode", "pytorch_half_pixel"), ("nearest_mode", "round_prefer_ceil"))),
        ("Resize, pytorch_half_pixel, round_prefer_ceil, 0.5, 1.5", 13, g =>
            g.Weight("s", [4], 1, 1, 0.5f, 1.5f)
            .Node("Resize", ["x", "", "s"], ["y"], "", ("mode", "nearest"), ("coordinate_transformation_mode", "pytorch_half_pixel"),
            ("nearest_mode", "round_prefer_ceil"))),
        ("Resize, pytorch_half_pixel, floor, 2, 3", 13, g =>
            g.Weight("s", [4], 1, 1, 2, 3).Node("Resize", ["x", "", "s"], ["y"], "", ("mode", "nearest"),
            ("coordinate_transformation_mode", "pytorch_half_pixel"), ("nearest_mode", "floor"))),
        ("Resize, pytorch_half_pixel, floor, 0.5, 1.5", 13, g =>
            g.Weight("s", [4], 1, 1, 0.5f, 1.5f)
            .Node("Resize", ["x", "", "s"], ["y"], "", ("mode", "nearest"), ("coordinate_transformation_mode", "pytorch_half_pixel"),
            ("nearest_mode", "floor"))),
        ("Resize, pytorch_half_pixel, ceil, 2, 3", 13, g =>
            g.Weight("s", [4], 1, 1, 2, 3).Node("Resize", ["x", "", "s"], ["y"], "", ("mode", "nearest"),
            ("coordinate_transformation_mode", "pytorch_half_pixel"), ("nearest_mode", "ceil"))),
        ("Resize, pytorch_half_pixel, ceil, 0.5, 1.5", 13, g =>
            g.Weight("s", [4], 1, 1, 0.5f, 1.5f)
            .Node("Resize", ["x", "", "s"], ["y"], "", ("mode", "nearest"), ("coordinate_transformation_mode", "pytorch_half_pixel"),
            ("nearest_mode", "ceil"))),
        ("Resize, align_corners, round_prefer_floor, 2, 3", 13, g =>
            g.Weight("s", [4], 1, 1, 2, 3).Node("Resize", ["x", "", "s"], ["y"], "", ("mode", "nearest"),
            ("coordinate_transformation_mode", "align_corners"), ("nearest_mode", "round_prefer_floor"))),
        ("Resize, align_corners, round_prefer_floor, 0.5, 1.5", 13, g =>
            g.Weight("s", [4], 1, 1, 0.5f, 1.5f)
            .Node("Resize", ["x", "", "s"], ["y"], "", ("mode", "nearest"), ("coordinate_transformation_mode", "align_corners"),
            ("nearest_mode", "round_prefer_floor"))),
        ("Resize, align_corners, round_prefer_ceil, 2, 3", 13, g =>
            g.Weight("s", [4], 1, 1, 2, 3).Node("Resize", ["x", "", "s"], ["y"], "", ("mode", "nearest"),
            ("coordinate_transformation_mode", "align_corners"), ("nearest_mode", "round_prefer_ceil"))),
        ("Resize, align_corners, round_prefer_ceil, 0.5, 1.5", 13, g =>
            g.Weight("s", [4], 1, 1, 0.5f, 1.5f)
            .Node("Resize", ["x", "", "s"], ["y"], "", ("mode", "nearest"), ("coordinate_transformation_mode", "align_corners"),
            ("nearest_mode", "round_prefer_ceil"))),
        ("Resize, align_corners, floor, 2, 3", 13, g =>
            g.Weight("s", [4], 1, 1, 2, 3).Node("Resize", ["x", "", "s"], ["y"], "", ("mode", "nearest"),
            ("coordinate_transformation_mode", "align_corners"), ("nearest_mode", "floor"))),
        ("Resize, align_corners, floor, 0.5, 1.5", 13, g =>
            g.Weight("s", [4], 1, 1, 0.5f, 1.5f)
            .Node("Resize", ["x", "", "s"], ["y"], "", ("mode", "nearest"), ("coordinate_transformation_mode", "align_corners"),
            ("nearest_mode", "floor"))),
        ("Resize, align_corners, ceil, 2, 3", 13, g =>
            g.Weight("s", [4], 1, 1, 2, 3).Node("Resize", ["x", "", "s"], ["y"], "", ("mode", "nearest"),
            ("coordinate_transformation_mode", "align_corners"), ("nearest_mode", "ceil"))),
        ("Resize, align_corners, ceil, 0.5, 1.5", 13, g =>
            g.Weight("s", [4], 1, 1, 0.5f, 1.5f)
            .Node("Resize", ["x", "", "s"], ["y"], "", ("mode", "nearest"), ("coordinate_transformation_mode", "align_corners"),
            ("nearest_mode", "ceil"))),
        ("Resize, linear by a fraction", 13, g =>
            g.Weight("s", [4], 1, 1, 1.5f, 0.7f)
            .Node("Resize", ["x", "", "s"], ["y"], "", ("mode", "linear"), ("coordinate_transformation_mode", "half_pixel"),
            ("nearest_mode", "floor"))),
        ("Resize to sizes, nearest", 13, g =>
            g.Integers("s", [4], 2, 3, 13, 5)
            .Node("Resize", ["x", "", "", "s"], ["y"], "", ("mode", "nearest"), ("coordinate_transformation_mode", "asymmetric"),
            ("nearest_mode", "floor"))),
        ("PRelu along the last dimension", 13, g => g.Weight("s", [8], Ramp(8)).Node("PRelu", ["x", "s"], ["y"])),
        ("PRelu, a slope for each place", 13, g => g.Weight("s", [9, 8], Ramp(72)).Node("PRelu", ["x", "s"], ["y"])),
        ("PRelu, one slope", 13, g => g.Weight("s", [1], 0.3f).Node("PRelu", ["x", "s"], ["y"])),
        ("Softmax of opset 11 over all", 11, g => g.Node("Softmax", ["x"], ["y"])),
        ("AveragePool, ceil", 19, g =>
            g.Node("AveragePool", ["x"], ["y"], "", ("kernel_shape", new long[] { 3, 3 }), ("strides", new long[] { 2, 2 }),
            ("pads", new long[] { 1, 1, 1, 1 }), ("ceil_mode", 1L))),
        ("AveragePool, ceil, one-sided pads", 19, g =>
            g.Node("AveragePool", ["x"], ["y"], "", ("kernel_shape", new long[] { 3, 3 }), ("strides", new long[] { 2, 2 }),
            ("pads", new long[] { 0, 0, 1, 1 }), ("ceil_mode", 1L))),
        ("MaxPool, ceil, one-sided pads", 13, g =>
            g.Node("MaxPool", ["x"], ["y"], "", ("kernel_shape", new long[] { 3, 3 }), ("strides", new long[] { 2, 2 }),
            ("pads", new long[] { 0, 1, 1, 0 }), ("ceil_mode", 1L))),
        ("MaxPool with gaps", 13, g =>
            g.Node("MaxPool", ["x"], ["y"], "", ("kernel_shape", new long[] { 2, 3 }), ("dilations", new long[] { 3, 2 }),
            ("pads", new long[] { 1, 1, 1, 1 }))),
        ("Split by count", 18, g => g.Node("Split", ["x"], ["a", "b"], "", ("axis", 2L), ("num_outputs", 2L))
            .Node("Concat", ["b", "a"], ["y"], "", ("axis", 2L))),
        ("Gather, one and a table", 13, g =>
            g.Integers("i", [2, 2], 0, -1, 3, 2).Integers("j", [], 1).Node("Gather", ["x", "j"], ["a"], "", ("axis", 2L))
            .Node("Gather", ["a", "i"], ["y"], "", ("axis", 2L))),
        ("Tile", 13, g => g.Integers("t", [4], 1, 2, 3, 2).Node("Tile", ["x", "t"], ["y"])),
        ("Gemm with factors", 13, g =>
            g.Weight("w", [5, 24], Ramp(120)).Weight("b", [5], Ramp(5)).Integers("s", [2], -1, 24).Node("Reshape", ["x", "s"], ["r"])
            .Node("Gemm", ["r", "w", "b"], ["z"], "", ("transB", 1L), ("alpha", 0.5f), ("beta", 2f)).Integers("t", [4], -1, 9, 5, 1)
            .Node("Reshape", ["z", "t"], ["y"])),
        ("a constant times the picture", 13, g => g.Weight("w", [4, 9], Ramp(36)).Node("MatMul", ["w", "x"], ["y"])),
        ("tensors of constants", 13, g =>
            g.Weight("w", [9, 8], Ramp(72)).Weight("v", [3, 1, 1], 1, 2, 3).Node("Max", ["x", "w"], ["a"]).Node("Div", ["a", "v"], ["b"])
            .Node("Sub", ["w", "b"], ["c"]).Node("Min", ["c", "v"], ["y"])),
        ("Flatten", 13, g => g.Node("Flatten", ["x"], ["y"], "", ("axis", -3L))),
        ("Unsqueeze of opset 9", 9, g =>
            g.Node("Unsqueeze", ["x"], ["u"], "", ("axes", new long[] { 1, 5 })).Node("Relu", ["u"], ["r"])
            .Node("Squeeze", ["r"], ["y"], "", ("axes", new long[] { 1 }))),
        ("Pad, edge", 18, g => g.Integers("p", [4], 1, 2, 3, 0).Integers("a", [2], -1, 2)
            .Node("Pad", ["x", "p", "", "a"], ["y"], "", ("mode", "edge"))),
        ("ReduceMin without its dimension", 13, g =>
            g.Node("ReduceMin", ["x"], ["y"], "", ("axes", new long[] { 1, 3 }), ("keepdims", 0L))),
        ("GroupNormalization", 21, g =>
            g.Weight("s", [6], Ramp(6)).Weight("b", [6], 1, 2, 3, 4, 5, 6).Weight("w", [6, 3, 1, 1], Ramp(18))
            .Node("Conv", ["x", "w"], ["c"]).Node("GroupNormalization", ["c", "s", "b"], ["y"], "", ("num_groups", 2L))),
        ("ConvTranspose with groups and gaps", 13, g =>
            g.Weight("w", [3, 2, 2, 2], Ramp(24))
            .Node("ConvTranspose", ["x", "w"], ["y"], "", ("group", 3L), ("dilations", new long[] { 2, 3 }),
            ("strides", new long[] { 2, 1 }), ("pads", new long[] { 1, 0, 0, 2 }))),
        ("ConvTranspose, SAME_UPPER", 13, g =>
            g.Weight("w", [3, 2, 3, 3], Ramp(54))
            .Node("ConvTranspose", ["x", "w"], ["y"], "", ("strides", new long[] { 2, 2 }), ("auto_pad", "SAME_UPPER"))),
        ("a hard swish as Keras writes it", 13, g =>
            g.Weight("three", [], 3).Weight("zero", [], 0).Weight("six", [], 6).Weight("part", [], 0.16666667f)
            .Node("Add", ["x", "three"], ["a"]).Node("Clip", ["a", "zero", "six"], ["c"]).Node("Mul", ["c", "part"], ["m"])
            .Node("Mul", ["x", "m"], ["y"])),
        ("a GELU as Keras writes it", 13, g =>
            g.Weight("root", [], 0.70710678f).Weight("one", [], 1).Weight("half", [], 0.5f).Node("Mul", ["x", "half"], ["h"])
            .Node("Mul", ["x", "root"], ["d"]).Node("Erf", ["d"], ["e"]).Node("Add", ["one", "e"], ["a"]).Node("Mul", ["h", "a"], ["y"])),
        ("Shape from and to", 15, g =>
            g.Integers("rest", [1], -1).Node("Shape", ["x"], ["n"], "", ("end", 1L))
            .Node("Shape", ["x"], ["h"], "", ("start", -2L), ("end", -1L))
            .Node("Concat", ["n", "h", "rest", "one"], ["t"], "", ("axis", 0L)).Integers("one", [1], 1).Node("Reshape", ["x", "t"], ["y"])),
        ("Mean of one, Sum of constants", 13, g =>
            g.Weight("w", [1, 3, 1, 1], 1, 2, 3).Node("Sum", ["w", "x", "w"], ["s"]).Node("Mean", ["s"], ["y"])),
        ("LogSoftmax of opset 9", 9, g => g.Node("LogSoftmax", ["x"], ["y"], "", ("axis", 3L))),
        ("BatchNormalization of features", 13, g =>
            g.Weight("s", [24], Ramp(24)).Weight("v", [24], 1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3, 4, 5, 6)
            .Integers("r", [2], -1, 24).Node("Reshape", ["x", "r"], ["f"]).Node("BatchNormalization", ["f", "s", "s", "s", "v"], ["n"])
            .Integers("t", [4], -1, 9, 24, 1).Node("Reshape", ["n", "t"], ["y"])),
        ("DepthToSpace, SpaceToDepth", 13, g =>
            g.Weight("w", [8, 3, 1, 1], Ramp(24)).Node("Conv", ["x", "w"], ["c"]).Node("DepthToSpace", ["c"], ["d"], "", ("blocksize", 2L))
            .Node("SpaceToDepth", ["d"], ["s"], "", ("blocksize", 2L))
            .Node("DepthToSpace", ["s"], ["y"], "", ("blocksize", 2L), ("mode", "CRD"))),
        ("Einsum", 13, g => g.Node("Einsum", ["x", "x"], ["y"], "", ("equation", "nchw,nckw->nhck"))),
        ("sizes", 13, g => g.Integers("zero", [1], 0).Integers("rest", [2], -1, 1).Integers("two", [1], 2).Integers("three", [1], 3)
            .Node("Shape", ["x"], ["s"]).Node("Gather", ["s", "zero"], ["n"]).Node("Slice", ["s", "two", "three"], ["h"])
            .Node("Concat", ["n", "h", "rest"], ["t"], "", ("axis", 0L)).Node("Reshape", ["x", "t"], ["y"])),
    ];

    private readonly string _path = Path.Combine(Path.GetTempPath(), $"easyexplain-{Guid.NewGuid():N}.onnx");

    public static TheoryData<string> Names => [.. Models.Select(model => model.Name)];

    public void Dispose() => File.Delete(_path);

    [Theory]
    [MemberData(nameof(Names))]
    public void AnOperator_DoesWhatOnnxRuntimeDoes(string name)
    {
        (_, long opset, Action<OnnxBytes> add) = Models.Single(model => model.Name == name);
        var model = new OnnxBytes { Opset = opset };
        add(model.Input("x", -1, Channels, Height, Width));
        model.Integers("last", [2], 0, -1).Node("Reshape", ["y", "last"], ["logits"]).Output("logits");
        File.WriteAllBytes(_path, model.ToArray());
        using DisposeScope scope = NewDisposeScope();
        torch.Tensor pictures = randn([2, Channels, Height, Width], generator: new Generator(11));
        float[] right = OnnxReference.Run(_path, pictures);

        using Network network = OnnxFile.Open(_path).ToNetwork(Height, Width, _ => { });
        float[] found = Executor.Run(network, pictures, [], track: false).Logits.contiguous().data<float>().ToArray();
        Assert.Equal(right.Length, found.Length);
        Assert.All(found.Zip(right), pair => Assert.Equal(pair.Second, pair.First, 1e-4f * Math.Max(1, Math.Abs(pair.Second))));
    }

    private static float[] Ramp(int count) => [.. Enumerable.Range(0, count).Select(i => i * 37 % 23 / 11f - 1)];
}
