using EasyExplain.Audit.Store;

namespace EasyExplain.Audit.Merging;

/// <summary>
/// The statements that bring the rows of an attached database, <c>source</c>, into the tables of the open one, <c>main</c>.
/// </summary>
/// <remarks>
/// What an audit says of one file by one model to one question belongs together, and is taken from one source: from the one that saw the
/// file's newest version; of the same version, from one that explains it; then from the one that says most. Of two that say as much, the
/// later one is taken.
/// </remarks>
internal static class MergeTables
{
    // In the order in which they count; compared as one value.
    private const string Rank = "modified, explained, parts, judged, measured, expecting";

    private static readonly string[] Numbered = ["model", "method", "layers", "question"];

    private static readonly string[] Own =
    [
        "class", "probability", "score", "expected", "expected_class", "correct", "expected_probability",
        "top1", "top2", "top3", "top4", "top5", "probability1", "probability2", "probability3", "probability4", "probability5",
        "predicted", "compared_with", "smoothing", "seed", "seconds", "error_id", "error",
    ];

    /// <summary>Makes what holds the numbers of one source beside those of the merged audit.</summary>
    public static string Begin { get; } = $"""
        {string.Join("\n", Numbered.Append("image").Select(name =>
            $"CREATE TEMP TABLE {name}_here (theirs INTEGER PRIMARY KEY, ours INTEGER, place INTEGER);"))}
        CREATE TEMP TABLE photo (id INTEGER PRIMARY KEY, file TEXT NOT NULL);
        CREATE TEMP TABLE moved (ours INTEGER PRIMARY KEY, theirs INTEGER NOT NULL, photo INTEGER NOT NULL);
        CREATE TEMP TABLE beaten (id INTEGER PRIMARY KEY, image INTEGER NOT NULL);
        {string.Join("\n", new[] { "coming", "standing" }.Select(name => $"""
            CREATE TEMP TABLE {name} (
                file TEXT NOT NULL, model INTEGER NOT NULL, question INTEGER NOT NULL, {Rank}, said TEXT, lines INTEGER NOT NULL,
                PRIMARY KEY (file, model, question)) WITHOUT ROWID;
            """))}
        """;

    /// <summary>Forgets the source before.</summary>
    public static string Clear { get; } = string.Join(" ",
        Numbered.Append("image").Select(name => $"DELETE FROM temp.{name}_here;")
            .Concat(new[] { "photo", "moved", "beaten", "coming", "standing" }.Select(name => $"DELETE FROM temp.{name};")));

    /// <summary>Takes over models, methods, lists of layers and questions, and notes the numbers that they have here.</summary>
    public static string Names { get; } = $"""
        INSERT OR IGNORE INTO main.model (name, hash, activation, preprocessing, fingerprint)
            SELECT name, hash, activation, preprocessing, fingerprint FROM source.model ORDER BY id;
        INSERT OR IGNORE INTO main.method (name) SELECT name FROM source.method ORDER BY id;
        INSERT OR IGNORE INTO main.layers (names) SELECT names FROM source.layers ORDER BY id;
        INSERT OR IGNORE INTO main.question (hash) SELECT hash FROM source.question ORDER BY id;
        {Here("model", "fingerprint")} {Here("method", "name")} {Here("layers", "names")} {Here("question", "hash")}
        INSERT OR IGNORE INTO main.class
            SELECT model_here.ours, class, label FROM source.class AS class JOIN temp.model_here ON model_here.theirs = class.model;
        """;

    /// <summary>Notes how the images' files are called here.</summary>
    /// <param name="file">How that is found from the column <c>file</c>.</param>
    public static string Photos(string file) => $"INSERT INTO temp.photo SELECT id, {file} FROM source.image;";

