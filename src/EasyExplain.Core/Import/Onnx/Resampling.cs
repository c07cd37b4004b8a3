namespace EasyExplain.Import.Onnx;

/// <summary>How ONNX's Resize makes the entries of one dimension of those that were there (its specification, opset 19).</summary>
/// <param name="Mode">nearest, linear or cubic.</param>
/// <param name="Places">Where an entry of the result lies among those that were there.</param>
/// <param name="Rounding">Which of two neighbours is the nearest.</param>
/// <param name="Cubic">The slope of the cubic curves (a of Keys 1981).</param>
/// <param name="ExcludeOutside">Whether what would lie beyond the edge counts nothing, rather than as the edge does.</param>
/// <param name="Smooth">Whether, when it becomes smaller, all that falls between is averaged.</param>
internal sealed record Resampling(string Mode, string Places, string Rounding, double Cubic, bool ExcludeOutside, bool Smooth)
{
    /// <summary>Whether such places are known.</summary>
    public static bool Knows(string places) =>
        places is "half_pixel" or "pytorch_half_pixel" or "align_corners" or "asymmetric" or "tf_half_pixel_for_nn"
            or "half_pixel_symmetric";

    /// <summary>The entry that each of the result's takes.</summary>
    public long[] Nearest(long from, long to, float scale) =>
        [.. Enumerable.Range(0, (int)to).Select(i => Math.Clamp(Rounded(Place(i, from, to, scale)), 0, from - 1))];

    /// <summary>What each entry of the result takes of each one that was there, row by row.</summary>
    public float[] Weights(long from, long to, float scale)
    {
        float[] weights = new float[to * from];
        double[] row = new double[from];
        double stretch = Smooth ? Math.Min(1, scale) : 1; // a wider curve for a smaller result
        double reach = (Mode == "cubic" ? 2 : 1) / stretch;
        for (int i = 0; i < to; i++)
        {
            double place = Place(i, from, to, scale);
            place = Mode == "linear" && !Smooth ? Math.Clamp(place, 0, from - 1) : place;
            double sum = 0;
            Array.Clear(row);
            for (long at = (long)Math.Floor(place - reach) + 1; at < place + reach; at++)
            {
                double weight = Curve((at - place) * stretch);
                if (ExcludeOutside && (at < 0 || at >= from))
                {
                    continue;
                }
                row[Math.Clamp(at, 0, from - 1)] += weight;
                sum += weight;
            }
            for (int at = 0; at < from && sum != 0; at++)
            {
                weights[i * from + at] = (float)(row[at] / sum);
            }
        }
        return weights;
    }

    private float Place(long i, long from, long to, float scale) => Places switch
    {
        "asymmetric" => i / scale,
        "pytorch_half_pixel" when to == 1 => 0,
        "half_pixel" or "pytorch_half_pixel" => (i + 0.5f) / scale - 0.5f,
        "tf_half_pixel_for_nn" => (i + 0.5f) / scale,
        "align_corners" => to == 1 ? 0 : i * (float)(from - 1) / (to - 1),
        _ => from / 2f * (1 - to / (scale * from)) + (i + 0.5f) / scale - 0.5f, // half_pixel_symmetric: the middle stays where it is
    };

    private long Rounded(float place) => (long)(Rounding switch
    {
        "floor" => MathF.Floor(place),
        "ceil" => MathF.Ceiling(place),
        "round_prefer_floor" => MathF.Ceiling(place - 0.5f),
        "round_prefer_ceil" => MathF.Floor(place + 0.5f),
        _ => throw new NotSupportedException($"that rounds as '{Rounding}'"),
    });

    private double Curve(double distance)
    {
        (double d, double a) = (Math.Abs(distance), Cubic);
        return Mode == "linear" ? Math.Max(0, 1 - d)
            : d <= 1 ? ((a + 2) * d - (a + 3)) * d * d + 1
            : d < 2 ? ((d - 5) * d + 8) * d * a - 4 * a
            : 0;
    }
}
