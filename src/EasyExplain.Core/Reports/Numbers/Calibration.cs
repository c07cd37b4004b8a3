namespace EasyExplain.Reports.Numbers;

/// <summary>The images whose prediction is about as probable.</summary>
/// <param name="From">From over this probability (of the first, from it)…</param>
/// <param name="To">…up to this one.</param>
/// <param name="Right">How many of them are predicted rightly.</param>
/// <param name="Probability">The mean probability; not a number of none.</param>
internal sealed record CalibrationBin(double From, double To, Proportion Right, double Probability);

/// <summary>Whether predictions are right as often as their probabilities claim.</summary>
internal sealed class Calibration
{
    /// <summary>How many bins there are, equally wide.</summary>
    public const int BinCount = 10;

    private readonly Proportion[] _right = new Proportion[BinCount];
    private readonly double[] _probability = new double[BinCount];

    /// <summary>How many predictions are right.</summary>
    public Proportion Right => new(_right.Sum(bin => bin.Seen), _right.Sum(bin => bin.Of));

    /// <summary>The mean probability; not a number of none.</summary>
    public double Probability => _probability.Sum() / Right.Of;

    /// <summary>The bins, by rising probability.</summary>
    public IReadOnlyList<CalibrationBin> Bins =>
    [
        .. Enumerable.Range(0, BinCount).Select(bin => new CalibrationBin(
            (double)bin / BinCount, (bin + 1.0) / BinCount, _right[bin], _probability[bin] / _right[bin].Of)),
    ];

    /// <summary>
    /// The expected calibration error: how far share of right ones and mean probability of a bin lie apart, on average over all images
    /// (Guo, Pleiss, Sun and Weinberger 2017, On Calibration of Modern Neural Networks, equation 3). Not a number of none.
    /// </summary>
    public double Error => Bins.Where(bin => bin.Right.Of > 0)
        .Sum(bin => bin.Right.Of * Math.Abs(bin.Right.Value - bin.Probability)) / Right.Of;

    /// <summary>Counts an image.</summary>
    /// <param name="probability">Of the predicted class, 0 to 1.</param>
    /// <param name="isRight">Whether the prediction is right.</param>
    public void Add(double probability, bool isRight)
    {
        int bin = BinOf(probability);
        _right[bin] = _right[bin].With(isRight);
        _probability[bin] += probability;
    }

    /// <summary>The bin of a probability: (0, 0.1], (0.1, 0.2], …</summary>
    public static int BinOf(double probability) => Math.Clamp((int)Math.Ceiling(probability * BinCount) - 1, 0, BinCount - 1);
}