    /// <summary>Notes what the source says, a line for each file, model and question.</summary>
    public static string Coming(long version) => $"""
        INSERT INTO temp.coming
        SELECT photo.file, model_here.ours, question_here.ours, {Said}
        FROM source.explanation AS explanation
        JOIN source.image AS image ON image.id = explanation.image
        JOIN temp.photo AS photo ON photo.id = image.id
        JOIN temp.model_here ON model_here.theirs = explanation.model
        JOIN temp.question_here ON question_here.theirs = explanation.question
        LEFT JOIN {Detection(version)} AS detection ON detection.explanation = explanation.id
        LEFT JOIN {Measure(version)} AS measure ON measure.explanation = explanation.id AND measure.control = ''
        GROUP BY 1, 2, 3;
        """;

    /// <summary>Notes what is known here of the same, and lets the better one win.</summary>
    public static string Decide { get; } = $"""
        INSERT INTO temp.standing
        SELECT coming.file, coming.model, coming.question, {Said}
        FROM temp.coming
        CROSS JOIN main.image AS image ON image.file = coming.file
        CROSS JOIN main.explanation AS explanation
            ON explanation.image = image.id AND explanation.model = coming.model AND explanation.question = coming.question
        LEFT JOIN main.detection AS detection ON detection.explanation = explanation.id
        LEFT JOIN main.measure AS measure ON measure.explanation = explanation.id AND measure.control = ''
        GROUP BY coming.file, coming.model, coming.question;

        DELETE FROM temp.coming WHERE EXISTS (
            SELECT 1 FROM temp.standing
            WHERE standing.file = coming.file AND standing.model = coming.model AND standing.question = coming.question
                AND (({Of("standing")}) > ({Of("coming")}) OR ({Of("standing")}) = ({Of("coming")}) AND standing.said = coming.said));

        INSERT INTO temp.beaten
        SELECT explanation.id, image.id
        FROM temp.standing
        JOIN temp.coming USING (file, model, question)
        CROSS JOIN main.image AS image ON image.file = standing.file
        CROSS JOIN main.explanation AS explanation
            ON explanation.image = image.id AND explanation.model = standing.model AND explanation.question = standing.question;
        {string.Join("\n", new[] { "channels", "map", "measure", "detection" }.Select(name =>
            $"DELETE FROM main.{name} WHERE explanation IN (SELECT id FROM temp.beaten);"))}
        DELETE FROM main.explanation WHERE id IN (SELECT id FROM temp.beaten);
        DELETE FROM main.image WHERE id IN (SELECT image FROM temp.beaten)
            AND NOT EXISTS (SELECT 1 FROM main.explanation WHERE explanation.image = image.id);
        """;

    /// <summary>Gives the rows that come, and their images, the numbers that follow.</summary>
    /// <remarks>
    /// A request is there already where the roots of two audits are gone and one lay below the other: then the same file has two names.
    /// </remarks>
    public static string Number { get; } = $"""
        INSERT INTO temp.moved
        SELECT (SELECT coalesce(max(id), 0) FROM main.explanation) + row_number() OVER (ORDER BY photo.file, {AuditSchema.OrderInFile}),
            explanation.id, photo.id
        FROM source.explanation AS explanation
        JOIN temp.photo AS photo ON photo.id = explanation.image
        JOIN source.model AS model ON model.id = explanation.model
        JOIN source.question AS question ON question.id = explanation.question
        JOIN temp.model_here ON model_here.theirs = explanation.model
        JOIN temp.question_here ON question_here.theirs = explanation.question
        JOIN temp.coming ON coming.file = photo.file AND coming.model = model_here.ours AND coming.question = question_here.ours
        WHERE NOT EXISTS (
            SELECT 1 FROM main.explanation AS known WHERE known.request = explanation.request AND known.part = explanation.part);

        INSERT INTO temp.image_here
        SELECT theirs.id, (SELECT ours.id FROM main.image AS ours WHERE ours.file = photo.file AND ours.size IS theirs.size
            AND ours.modified IS theirs.modified AND ours.hash IS theirs.hash
            AND ours.height IS theirs.height AND ours.width IS theirs.width),
            first.place
        FROM (SELECT photo AS id, min(ours) AS place FROM temp.moved GROUP BY photo) AS first
        JOIN source.image AS theirs ON theirs.id = first.id
        JOIN temp.photo AS photo ON photo.id = first.id;

        UPDATE temp.image_here SET ours = fresh.id
        FROM (SELECT theirs, (SELECT coalesce(max(id), 0) FROM main.image) + row_number() OVER (ORDER BY place) AS id
            FROM temp.image_here WHERE ours IS NULL) AS fresh
        WHERE fresh.theirs = image_here.theirs;
        """;

