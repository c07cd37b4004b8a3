using EasyExplain.Explanation;

namespace EasyExplain.Audit.Tables;

/// <summary>A column of an audit as a table: what CSV, JSON Lines and Parquet files have in common.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">What it holds: <see cref="string"/>, <see cref="long"/>, <see cref="double"/>, <see cref="bool"/> or
/// <see cref="DateTime"/>; null where a row has no such value.</param>
/// <param name="Value">Reads it.</param>
internal sealed record AuditColumn(string Name, Type Type, Func<CamAuditRow, object?> Value)
{
    private const int MostPredictions = 5;

    /// <summary>All of them, in their order.</summary>
    public static IReadOnlyList<AuditColumn> All { get; } =
    [
        Text("file", row => row.File),
        Text("path", row => row.Path),
        Text("hash", row => row.Hash),
        Number("size", row => row.Modified == default ? null : row.Length),
        new("modified", typeof(DateTime), row => row.Modified == default ? null : row.Modified),
        Text("model", row => row.ModelName),
        Text("model_hash", row => row.ModelHash),
        Text("method", row => row.Method),
        Text("layers", row => row.Layers.ToString()),
        Number("class", row => row.Class < 0 ? null : row.Class),
        Text("label", row => row.Label),
        Real("probability", row => row.Probability),
        Real("score", row => row.Score),
        Text("expected", row => row.Expected),
        new("correct", typeof(bool), row => row.Correct),
        Real("expected_probability", row => row.ExpectedProbability),
        .. Enumerable.Range(0, MostPredictions).SelectMany(Predicted),
        Number("height", row => row.ImageSize.Count == 2 ? row.ImageSize[0] : null),
        Number("width", row => row.ImageSize.Count == 2 ? row.ImageSize[1] : null),
        Real("seconds", row => row.ErrorId is null ? row.Seconds : null),
        Text("error_id", row => row.ErrorId),
        Text("error", row => row.Error),
        .. DetectionColumns.All.Select(column => new AuditColumn(column.Name, column.Type,
            row => row.Detected is { } detected ? column.Value(detected) : null)),
        .. MeasureColumns.All.Select(column => Real(column.Name, row => row.Measure is { } measure ? column.Metric.Of(measure) : null)),
    ];

    private static IEnumerable<AuditColumn> Predicted(int place)
    {
        Prediction? At(CamAuditRow row) => row.Predictions.Count > place ? row.Predictions[place] : null;
        yield return Text($"top{place + 1}", row => At(row)?.Label);
        yield return Real($"probability{place + 1}", row => At(row)?.Probability);
    }

    private static AuditColumn Text(string name, Func<CamAuditRow, string?> value) =>
        new(name, typeof(string), row => value(row) is { Length: > 0 } text ? text : null);

    private static AuditColumn Number(string name, Func<CamAuditRow, long?> value) => new(name, typeof(long), row => value(row));

    private static AuditColumn Real(string name, Func<CamAuditRow, double?> value) =>
        new(name, typeof(double), row => value(row) is { } number && double.IsFinite(number) ? number : null);
}
