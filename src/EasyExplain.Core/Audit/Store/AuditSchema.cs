namespace EasyExplain.Audit.Store;

/// <summary>What is in an audit file; docs/audit-format.md describes it for people.</summary>
internal static class AuditSchema
{
    /// <summary>By which SQLite databases of ours are known: "ECam".</summary>
    public const int ApplicationId = 0x4543616D;

    /// <summary>Counts changes that older versions of EasyExplain cannot read.</summary>
    public const int Version = 3;

    /// <summary>All tables, in the order of <see cref="Tables"/>.</summary>
    public static IReadOnlyList<string> TableNames { get; } =
    [
        "setting", "writer", "model", "class", "method", "layers", "question", "image", "explanation", "channels", "map", "measure",
        "detection",
    ];

    /// <summary>
    /// The order of a file's rows, by what they say and not by how they came: what was missed, whose parts are below 0, comes last.
    /// </summary>
    public const string OrderInFile = """
        model.name, model.fingerprint, question.hash, explanation.part < 0, abs(explanation.part), explanation.class, explanation.id
        """;

    /// <summary>The tables that each version brought.</summary>
    public static IEnumerable<string> TablesOf(long version) =>
        TableNames.Where(name => (version > 1 || name != "measure") && (version > 2 || name != "detection"));

    /// <summary>Makes the tables, and the view.</summary>
    public static string Tables { get; } = $"{Rows}\n{Measure}\n{Detection}\n{View}";

    /// <summary>
    /// Makes of an older version what is now: version 1 knew no figures, and no signs of maps; version 2 no detections.
    /// </summary>
    public static string From(long version) => $"""
        {(version < 2 ? $"ALTER TABLE map ADD COLUMN against BLOB; {Measure}" : "")}
        {Detection}
        DROP VIEW audit;
        {View}
        PRAGMA user_version = {Version};
        """;

    /// <summary>Shows an older version to a reader as if it were what is now, without a change to the file.</summary>
    public static string AsNow(long version) => version >= Version ? "" : $"""
        PRAGMA temp_store = MEMORY;
        {(version < 2 ? $"CREATE TEMP VIEW map AS SELECT *, NULL AS against FROM main.map; {Temporary(Measure)}" : "")}
        {Temporary(Detection)}
        """;

    private static string Temporary(string table) => table.Replace("CREATE TABLE", "CREATE TEMP TABLE", StringComparison.Ordinal)
        .Replace(" REFERENCES explanation ON DELETE CASCADE", "", StringComparison.Ordinal);

    private static string Measure => $"""
        CREATE TABLE measure (
            explanation INTEGER NOT NULL REFERENCES explanation ON DELETE CASCADE, control TEXT NOT NULL, seed INTEGER NOT NULL,
            {string.Join(", ", MeasureColumns.All.Select(column => column.Name + " REAL"))},
            PRIMARY KEY (explanation, control)) WITHOUT ROWID;
        """;

    private static string Detection => $"""
        CREATE TABLE detection (
            explanation INTEGER PRIMARY KEY REFERENCES explanation ON DELETE CASCADE,
            {string.Join(", ", DetectionColumns.All.Select(column => $"{column.Name} {Kind(column.Type)}"))});
        """;

    private static string Kind(Type type) => type == typeof(string) ? "TEXT" : type == typeof(double) ? "REAL" : "INTEGER";

