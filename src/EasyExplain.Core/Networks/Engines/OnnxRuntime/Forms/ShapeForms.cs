using EasyExplain.Networks.Operators;

namespace EasyExplain.Networks.Engines.OnnxRuntime.Forms;

/// <summary>The same numbers in other places.</summary>
internal static class ShapeForms
{
    public static readonly OperatorTable<OnnxPlace, string> Table = new()
    {
        (Flatten _, OnnxPlace at) => at.Add("Flatten", ("axis", 1L)),
        (Unflatten shape, OnnxPlace at) => at.Add("Reshape", [at.X, at.Integers([-1, .. shape.Shape])]),
        (Reshape shape, OnnxPlace at) => at.Add("Reshape", [at.X, at.Integers(shape.Shape)], ("allowzero", 1L)),
        (Permute permute, OnnxPlace at) => at.Add("Transpose", ("perm", permute.Order.ToArray())),
        (Unsqueeze dim, OnnxPlace at) => at.Add("Unsqueeze", [at.X, at.Integers(dim.Dim)]),
        (Squeeze dim, OnnxPlace at) => at.Add("Squeeze", [at.X, at.Integers(dim.Dim)]),
        (Slice slice, OnnxPlace at) => at.Add("Slice",
            [at.X, at.Integers(slice.Start), at.Integers(slice.End), at.Integers(slice.Dim), at.Integers(slice.Step)]),
        (Select select, OnnxPlace at) => at.Add("Squeeze",
            [at.Add("Gather", [at.X, at.Integers(select.Index)], ("axis", (long)select.Dim)), at.Integers(select.Dim)]),
        (IndexSelect select, OnnxPlace at) => at.Add("Gather", [at.X, at.Integers(select.Indices)], ("axis", (long)select.Dim)),
        (Expand expand, OnnxPlace at) => at.Add("Expand", [at.X, at.Integers([.. expand.Sizes.Select(size => Math.Max(size, 1))])]),
        (ExpandToBatch _, OnnxPlace at) => ToBatch(at),
        (Pad pad, OnnxPlace at) => Padded(pad, at),
        (Concat concat, OnnxPlace at) => at.Add("Concat", ("axis", (long)concat.Dim)),
        (ChannelSlice slice, OnnxPlace at) => at.Add("Slice",
            [at.X, at.Integers(slice.First), at.Integers(slice.First + slice.Count), at.Integers(1)]),
        (ChannelShuffle shuffle, OnnxPlace at) => Dealt(shuffle.Groups, at),
        (BothSigns _, OnnxPlace at) => at.Add("Concat", [at.Add("Neg"), at.X], ("axis", 1L)),
    };

    private static string ToBatch(OnnxPlace at)
    {
        string batch = at.Add("Slice", [at.Add("Shape", [at.Inputs[1]]), at.Integers(0), at.Integers(1)]);
        string rest = at.Add("Slice", [at.Add("Shape", [at.X]), at.Integers(1), at.Integers(int.MaxValue)]);
        return at.Add("Expand", [at.X, at.Add("Concat", [batch, rest], ("axis", 0L))]);
    }

    private static string Padded(Pad pad, OnnxPlace at)
    {
        int dimensions = at.Shape.Length + 1;
        long[] pads = new long[2 * dimensions];
        for (int i = 0; i < pad.Amounts.Length; i++)
        {
            pads[dimensions - 1 - i / 2 + i % 2 * dimensions] = pad.Amounts[i];
        }
        string mode = pad.Mode switch { PadMode.Constant => "constant", PadMode.Reflect => "reflect", _ => "edge" };
        return at.Add("Pad", [at.X, at.Integers(pads), at.Number(pad.Value)], ("mode", mode));
    }

    private static string Dealt(long groups, OnnxPlace at)
    {
        string before = at.Add("Reshape", [at.X, at.Integers(-1, groups, at.Shape[0] / groups, at.Shape[1], at.Shape[2])]);
        string dealt = at.Add("Transpose", [before], ("perm", new long[] { 0, 2, 1, 3, 4 }));
        return at.Add("Reshape", [dealt, at.Integers([-1, .. at.Shape])]);
    }
}
