using System.Globalization;
using System.Text.Json;
using EasyExplain.Explanation;
using EasyExplain.Explanation.Metrics;
using EasyExplain.Imaging;
using EasyExplain.Models;
using EasyExplain.Networks;
using Microsoft.Data.Sqlite;

namespace EasyExplain.Audit.Store;

/// <summary>
/// Reads an audit file, also while somebody writes it: it sees what was committed, and never keeps the writer waiting long.
/// </summary>
internal sealed class AuditReader : IFinished, IDisposable
{
    private const int PageSize = 500; // rows, or files, that are read at a time; between pages the file is free
    private const int FirstOfDetection = 45; // among the columns

    private static readonly string Columns = $"""
        SELECT explanation.id, image.file, image.size, image.modified, image.hash, image.height, image.width,
            explanation.model, question.hash, method.name, explanation.layers,
            class, probability, score, expected, expected_class, correct, expected_probability,
            top1, top2, top3, top4, top5, probability1, probability2, probability3, probability4, probability5,
            predicted, compared_with, smoothing, seed, seconds, error_id, error, request, part, parts,
            features_scale, length(features), features, relevance_scale, length(relevance), relevance,
            detection.explanation, {string.Join(", ", DetectionColumns.All.Select(column => "detection." + column.Name))}
        FROM explanation
        JOIN image ON image.id = explanation.image
        JOIN question ON question.id = explanation.question
        JOIN method ON method.id = explanation.method
        LEFT JOIN channels ON channels.explanation = explanation.id
        LEFT JOIN detection ON detection.explanation = explanation.id
        """;

    private readonly object _gate = new();
    private readonly AuditDatabase _database;
    private readonly AuditRoot _root;
    private readonly Statement _endOfPage, _page, _row, _request, _contains, _maps, _measures;
    private readonly Dictionary<long, AuditedModel> _models = [];
    private readonly Dictionary<long, CamList<string>> _layers = [];
    private readonly Dictionary<string, string> _texts = []; // labels and names, each once

    /// <summary>Opens an audit file.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="AuditFileException">It is something else, of a newer version or damaged.</exception>
    public AuditReader(string path)
    {
        Path = System.IO.Path.GetFullPath(path);
        _database = AuditDatabase.Open(Path, write: false);
        try
        {
            _root = AuditFileException.Wrap(Path, _database.Root);
            _database.Run("PRAGMA cache_size = -16000"); // rows of a merged audit lie in as many places as it had shards
        }
        catch
        {
            _database.Dispose();
            throw;
        }
        _endOfPage = _database.Prepare($"SELECT file FROM image WHERE file > $1 ORDER BY file LIMIT 1 OFFSET {PageSize - 1}");
        _page = _database.Prepare($"""
            SELECT explanation.id
            FROM image CROSS JOIN explanation ON explanation.image = image.id -- the index of files leads
            LEFT JOIN model ON model.id = explanation.model LEFT JOIN question ON question.id = explanation.question
            WHERE file > $1 AND ($2 IS NULL OR file <= $2) AND explanation.id <= $3
            ORDER BY file, {AuditSchema.OrderInFile}
            """);
        _row = _database.Prepare($"{Columns} WHERE explanation.id = $1");
        _request = _database.Prepare($"{Columns} WHERE request = $1 AND part >= 0 ORDER BY part");
        // A part below 0 is no answer: something in the ground truth that was missed.
        _contains = _database.Prepare("""
            SELECT count(*), min(parts), coalesce(max(error_id IS NOT NULL), 0) FROM explanation WHERE request = $1 AND part >= 0
            """);
        _maps = _database.Prepare("""
            SELECT place, height, width, length(cells), cells, length(against), against FROM map WHERE explanation = $1 ORDER BY place
            """);
        _measures = _database.Prepare($"""
            SELECT control, seed, {string.Join(", ", MeasureColumns.All.Select(column => column.Name))}
            FROM measure WHERE explanation = $1 ORDER BY control
            """);
    }

    /// <summary>The file's full path.</summary>
    public string Path { get; }

    /// <summary>The folder that the images lie below.</summary>
    public string Root => _root.Folder;

    /// <summary>How many rows there are.</summary>
    public long Count => Locked(() => (long)_database.Ask("SELECT count(*) FROM explanation")!);

    /// <summary>When the command that wrote it came to its end, UTC; null where it has not, and of files of older versions.</summary>
    public DateTime? Finished => Locked(_database.Finished);

