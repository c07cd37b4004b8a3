namespace EasyExplain.Reports.Numbers;

/// <summary>What is taken for what. Only images of which exactly one class is expected are counted.</summary>
internal sealed class Confusion
{
    private readonly Dictionary<(int Expected, int Predicted), int> _counts = [];
    private readonly Dictionary<int, int> _expected = [], _missed = [], _wrongly = [];

    /// <summary>The classes that are expected or predicted, in the model's order.</summary>
    public IReadOnlyList<int> Classes => [.. _counts.Keys.SelectMany(pair => new[] { pair.Expected, pair.Predicted }).Distinct().Order()];

    /// <summary>How many images of one class are predicted to show another, or itself.</summary>
    public int this[int expected, int predicted] => _counts.GetValueOrDefault((expected, predicted));

    /// <summary>How many images a class has.</summary>
    public int Of(int expected) => _expected.GetValueOrDefault(expected);

    /// <summary>Counts an image.</summary>
    public void Add(int expected, int predicted)
    {
        Count(_counts, (expected, predicted));
        Count(_expected, expected);
        if (expected != predicted)
        {
            Count(_missed, expected);
            Count(_wrongly, predicted);
        }
    }

    /// <summary>The classes with the most images that are taken for others, or others for them; in the model's order.</summary>
    /// <param name="most">How many at most.</param>
    public IReadOnlyList<int> MostConfused(int most) =>
    [
        .. Classes.OrderByDescending(@class => _missed.GetValueOrDefault(@class) + _wrongly.GetValueOrDefault(@class))
            .ThenBy(@class => @class).Take(most).Order(),
    ];

    /// <summary>The most frequent confusions, the most frequent first.</summary>
    /// <param name="most">How many at most.</param>
    public IEnumerable<(int Expected, int Predicted, int Count)> MostFrequent(int most) => _counts
        .Where(one => one.Key.Expected != one.Key.Predicted)
        .OrderByDescending(one => one.Value).ThenBy(one => one.Key)
        .Take(most).Select(one => (one.Key.Expected, one.Key.Predicted, one.Value));

    private static void Count<T>(Dictionary<T, int> counts, T key)
        where T : notnull => counts[key] = counts.GetValueOrDefault(key) + 1;
}
