using EasyExplain.Networks;

namespace EasyExplain.Reports.Numbers;

/// <summary>What is counted in a slice.</summary>
internal sealed class SliceNumbers
{
    private readonly Dictionary<int, (Proportion Accuracy, Proportion Precision, int Predicted)> _classes = [];
    private readonly int[] _probabilities = new int[Calibration.BinCount];

    private SliceNumbers(ReportSlice slice) => Slice = slice;

    /// <summary>What it is counted of.</summary>
    public ReportSlice Slice { get; }

    /// <summary>How many predictions are right, of those of which one knows.</summary>
    public Proportion Right { get; private set; }

    /// <summary>How many images nothing was expected of.</summary>
    public int Unlabelled { get; private set; }

    /// <summary>How many images something is expected of that the model does not know.</summary>
    public int Unknown { get; private set; }

    /// <summary>The first thing that is expected and that the model does not know; null where it knows all.</summary>
    public string? FirstUnknown { get; private set; }

    /// <summary>How many predictions are right or wrong where not exactly one class is expected.</summary>
    public int Several { get; private set; }

    /// <summary>Whether each image has one class, so that a prediction's probability says how sure the model is to be right.</summary>
    public bool HasOneClassEach => Slice.Model.Activation == Activation.Softmax;

    /// <summary>The classes that are expected or predicted, in the model's order.</summary>
    public IReadOnlyList<ClassNumbers> Classes { get; private set; } = [];

    /// <summary>What is taken for what.</summary>
    public Confusion Confusion { get; } = new();

    /// <summary>
    /// Whether predictions are right as often as their probabilities claim; empty where classes do not exclude each other.
    /// </summary>
    public Calibration Calibration { get; } = new();

    /// <summary>How many predictions have about such a probability, in the bins of <see cref="Calibration"/>.</summary>
    public IReadOnlyList<int> Probabilities => _probabilities;

    /// <summary>Counts the rows of a slice.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="slice">The slice's place.</param>
    public static SliceNumbers Of(ReportRows rows, int slice)
    {
        var numbers = new SliceNumbers(rows.Slices[slice]);
        for (int row = numbers.Slice.First; row < numbers.Slice.First + numbers.Slice.Count; row++)
        {
            numbers.Add(rows.Rows[row]);
        }
        numbers.Classes =
        [
            .. numbers._classes.OrderBy(one => one.Key).Select(one => new ClassNumbers(
                one.Key, numbers.LabelOf(one.Key), one.Value.Accuracy, one.Value.Precision, one.Value.Predicted)),
        ];
        return numbers;
    }

    /// <summary>What a class is called.</summary>
    public string LabelOf(int @class) => Slice.Model.LabelOf(@class);

    private void Add(ReportRow row)
    {
        if (row.Expected is null)
        {
            Unlabelled++;
        }
        else if (row.Correct is null)
        {
            Unknown++;
            FirstUnknown ??= row.Expected;
        }
        if (row.Correct is { } right)
        {
            Right = row.IsAgain ? Right : Right.With(right);
            if (row.ExpectedClass < 0)
            {
                Several++;
            }
            else if (!row.IsAgain)
            {
                var one = _classes.GetValueOrDefault(row.ExpectedClass);
                _classes[row.ExpectedClass] = one with { Accuracy = one.Accuracy.With(right) };
            }
        }
        if (row.Predicted >= 0)
        {
            var one = _classes.GetValueOrDefault(row.Predicted);
            _classes[row.Predicted] = one with
            {
                Precision = row.Correct is { } isRight ? one.Precision.With(isRight) : one.Precision,
                Predicted = one.Predicted + 1,
            };
            if (row.ExpectedClass >= 0 && !row.IsAgain)
            {
                Confusion.Add(row.ExpectedClass, row.Predicted);
            }
        }
        if (!double.IsNaN(row.Probability) && row.Predicted >= 0)
        {
            _probabilities[Calibration.BinOf(row.Probability)]++;
            if (row.Correct is { } isRight && HasOneClassEach)
            {
                Calibration.Add(row.Probability, isRight);
            }
        }
    }
}
