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