    /// <summary>
    /// All rows that are there now, in the order of their files' names, and of one file in that of models, questions and parts: however the
    /// audit came about.
    /// </summary>
    /// <exception cref="AuditFileException">The file is damaged.</exception>
    public IEnumerable<CamAuditRow> Rows()
    {
        // What is added meanwhile, perhaps by who reads this, is not read.
        long last = Locked(() => (long)(_database.Ask("SELECT max(id) FROM explanation") ?? 0L));
        string? before = "";
        while (before is not null)
        {
            (List<long> ids, before) = Page(before, last);
            foreach (CamAuditRow row in ids.Chunk(PageSize).SelectMany(some => Locked(() => Read(some))))
            {
                yield return row;
            }
        }
    }

    /// <summary>Rows by their ids, in the order asked.</summary>
    /// <exception cref="AuditFileException">The file is damaged, or has no such row any more.</exception>
    public IEnumerable<CamAuditRow> Rows(IReadOnlyList<long> ids)
    {
        foreach (long[] some in ids.Chunk(PageSize))
        {
            List<CamAuditRow> page = Locked(() => Read(some));
            if (page.Count < some.Length)
            {
                throw AuditFileException.Damaged(Path, string.Create(CultureInfo.InvariantCulture,
                    $"row {some.Except(page.Select(row => row.Id)).First()} is gone"));
            }
            foreach (CamAuditRow row in page)
            {
                yield return row;
            }
        }
    }

    /// <summary>Whether all explanations of a request are there, and none is a failure.</summary>
    public bool Contains(string requestId) => Locked(() =>
    {
        using SqliteDataReader found = _contains.Find(requestId);
        return found.Read() && found.GetInt64(0) > 0 && found.GetInt64(0) == found.GetInt64(1) && !found.GetBoolean(2);
    });

