using EasyExplain.Detectors;

namespace EasyExplain.Audit;

/// <summary>What an audit knows of detections, by the names of its columns.</summary>
internal static class DetectionColumns
{
    /// <summary>
    /// All of them, in their order: name, what it holds (<see cref="long"/>, <see cref="double"/>, <see cref="bool"/> or
    /// <see cref="string"/>) and value.
    /// </summary>
    public static IReadOnlyList<(string Name, Type Type, Func<AuditedDetection, object?> Value)> All { get; } =
    [
        ("detection", typeof(long), one => (long?)one.Number),
        .. Box("box", one => one.Box),
        ("verdict", typeof(string), one => one.Verdict?.ToString()),
        ("truth", typeof(string), one => one.Truth),
        ("truth_class", typeof(long), one => one.TruthClass < 0 ? null : (long)one.TruthClass),
        .. Box("truth", one => one.TruthBox),
        ("overlap", typeof(double), one => one.Overlap),
        ("energy_in_box", typeof(double), one => one.EnergyInBox),
        ("energy_in_truth", typeof(double), one => one.EnergyInTruth),
        ("peak_in_box", typeof(bool), one => one.PeakInBox),
        ("found", typeof(long), one => (long?)one.Found),
    ];

    /// <summary>Reads one from what its columns hold.</summary>
    /// <param name="number">The number in a column, counted from 0; null where there is none.</param>
    /// <param name="text">The same of a text.</param>
    /// <param name="classes">How many classes the model has.</param>
    /// <returns>Null where that makes no sense.</returns>
    public static AuditedDetection? Read(Func<int, double?> number, Func<int, string?> text, int classes)
    {
        string? verdict = text(5);
        bool known = Enum.TryParse(verdict, out DetectionVerdict said) && Enum.IsDefined(said);
        double? @class = number(7);
        if (verdict is not null && !known || @class >= classes || @class < 0 || IsBroken(1) || IsBroken(8)
            || new[] { 12, 13, 14 }.Any(column => number(column) is not (null or (>= 0 and <= 1.000001)))
            || number(0) is < 0 or > int.MaxValue || number(16) is < 0 or > int.MaxValue)
        {
            return null;
        }
        return new AuditedDetection
        {
            Number = (int?)number(0),
            Box = BoxAt(1),
            Verdict = known ? said : null,
            Truth = text(6),
            TruthClass = (int?)@class ?? -1,
            TruthBox = BoxAt(8),
            Overlap = number(12),
            EnergyInBox = number(13),
            EnergyInTruth = number(14),
            PeakInBox = number(15) is { } peak ? peak != 0 : null,
            Found = (int?)number(16),
        };

        DetectionBox? BoxAt(int first) => number(first) is { } x && number(first + 1) is { } y && number(first + 2) is { } width
            && number(first + 3) is { } height ? new DetectionBox(x, y, width, height) : null;

        bool IsBroken(int first) => Enumerable.Range(first, 4).Any(column => number(column) is { } value && !double.IsFinite(value))
            || number(first + 2) < 0 || number(first + 3) < 0;
    }

    private static IEnumerable<(string, Type, Func<AuditedDetection, object?>)> Box(string of, Func<AuditedDetection, DetectionBox?> box) =>
    [
        (of + "_x", typeof(double), one => box(one)?.X),
        (of + "_y", typeof(double), one => box(one)?.Y),
        (of + "_width", typeof(double), one => box(one)?.Width),
        (of + "_height", typeof(double), one => box(one)?.Height),
    ];
}
