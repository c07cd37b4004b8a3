using EasyExplain.Networks.Operators;
using static TorchSharp.torch;

namespace EasyExplain.Networks.Engines.OnnxRuntime.Forms;

/// <summary>Normalisations.</summary>
internal static class NormalisationForms
{
    public static readonly OperatorTable<OnnxPlace, string> Table = new()
    {
        (BatchNorm2d norm, OnnxPlace at) => at.Add("BatchNormalization",
            [at.X, .. norm.Parameters.Select(at.Weight)], ("epsilon", norm.Eps)),
        (LayerNorm norm, OnnxPlace at) => norm is { Dims: 1, Weight: { } weight, Bias: { } bias }
            ? OverLast(at, at.X, weight, bias, norm.Eps) : null,
        (LayerNorm2d norm, OnnxPlace at) => OverChannels(norm, at),
        (RMSNorm norm, OnnxPlace at) => RootMeanSquare(norm, at),
        (GroupNorm norm, OnnxPlace at) => Groups(norm, at),
        (InstanceNorm norm, OnnxPlace at) => Affine(at, Instances(at, at.X, at.Shape[0], norm.Eps), norm.Weight, norm.Bias),
        (LocalResponseNorm norm, OnnxPlace at) => norm.Size % 2 == 0 ? null
            : at.Add("LRN", ("size", norm.Size), ("alpha", norm.Alpha), ("beta", norm.Beta), ("bias", norm.K)),
    };

    private static string OverLast(OnnxPlace at, string x, Parameter weight, Parameter bias, double eps) =>
        at.Add("LayerNormalization", [x, at.Weight(weight), at.Weight(bias)], ("axis", -1L), ("epsilon", eps));

    private static string OverChannels(LayerNorm2d norm, OnnxPlace at)
    {
        string x = at.Add("Transpose", ("perm", new long[] { 0, 2, 3, 1 }));
        return at.Add("Transpose", [OverLast(at, x, norm.Weight, norm.Bias, norm.Eps)], ("perm", new long[] { 0, 3, 1, 2 }));
    }

    private static string RootMeanSquare(RMSNorm norm, OnnxPlace at)
    {
        string mean = at.Add("ReduceMean", [at.Add("Mul", [at.X, at.X])], ("axes", norm.Last(at.Shape.Length + 1)), ("keepdims", 1L));
        string y = at.Add("Div", [at.X, at.Add("Sqrt", [at.Add("Add", [mean, at.Number(norm.Eps)])])]);
        return norm.Weight is null ? y : at.Add("Mul", [y, at.Weight(norm.Weight)]);
    }

    /// <summary>Each group as one long channel.</summary>
    private static string Groups(GroupNorm norm, OnnxPlace at)
    {
        string groups = at.Add("Reshape", [at.X, at.Integers(0, norm.Groups, -1)]);
        string y = at.Add("Reshape", [Instances(at, groups, norm.Groups, norm.Eps), at.Integers([-1, .. at.Shape])]);
        return Affine(at, y, norm.Weight, norm.Bias);
    }

    private static string Instances(OnnxPlace at, string x, long channels, double eps) =>
        at.Add("InstanceNormalization", [x, at.Weight(ones([channels])), at.Weight(zeros([channels]))], ("epsilon", eps));

    /// <summary>γ·x + β, for each channel of <c>[N, C, …]</c>.</summary>
    private static string Affine(OnnxPlace at, string x, Parameter? weight, Parameter? bias)
    {
        string Of(Parameter parameter) => at.Weight(parameter.Value.view([-1, .. Enumerable.Repeat(1L, at.Shape.Length - 1)]));
        string scaled = weight is null ? x : at.Add("Mul", [x, Of(weight)]);
        return bias is null ? scaled : at.Add("Add", [scaled, Of(bias)]);
    }
}
