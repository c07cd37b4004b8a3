using EasyExplain.Networks.Operators;

namespace EasyExplain.Networks.Engines.OnnxRuntime.Forms;

/// <summary>Pictures of another size.</summary>
internal static class ResizeForms
{
    public static readonly OperatorTable<OnnxPlace, string> Table = new()
    {
        // torch computes the places with the factors as they are given, ONNX with those that come out.
        (Resize resize, OnnxPlace at) => resize.Size is { } size ? To(size, resize, at) : null,
        (Interpolate weights, OnnxPlace at) => Along(weights, at),
    };

    private static string To(Extent size, Resize resize, OnnxPlace at)
    {
        string batch = at.Add("Slice", [at.Add("Shape"), at.Integers(0), at.Integers(1)]);
        string sizes = at.Add("Concat", [batch, at.Integers(at.Shape[0], size.Height, size.Width)], ("axis", 0L));
        (string mode, string places) = resize.Kind switch
        {
            ResizeKind.Nearest => ("nearest", "asymmetric"),
            ResizeKind.Bilinear => ("linear", resize.AlignCorners ? "align_corners" : "half_pixel"),
            _ => ("cubic", resize.AlignCorners ? "align_corners" : "half_pixel"),
        };
        return at.Add("Resize", [at.X, "", "", sizes],
            ("mode", mode), ("coordinate_transformation_mode", places), ("nearest_mode", "floor"), ("cubic_coeff_a", -0.75));
    }

    private static string Along(Interpolate resize, OnnxPlace at)
    {
        (int dim, int last) = (resize.Dim, at.Shape.Length);
        if (dim == last - 1)
        {
            return at.Add("MatMul", [at.Weight(resize.Weights), at.X]);
        }
        long[] order = [.. Enumerable.Range(0, last + 1).Select(i => (long)(i == dim ? last : i == last ? dim : i))];
        string x = dim == last ? at.X : at.Add("Transpose", ("perm", order));
        string y = at.Add("MatMul", [x, at.Weight(resize.Weights.Value.t())]);
        return dim == last ? y : at.Add("Transpose", [y], ("perm", order));
    }
}
