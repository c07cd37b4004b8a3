using EasyExplain.Networks.Operators;

namespace EasyExplain.Networks.Engines.OnnxRuntime.Forms;

/// <summary>Several numbers to one.</summary>
internal static class ReductionForms
{
    public static readonly OperatorTable<OnnxPlace, string> Table = new()
    {
        (Mean mean, OnnxPlace at) => Over("ReduceMean", mean.Dims, mean.Keep, at),
        // In opset 17 its dimensions are an input, those of the others an attribute.
        (Sum sum, OnnxPlace at) => at.Add("ReduceSum", [at.X, at.Integers(sum.Dims)], ("keepdims", sum.Keep ? 1L : 0L)),
        (Max max, OnnxPlace at) => Over("ReduceMax", max.Dims, max.Keep, at),
        (Min min, OnnxPlace at) => Over("ReduceMin", min.Dims, min.Keep, at),
        (L2Norm norm, OnnxPlace at) => Over("ReduceL2", norm.Dims, norm.Keep, at),
        (LogSumExp log, OnnxPlace at) => Over("ReduceLogSumExp", log.Dims, log.Keep, at),
    };

    private static string Over(string type, long[] dims, bool keep, OnnxPlace at) =>
        at.Add(type, ("axes", dims), ("keepdims", keep ? 1L : 0L));
}
