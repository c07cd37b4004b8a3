using System.Globalization;
using System.Text.Json;
using EasyExplain.Explanation;
using EasyExplain.Explanation.Metrics;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace EasyExplain.Audit.Store;

/// <summary>Puts rows into the tables of an audit file, inside of somebody else's transaction.</summary>
internal sealed class RowInserts : IDisposable
{
    private const int PredictionsKept = 5;

    private readonly Dictionary<AuditedModel, long> _models = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, long> _methods = [], _layers = [], _questions = [];
    private readonly List<Statement> _statements = [];
    private readonly Statement _find, _expect, _images, _stale, _clear, _forget, _addImage, _addRow, _addChannels, _addMap, _addMeasure,
        _addDetection, _clearMissed;
    private readonly AuditDatabase _database;

    /// <summary>Prepares the statements.</summary>
    public RowInserts(AuditDatabase database)
    {
        _database = database;
        _find = Prepare("SELECT id, error_id IS NOT NULL FROM explanation WHERE request = $1 AND part = $2");
        _expect = Prepare("""
            UPDATE explanation SET expected = $2, expected_class = $3, correct = $4, expected_probability = $5
            WHERE id = $1 AND expected IS NOT $2
            """);
        _images = Prepare("SELECT id, size IS $2 AND modified IS $3 AND height IS $4 AND width IS $5 FROM image WHERE file = $1");
        _stale = Prepare("""
            SELECT explanation.id, request IS $4, error_id IS NOT NULL
            FROM image JOIN explanation ON explanation.image = image.id
            WHERE file = $1 AND model = $2 AND question = $3
            """);
        _clear = Prepare("DELETE FROM explanation WHERE id = $1");
        _clearMissed = Prepare("DELETE FROM explanation WHERE request = $1 AND part < 0");
        _forget = Prepare("DELETE FROM image WHERE file = $1 AND NOT EXISTS (SELECT 1 FROM explanation WHERE image = image.id)");
        _addImage = Prepare("INSERT INTO image (file, size, modified, height, width, hash) VALUES ($1, $2, $3, $4, $5, $6)");
        _addRow = Prepare($"""
            INSERT INTO explanation (
                request, part, parts, image, model, question, method, layers, class, probability, score,
                expected, expected_class, correct, expected_probability, top1, top2, top3, top4, top5,
                probability1, probability2, probability3, probability4, probability5,
                predicted, compared_with, smoothing, seed, seconds, error_id, error)
            VALUES ({string.Join(", ", Enumerable.Range(1, 32).Select(number => $"${number}"))})
            """);
        _addChannels = Prepare("INSERT INTO channels VALUES ($1, $2, $3, $4, $5)");
        string figures = string.Join(", ", MeasureColumns.All.Select(column => column.Name));
        _addMeasure = Prepare($"""
            INSERT OR REPLACE INTO measure (explanation, control, seed, {figures})
            VALUES ({string.Join(", ", Enumerable.Range(1, MeasureColumns.All.Count + 3).Select(number => $"${number}"))})
            """);
        _addDetection = Prepare($"""
            INSERT OR REPLACE INTO detection (explanation, {string.Join(", ", DetectionColumns.All.Select(column => column.Name))})
            VALUES ({string.Join(", ", Enumerable.Range(1, DetectionColumns.All.Count + 1).Select(number => $"${number}"))})
            """);
        _addMap = Prepare("INSERT INTO map VALUES ($1, $2, $3, $4, $5, $6)");
    }

