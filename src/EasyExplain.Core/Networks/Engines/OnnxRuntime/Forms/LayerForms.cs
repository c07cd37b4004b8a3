using EasyExplain.Networks.Operators;
using static TorchSharp.torch;

namespace EasyExplain.Networks.Engines.OnnxRuntime.Forms;

/// <summary>What computes with weights: convolutions, fully connected layers, factors.</summary>
internal static class LayerForms
{
    public static readonly OperatorTable<OnnxPlace, string> Table = new()
    {
        (Conv2d convolution, OnnxPlace at) => at.Add("Conv", [at.X, at.Weight(convolution.Weight), .. Bias(convolution.Bias, at)],
            ("strides", Sides(convolution.Stride)), ("pads", BothEnds(convolution.Padding)),
            ("dilations", Sides(convolution.Dilation)), ("group", convolution.Groups)),
        (ConvTranspose2d back, OnnxPlace at) => Transposed(back, at),
        (Linear linear, OnnxPlace at) => Linear(linear, at),
        (LinearTranspose back, OnnxPlace at) => at.Add("MatMul", [at.X, at.Weight(back.Weight)]),
        (MatMul _, OnnxPlace at) => at.Add("MatMul"),
        (LayerScale scale, OnnxPlace at) => at.Add("Mul", [at.X, at.Weight(scale.Factor)]),
        (ChannelAffine affine, OnnxPlace at) => Affine(affine, at),
        (Constant constant, OnnxPlace at) => at.Weight(constant.Value),
    };

    /// <summary>Height and width, as ONNX lists them.</summary>
    internal static long[] Sides(Extent extent) => [extent.Height, extent.Width];

    /// <summary>Above, left, below, right.</summary>
    internal static long[] BothEnds(Extent padding) => [padding.Height, padding.Width, padding.Height, padding.Width];

    private static string[] Bias(Parameter? bias, OnnxPlace at) => bias is null ? [] : [at.Weight(bias)];

    private static string Transposed(ConvTranspose2d back, OnnxPlace at)
    {
        string[] bias = Bias(back.Bias, at);
        (string, object) dilations = ("dilations", Sides(back.Dilation));
        (Extent gap, Extent padding, Extent rest) = (back.Dilation, back.Padding, back.Rest);
        long height = gap.Height * (back.Weight.Shape[2] - 1) - padding.Height, width = gap.Width * (back.Weight.Shape[3] - 1)
            - padding.Width;
        if (InPhases(back, at) is { } phases)
        {
            return phases;
        }
        if (back.Stride != 1 || height < 0 || width < 0)
        {
            return at.Add("ConvTranspose", [at.X, at.Weight(back.Weight), .. bias], ("strides", Sides(back.Stride)),
                ("pads", BothEnds(padding)), ("output_padding", Sides(rest)), dilations, ("group", back.Groups));
        }
        // Without a stride it is an ordinary convolution, with the filters turned by half a circle, which runs several times as fast.
        Tensor turned = back.Weight.Value.unflatten(0, [back.Groups, -1]).transpose(1, 2).flatten(0, 1).flip(2, 3);
        return at.Add("Conv", [at.X, at.Weight(turned), .. bias],
            ("pads", new[] { height, width, height + rest.Height, width + rest.Width }), dilations, ("group", back.Groups));
    }

    /// <summary>
    /// With a stride s, outputs of each phase (those s apart) see filters of their own, a part of the whole: an ordinary convolution makes
    /// s² channels of each, which are then woven together. For large filters, as a first layer has, that takes a third of the time.
    /// </summary>
    private static string? InPhases(ConvTranspose2d back, OnnxPlace at)
    {
        const long large = 5;
        long s = back.Stride.Height, reach = back.Weight.Shape[2], count = (reach + s - 1) / s; // so many taps has a phase
        Extent ends = (Last(0), Last(1));                                                       // how far inputs are seen beyond the last
        if (s < 2 || back.Stride != s || back.Dilation != 1 || back.Groups != 1 || reach < large || back.Weight.Shape[3] != reach
            || ends.Height < 0 || ends.Width < 0)
        {
            return null;
        }
        Tensor filled = nn.functional.pad(back.Weight.Value, [0, count * s - reach, 0, count * s - reach]);
        Tensor filters = filled.unflatten(3, [count, s]).unflatten(2, [count, s]).permute(1, 3, 5, 0, 2, 4).flip(4, 5).flatten(0, 2);
        string[] bias = back.Bias is null ? [] : [at.Weight(back.Bias.Value.repeat_interleave(s * s))];
        string phases = at.Add("Conv", [at.X, at.Weight(filters), .. bias],
            ("pads", new[] { count - 1, count - 1, ends.Height, ends.Width }));
        string woven = at.Add("DepthToSpace", [phases], ("blocksize", s), ("mode", "CRD"));
        (long top, long left) = back.Padding;
        long[] size = back.OutputShape([at.Shape]);
        return at.Add("Slice", [woven, at.Integers(top, left), at.Integers(top + size[1], left + size[2]), at.Integers(2, 3)]);

        long Last(int side)
        {
            long padding = side == 0 ? back.Padding.Height : back.Padding.Width;
            return (back.OutputShape([at.Shape])[1 + side] - 1 + padding) / s - (at.Shape[1 + side] - 1);
        }
    }

    private static string Linear(Linear linear, OnnxPlace at)
    {
        string product = at.Add("MatMul", [at.X, at.Weight(linear.Weight.Value.t())]);
        return linear.Bias is null ? product : at.Add("Add", [product, at.Weight(linear.Bias)]);
    }

    private static string Affine(ChannelAffine affine, OnnxPlace at)
    {
        string scaled = at.Add("Mul", [at.X, PerChannel(affine.Scale)]);
        return affine.Shift.All(shift => shift == 0) ? scaled : at.Add("Add", [scaled, PerChannel(affine.Shift)]);

        string PerChannel(IReadOnlyList<double> values) => at.Weight(tensor([.. values], [values.Count, 1, 1], dtype: float32));
    }
}