    private static string View => $"""
        CREATE VIEW audit AS
        SELECT explanation.id, image.file, image.hash, image.size, image.modified, model.name AS model, model.hash AS model_hash,
            method.name AS method, layers.names AS layers, explanation.class,
            coalesce(named.label, explanation.class) AS label, probability, score, expected, correct, expected_probability,
            one.label AS top1, probability1, two.label AS top2, probability2, three.label AS top3, probability3,
            four.label AS top4, probability4, five.label AS top5, probability5, image.height, image.width, seconds, error_id, error,
            {string.Join(", ", DetectionColumns.All.Select(column => "detection." + column.Name))},
            {string.Join(", ", MeasureColumns.All.Select(column => column.Name))}
        FROM explanation
        JOIN image ON image.id = explanation.image
        JOIN model ON model.id = explanation.model
        JOIN method ON method.id = explanation.method
        JOIN layers ON layers.id = explanation.layers
        LEFT JOIN detection ON detection.explanation = explanation.id
        LEFT JOIN measure ON measure.explanation = explanation.id AND measure.control = ''
        LEFT JOIN class AS named ON named.model = explanation.model AND named.class = explanation.class
        LEFT JOIN class AS one ON one.model = explanation.model AND one.class = explanation.top1
        LEFT JOIN class AS two ON two.model = explanation.model AND two.class = explanation.top2
        LEFT JOIN class AS three ON three.model = explanation.model AND three.class = explanation.top3
        LEFT JOIN class AS four ON four.model = explanation.model AND four.class = explanation.top4
        LEFT JOIN class AS five ON five.model = explanation.model AND five.class = explanation.top5;
        """;

    private const string Rows = """
        CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
        CREATE TABLE writer (process INTEGER NOT NULL, machine TEXT NOT NULL, since TEXT NOT NULL);
        CREATE TABLE model (
            id INTEGER PRIMARY KEY, name TEXT NOT NULL, hash TEXT NOT NULL, activation TEXT NOT NULL, preprocessing TEXT NOT NULL,
            fingerprint TEXT NOT NULL UNIQUE);
        CREATE TABLE class (
            model INTEGER NOT NULL REFERENCES model, class INTEGER NOT NULL, label TEXT NOT NULL, PRIMARY KEY (model, class)) WITHOUT ROWID;
        CREATE TABLE method (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
        CREATE TABLE layers (id INTEGER PRIMARY KEY, names TEXT NOT NULL UNIQUE);
        CREATE TABLE question (id INTEGER PRIMARY KEY, hash TEXT NOT NULL UNIQUE);
        CREATE TABLE image (
            id INTEGER PRIMARY KEY, file TEXT NOT NULL, size INTEGER NOT NULL, modified TEXT NOT NULL, hash TEXT,
            height INTEGER, width INTEGER);
        CREATE INDEX image_by_file ON image (file);
        CREATE TABLE explanation (
            id INTEGER PRIMARY KEY, request TEXT, part INTEGER NOT NULL, parts INTEGER NOT NULL,
            image INTEGER NOT NULL REFERENCES image, model INTEGER NOT NULL REFERENCES model, question INTEGER NOT NULL REFERENCES question,
            method INTEGER NOT NULL REFERENCES method, layers INTEGER NOT NULL REFERENCES layers,
            class INTEGER, probability REAL, score REAL,
            expected TEXT, expected_class INTEGER, correct INTEGER, expected_probability REAL,
            top1 INTEGER, top2 INTEGER, top3 INTEGER, top4 INTEGER, top5 INTEGER,
            probability1 REAL, probability2 REAL, probability3 REAL, probability4 REAL, probability5 REAL,
            predicted TEXT, compared_with TEXT, smoothing INTEGER NOT NULL, seed INTEGER, seconds REAL NOT NULL,
            error_id TEXT, error TEXT,
            UNIQUE (request, part));
        CREATE INDEX explanation_by_image ON explanation (image);
        CREATE TABLE channels (
            explanation INTEGER PRIMARY KEY REFERENCES explanation ON DELETE CASCADE,
            features_scale REAL NOT NULL, features BLOB NOT NULL, relevance_scale REAL, relevance BLOB);
        CREATE TABLE map (
            explanation INTEGER NOT NULL REFERENCES explanation ON DELETE CASCADE, place INTEGER NOT NULL,
            height INTEGER NOT NULL, width INTEGER NOT NULL, cells BLOB NOT NULL, against BLOB,
            PRIMARY KEY (explanation, place)) WITHOUT ROWID;
        """;
}