    /// <summary>Adds a row, unless it is there already.</summary>
    public void Add(CamAuditRow row, Request request)
    {
        string? id = request.Id.Length > 0 ? request.Id : null;
        bool fails = row.ErrorId is not null;
        if (id is not null && Known(id, request.Index) is var (known, failed))
        {
            if (!failed)
            {
                if (!fails && row.Expected is not null)
                {
                    _expect.Run(known, row.Expected, Class(row.ExpectedClass), row.Correct, row.ExpectedProbability);
                }
                Add(known, row.Measure);
                if (row.Detected is { IsJudged: true })
                {
                    Add(known, row.Detected);
                    if (request.Index == 0)
                    {
                        _clearMissed.Run(id); // by a truth that may be another now
                    }
                }
                return;
            }
            _clear.Run(known);
        }
        string modified = row.Modified.ToString("yyyy-MM-dd HH:mm:ss.fffffff", CultureInfo.InvariantCulture);
        (int? height, int? width) = row.ImageSize is [var rows, var columns] ? ((int?)rows, (int?)columns) : (null, null);
        long model = IdOf(row.Model), question = IdOf(_questions, "question", "hash", QuestionOf(row, request));
        (bool seen, long? image) = Image(row.File, row.Length, modified, height, width);
        if (seen && !MakeRoom(row.File, model, question, id, fails))
        {
            return;
        }
        image ??= Insert(_addImage, row.File, row.Length, modified, height, width, row.Hash ?? (fails ? null : FileHash.Of(row.Path)));
        Prediction[] top = [.. row.Predictions.Take(PredictionsKept)];
        object?[] values = [
            id, request.Index, request.Count, image, model, question, IdOf(_methods, "method", "name", row.Method),
            IdOf(_layers, "layers", "names", JsonSerializer.Serialize(row.Layers, AuditJson.Options)),
            Class(row.Class), row.Probability, row.Score, row.Expected, Class(row.ExpectedClass), row.Correct, row.ExpectedProbability,
            .. Enumerable.Range(0, PredictionsKept).Select(place => place < top.Length ? (object)top[place].Class : null),
            .. Enumerable.Range(0, PredictionsKept).Select(place => place < top.Length ? (object)top[place].Probability : null),
            IsFirst(row.PredictedClasses, top) ? null : AuditJson.Numbers(row.PredictedClasses),
            row.ComparedWith.Count == 0 ? null : AuditJson.Numbers(row.ComparedWith),
            (int)row.Smoothing, row.Seed, row.Seconds, row.ErrorId, row.Error];
        long explanation = Insert(_addRow, values);
        if (row.Channels is { } channels)
        {
            _addChannels.Run(explanation, channels.Features.Scale, Bytes(channels.Features), channels.Relevance?.Scale,
                channels.Relevance is { } relevance ? Bytes(relevance) : null);
        }
        for (int place = 0; place < row.StoredMaps.Count; place++)
        {
            StoredMap map = row.StoredMaps[place];
            _addMap.Run(explanation, place, map.Height, map.Width, map.Values, map.Against);
        }
        Add(explanation, row.Measure);
        Add(explanation, row.Detected);
        if (seen)
        {
            _forget.Run(row.File);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _statements.ForEach(statement => statement.Dispose());

    /// <summary>Adds the figures of an explanation, and those of its controls under their names.</summary>
    private void Add(long explanation, CamMeasure? measure)
    {
        foreach (CamMeasure one in measure is null ? [] : measure.Controls.Prepend(measure))
        {
            object?[] figures = [.. MeasureColumns.All.Select(column => (object?)column.Metric.Of(one))];
            _addMeasure.Run([explanation, one.IsControl ? one.Method : "", one.Seed, .. figures]);
        }
    }

    private void Add(long explanation, AuditedDetection? detected)
    {
        if (detected is not null)
        {
            _addDetection.Run([explanation, .. DetectionColumns.All.Select(column => column.Value(detected))]);
        }
    }

    private Statement Prepare(string sql)
    {
        Statement statement = _database.Prepare(sql);
        _statements.Add(statement);
        return statement;
    }

    /// <summary>The row that answers this part of a request, and whether it is a failure; null where there is none.</summary>
    private (long Id, bool Failed)? Known(string request, int part)
    {
        using SqliteDataReader found = _find.Find(request, part);
        return found.Read() ? (found.GetInt64(0), found.GetBoolean(1)) : null;
    }

    /// <summary>Whether there are rows of a file, and the image as it is now if it is there already.</summary>
    private (bool Seen, long? Image) Image(string file, long size, string modified, int? height, int? width)
    {
        bool seen = false;
        using SqliteDataReader found = _images.Find(file, size, modified, height, width);
        while (found.Read())
        {
            seen = true;
            if (found.GetBoolean(1))
            {
                return (seen, found.GetInt64(0));
            }
        }
        return (seen, null);
    }

    /// <summary>
    /// Takes away what an answer replaces: failures, and what was said of the file as it was before. False where it replaces nothing: what
    /// was found out is not lost to a later failure.
    /// </summary>
    private bool MakeRoom(string file, long model, long question, string? request, bool fails)
    {
        var old = new List<long>();
        using (SqliteDataReader found = _stale.Find(file, model, question, request))
        {
            while (found.Read())
            {
                bool same = request is null || found.GetBoolean(1), failed = found.GetBoolean(2);
                if (!failed && same && fails)
                {
                    return false;
                }
                if (failed || !same)
                {
                    old.Add(found.GetInt64(0));
                }
            }
        }
        old.ForEach(id => _clear.Run(id));
        return true;
    }

    private long Insert(Statement statement, params ReadOnlySpan<object?> values)
    {
        statement.Run(values);
        return raw.sqlite3_last_insert_rowid(_database.Connection.Handle);
    }

    private long IdOf(AuditedModel model)
    {
        if (_models.TryGetValue(model, out long known))
        {
            return known;
        }
        string preprocessing = JsonSerializer.Serialize(model.Preprocessing, AuditJson.Options);
        string fingerprint = FileHash.OfText(
            string.Join('\0', [model.Name, model.Hash, $"{model.Activation}", preprocessing, .. model.Labels]));
        using Statement find = _database.Prepare("SELECT id FROM model WHERE fingerprint = $1");
        if (find.Ask(fingerprint) is not long id)
        {
            using Statement add = _database.Prepare(
                "INSERT INTO model (name, hash, activation, preprocessing, fingerprint) VALUES ($1, $2, $3, $4, $5)");
            id = Insert(add, model.Name, model.Hash, $"{model.Activation}", preprocessing, fingerprint);
            using Statement addClass = _database.Prepare("INSERT INTO class VALUES ($1, $2, $3)");
            for (int @class = 0; @class < model.Labels.Count; @class++)
            {
                addClass.Run(id, @class, model.Labels[@class]);
            }
        }
        return _models[model] = id;
    }

    private long IdOf(Dictionary<string, long> known, string table, string column, string value)
    {
        if (!known.TryGetValue(value, out long id))
        {
            using Statement find = _database.Prepare($"SELECT id FROM {table} WHERE {column} = $1");
            if (find.Ask(value) is long found)
            {
                id = found;
            }
            else
            {
                using Statement add = _database.Prepare($"INSERT INTO {table} ({column}) VALUES ($1)");
                id = Insert(add, value);
            }
            known[value] = id;
        }
        return id;
    }

    // Where nobody knows what was asked, an image has one row for each method and choice of layers.
    private static string QuestionOf(CamAuditRow row, Request request) =>
        request.Question.Length > 0 ? request.Question : $"{row.Method} at {string.Join(", ", row.Layers)}";

    private static bool IsFirst(IReadOnlyList<int> predicted, Prediction[] top) =>
        predicted.Count == 0 || (predicted is [var only] && top.Length > 0 && top[0].Class == only);

    private static object? Class(int @class) => @class < 0 ? null : @class;

    private static byte[] Bytes(ChannelVector vector) => Array.ConvertAll(vector.Values, value => unchecked((byte)value));
}