    /// <summary>Takes the images over.</summary>
    public const string Images = """
        INSERT INTO main.image (id, file, size, modified, hash, height, width)
        SELECT image_here.ours, photo.file, size, modified, hash, height, width
        FROM temp.image_here
        JOIN source.image AS image ON image.id = image_here.theirs
        JOIN temp.photo AS photo ON photo.id = image_here.theirs
        WHERE image_here.ours NOT IN (SELECT id FROM main.image)
        ORDER BY image_here.ours;
        """;

    /// <summary>Takes the rows over.</summary>
    public static string Explanations { get; } = $"""
        INSERT INTO main.explanation (id, request, part, parts, image, model, question, method, layers, {string.Join(", ", Own)})
        SELECT moved.ours, request, part, parts, image_here.ours, model_here.ours, question_here.ours, method_here.ours, layers_here.ours,
            {string.Join(", ", Own)}
        FROM temp.moved
        CROSS JOIN source.explanation AS explanation ON explanation.id = moved.theirs
        JOIN temp.image_here ON image_here.theirs = explanation.image
        {string.Join("\n", Numbered.Select(name => $"JOIN temp.{name}_here ON {name}_here.theirs = explanation.{name}"))}
        ORDER BY moved.ours;
        """;

    /// <summary>Takes over what belongs to the rows.</summary>
    public static string Belongings(long version) =>
        Taken("channels", "features_scale, features, relevance_scale, relevance")
        + Taken("map", "place, height, width, cells, against", version < 2 ? "place, height, width, cells, NULL" : null)
        + (version < 2 ? "" : Taken("measure", $"control, seed, {string.Join(", ", MeasureColumns.All.Select(column => column.Name))}"))
        + (version < 3 ? "" : Taken("detection", string.Join(", ", DetectionColumns.All.Select(column => column.Name))));

    private static string Taken(string table, string columns, string? theirs = null) => $"""
        INSERT INTO main.{table} (explanation, {columns})
        SELECT moved.ours, {theirs ?? columns}
        FROM temp.moved CROSS JOIN source.{table} AS theirs ON theirs.explanation = moved.theirs
        ORDER BY moved.ours;
        """;

    private static string Here(string table, string known) => $"""
        INSERT INTO temp.{table}_here (theirs, ours)
            SELECT theirs.id, ours.id FROM source.{table} AS theirs JOIN main.{table} AS ours ON ours.{known} = theirs.{known};
        """;

    // What it took tells one run from another; verdicts and what was expected may have been given again since.
    private const string Said = """
        max(image.modified), max(error_id IS NULL), sum(error_id IS NULL AND part >= 0), count(verdict), count(measure.explanation),
        count(explanation.expected),
        group_concat(part || ' ' || seconds || quote(explanation.expected) || quote(verdict) || quote(truth) || quote(overlap), ';'
            ORDER BY part, class),
        count(*)
        """;

    private static string Of(string table) => string.Join(", ", Rank.Split(", ").Select(column => $"{table}.{column}"));

    private static string Detection(long version) => version < 3
        ? "(SELECT NULL AS explanation, NULL AS verdict, NULL AS truth, NULL AS overlap WHERE 0)" : "source.detection";

    private static string Measure(long version) => version < 2
        ? "(SELECT NULL AS explanation, NULL AS control WHERE 0)" : "source.measure";
}