    /// <summary>What the file tells of a request, with maps as they are stored; null where that is not all of it.</summary>
    /// <param name="requestId">The request.</param>
    /// <param name="photo">The photo that it is about.</param>
    /// <param name="model">The model that it is about.</param>
    public IReadOnlyList<CamExplanation>? Explanations(string requestId, string photo, CamModel model)
    {
        List<CamAuditRow> rows = Locked(() => AtOnce(() => Read(_request.Find(requestId))));
        CamExplanation[] all = [.. rows.Select(row => row.ToExplanation(photo, model, Path)).OfType<CamExplanation>()];
        return all.Length > 0 && all.Length == all[0].Request!.Count ? all : null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            foreach (Statement statement in new[] { _endOfPage, _page, _row, _request, _contains, _maps, _measures })
            {
                statement.Dispose();
            }
            _database.Dispose();
        }
    }

    private T Locked<T>(Func<T> work)
    {
        lock (_gate)
        {
            return AuditFileException.Wrap(Path, work);
        }
    }

    /// <summary>The rows of the files behind one, in their order, and the last of these files; null where no more follow.</summary>
    private (List<long> Ids, string? End) Page(string before, long last) => Locked(() => AtOnce(() =>
    {
        string? end = StoredText.From(_endOfPage.Ask(before));
        var ids = new List<long>();
        using SqliteDataReader found = _page.Find(before, end, last);
        while (found.Read())
        {
            ids.Add(found.GetInt64(0));
        }
        return (ids, end);
    }));

    /// <summary>Those of the rows that are still there.</summary>
    private List<CamAuditRow> Read(long[] ids) => AtOnce(() => ids.SelectMany(id => Read(_row.Find(id))).ToList());

    /// <summary>Runs what reads as of one moment.</summary>
    private T AtOnce<T>(Func<T> read)
    {
        _database.Run("BEGIN");
        try
        {
            return read();
        }
        finally
        {
            _database.Run("COMMIT");
        }
    }

    /// <summary>Reads rows with all that belongs to them.</summary>
    private List<CamAuditRow> Read(SqliteDataReader found)
    {
        using (found)
        {
            var rows = new List<CamAuditRow>();
            while (found.Read())
            {
                CamAuditRow row = Row(found);
                rows.Add(row with { Measure = MeasureOf(row) });
            }
            return rows;
        }
    }

    private CamAuditRow Row(SqliteDataReader found)
    {
        long id = found.GetInt64(0);
        AuditedModel model = ModelOf(found.GetInt64(7));
        string file = Text(found, 1) ?? throw Damaged(id, "it has no file");
        CamList<string> layers = LayersOf(found.GetInt64(10));
        int? @class = ClassOf(found, 11, model, id);
        Prediction[] top = Top(found, model, id);
        string? predicted = Text(found, 28), comparedWith = Text(found, 29);
        string question = Text(found, 8) ?? "";
        return new CamAuditRow(model)
        {
            Id = id,
            Path = _root.PathOf(file),
            File = file,
            Length = found.GetInt64(2),
            Modified = DateTime.TryParse(Text(found, 3), CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTime time) ? time
                : throw Damaged(id, "its time is none"),
            Hash = Text(found, 4),
            ImageSize = found.IsDBNull(5) || found.IsDBNull(6) ? []
                : [Positive(found.GetInt64(5), id), Positive(found.GetInt64(6), id)],
            Method = Once(Text(found, 9) ?? throw Damaged(id, "it has no method")),
            Layers = layers,
            Class = @class ?? -1,
            Label = @class is { } named ? model.LabelOf(named) : "",
            Probability = Number(found, 12) ?? double.NaN,
            Score = Number(found, 13) ?? double.NaN,
            Expected = Text(found, 14) is { } expected ? Once(expected) : null,
            ExpectedClass = ClassOf(found, 15, model, id) ?? -1,
            Correct = found.IsDBNull(16) ? null : found.GetBoolean(16),
            ExpectedProbability = Number(found, 17),
            Predictions = [.. top],
            PredictedClasses = predicted is not null ? Classes(predicted, model, id) : top.Length > 0 ? [top[0].Class] : [],
            ComparedWith = comparedWith is not null ? Classes(comparedWith, model, id) : [],
            Smoothing = (Smoothing)checked((int)found.GetInt64(30)),
            Seed = found.IsDBNull(31) ? null : found.GetInt64(31),
            Seconds = Number(found, 32) ?? 0,
            ErrorId = Text(found, 33) is { } error ? Once(error) : null,
            Error = Text(found, 34),
            Request = new Request(Text(found, 35) ?? "", checked((int)found.GetInt64(36)), checked((int)found.GetInt64(37)))
            {
                Question = Once(question),
            },
            Channels = found.IsDBNull(38) ? null : new ChannelEvidence(
                Vector(found, 38, id) ?? throw Damaged(id, "it has no features"), Vector(found, 41, id)),
            StoredMaps = Maps(id, layers),
            Detected = found.IsDBNull(FirstOfDetection - 1) ? null : DetectionOf(found, model, id),
        };
    }

    private AuditedDetection DetectionOf(SqliteDataReader found, AuditedModel model, long id) =>
        DetectionColumns.Read(column => Number(found, FirstOfDetection + column), column => Text(found, FirstOfDetection + column),
            model.Labels.Count) ?? throw Damaged(id, "its detection makes no sense");

    private CamMeasure? MeasureOf(CamAuditRow row)
    {
        CamMeasure? own = null;
        var controls = new List<CamMeasure>();
        using SqliteDataReader found = _measures.Find(row.Id);
        while (found.Read())
        {
            string? control = Text(found, 0) is { Length: > 0 } name ? Once(name) : null;
            CamMeasure measure = MeasureColumns.Of(row, control, found.GetInt64(1), column => Number(found, column + 2));
            if (control is null)
            {
                own = measure;
            }
            else
            {
                controls.Add(measure);
            }
        }
        return own is null ? null : own with { Controls = controls };
    }

    private Prediction[] Top(SqliteDataReader found, AuditedModel model, long id)
    {
        var top = new List<Prediction>(5);
        for (int place = 0; place < 5 && ClassOf(found, 18 + place, model, id) is { } @class; place++)
        {
            top.Add(new Prediction(@class, model.LabelOf(@class), Number(found, 23 + place) ?? double.NaN));
        }
        return [.. top];
    }

    private StoredMap[] Maps(long explanation, CamList<string> layers)
    {
        var maps = new List<StoredMap>();
        using SqliteDataReader found = _maps.Find(explanation);
        while (found.Read())
        {
            long place = found.GetInt64(0), height = found.GetInt64(1), width = found.GetInt64(2);
            if (place != maps.Count || place > layers.Count || height is <= 0 or > int.MaxValue || width is <= 0 or > int.MaxValue
                || found.IsDBNull(3) || height * width != found.GetInt64(3) || (!found.IsDBNull(5) && height * width != found.GetInt64(5)))
            {
                throw Damaged(explanation, $"its map {place} of {height}×{width} has another number of cells");
            }
            string layer = place < layers.Count ? layers[(int)place] : Once(string.Join("+", layers));
            maps.Add(new StoredMap(layer, (int)height, (int)width, (byte[])found.GetValue(4))
            {
                Against = found.IsDBNull(6) ? null : (byte[])found.GetValue(6),
            });
        }
        return [.. maps];
    }

    private ChannelVector? Vector(SqliteDataReader found, int column, long id)
    {
        if (found.IsDBNull(column))
        {
            return null;
        }
        float scale = (float)found.GetDouble(column);
        return !found.IsDBNull(column + 1) && found.GetInt64(column + 1) <= ChannelVector.MaxLength && float.IsFinite(scale) && scale >= 0
            ? new ChannelVector(scale, Array.ConvertAll((byte[])found.GetValue(column + 2), value => unchecked((sbyte)value)))
            : throw Damaged(id, "its channels are too many");
    }

    private int? ClassOf(SqliteDataReader found, int column, AuditedModel model, long id) => found.IsDBNull(column) ? null
        : found.GetInt64(column) is >= 0 and var @class && @class < model.Labels.Count ? (int)@class
        : throw Damaged(id, $"{model.Name} has no class {found.GetInt64(column)}");

    private int[] Classes(string json, AuditedModel model, long id)
    {
        try
        {
            int[]? classes = JsonSerializer.Deserialize<int[]>(json, AuditJson.Options);
            return classes is not null && classes.All(@class => @class >= 0 && @class < model.Labels.Count) ? classes
                : throw Damaged(id, $"{model.Name} has not the classes {json}");
        }
        catch (JsonException e)
        {
            throw Damaged(id, "its classes are no list of numbers", e);
        }
    }

    private AuditedModel ModelOf(long id)
    {
        if (_models.TryGetValue(id, out AuditedModel? known))
        {
            return known;
        }
        using Statement ask = _database.Prepare("SELECT class, label FROM class WHERE model = $1 ORDER BY class");
        var labels = new List<string>();
        using (SqliteDataReader found = ask.Find(id))
        {
            while (found.Read())
            {
                labels.Add(found.GetInt64(0) == labels.Count && Text(found, 1) is { } label ? label
                    : throw AuditFileException.Damaged(Path, $"classes of model {id} are missing"));
            }
        }
        using Statement askModel = _database.Prepare("SELECT name, hash, activation, preprocessing FROM model WHERE id = $1");
        using SqliteDataReader model = askModel.Find(id);
        try
        {
            return _models[id] = model.Read() && Enum.TryParse(Text(model, 2), out Activation activation) && Enum.IsDefined(activation)
                ? new AuditedModel(Text(model, 0) ?? "", Text(model, 1) ?? "", labels, activation,
                    JsonSerializer.Deserialize<Preprocessing>(Text(model, 3) ?? "", AuditJson.Options) ?? throw new JsonException())
                : throw AuditFileException.Damaged(Path, $"model {id} is missing");
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            throw AuditFileException.Damaged(Path, $"the preprocessing of model {id} makes no sense", e);
        }
    }

    private CamList<string> LayersOf(long id)
    {
        if (_layers.TryGetValue(id, out CamList<string>? known))
        {
            return known;
        }
        using Statement ask = _database.Prepare("SELECT names FROM layers WHERE id = $1");
        try
        {
            string[]? names = JsonSerializer.Deserialize<string[]>(StoredText.From(ask.Ask(id)) ?? "", AuditJson.Options);
            return _layers[id] = names is not null && Array.TrueForAll(names, name => name is not null) ? [.. names]
                : throw AuditFileException.Damaged(Path, $"the list of layers {id} makes no sense");
        }
        catch (JsonException e)
        {
            throw AuditFileException.Damaged(Path, $"the list of layers {id} makes no sense", e);
        }
    }

    private string Once(string text)
    {
        if (!_texts.TryGetValue(text, out string? known))
        {
            _texts[text] = known = text;
        }
        return known;
    }

    private int Positive(long size, long id) =>
        size is > 0 and <= int.MaxValue ? (int)size : throw Damaged(id, $"its image has {size} rows or columns");

    private static double? Number(SqliteDataReader found, int column) => found.IsDBNull(column) ? null : found.GetDouble(column);

    private static string? Text(SqliteDataReader found, int column) =>
        found.IsDBNull(column) ? null : StoredText.From(found.GetValue(column));

    private AuditFileException Damaged(long id, string what, Exception? inner = null) =>
        AuditFileException.Damaged(Path, string.Create(CultureInfo.InvariantCulture, $"of row {id}, {what}"), inner);
}
