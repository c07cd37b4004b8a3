namespace EasyExplain.Audit.Findings;

/// <summary>
/// The same image more than once: the same bytes, or features and maps that are as good as the same. Under several labels that is a
/// finding for each image; across folders such as train and test, one for these folders; else one for each class.
/// </summary>
internal static class Duplicates
{
    // Of 6 pairs that the defaults found in CIFAR-10's test images, 5 are the same image to a person.
    private const double SureOfNear = 0.8;

    /// <summary>Exact ones by their hashes, near ones by features and maps.</summary>
    public static IEnumerable<CamIssue> Find(AuditSlice slice, IssueThresholds thresholds, CancellationToken cancel)
    {
        IReadOnlyList<CamAuditRow> rows = slice.Rows;
        var sets = new DisjointSets(rows.Count);
        foreach (IGrouping<string?, int> same in Enumerable.Range(0, rows.Count).Where(row => rows[row].Hash is not null)
            .GroupBy(row => rows[row].Hash))
        {
            foreach (int row in same)
            {
                sets.Join(same.First(), row);
            }
        }
        foreach ((int first, int second) in NearPairs.Of(slice.Features, thresholds.DuplicateFeatures, cancel))
        {
            if (!sets.AreOne(first, second) && slice.Heat.Has(first) && slice.Heat.Has(second)
                && slice.Heat.Correlation(first, second) >= thresholds.DuplicateMaps)
            {
                sets.Join(first, second);
            }
        }
        int shared = SharedFolders(rows);
        HashSet<string> labels = [.. slice.Model.Labels, .. rows.Select(row => row.Expected).OfType<string>()];
        Group[] groups = [.. sets.All().Select(members => new Group([.. members.Select(row => rows[row])]))];
        return groups.Where(group => group.Labels.Length > 1).Select(group => Contradiction(group, rows))
            .Concat(groups.Where(group => group.Labels.Length < 2 && Splits(group).Length > 1)
                .GroupBy(group => string.Join(" and ", Splits(group).Select(split => split.Length > 0 ? split : "the top folder")))
                .OrderBy(across => across.Key, StringComparer.Ordinal)
                .Select(across => Several(across, "", across.Key, rows.Count)))
            .Concat(groups.Where(group => group.Labels.Length < 2 && Splits(group).Length < 2)
                .GroupBy(group => group.Rows[0].Expected ?? group.Rows[0].Label).OrderBy(of => of.Key, StringComparer.Ordinal)
                .Select(of => Several(of, of.Key, "", rows.Count(row => (row.Expected ?? row.Label) == of.Key))));

        string[] Splits(Group group) =>
            [.. group.Rows.Select(row => Split(row.File[shared..], labels)).Distinct().Order(StringComparer.Ordinal)];
    }

    /// <summary>How long the path is that all files have in common, in whole folders.</summary>
    private static int SharedFolders(IReadOnlyList<CamAuditRow> rows)
    {
        // In the order of their names, the first and the last differ soonest.
        int length = rows.Count == 0 ? 0 : rows[0].File.AsSpan().CommonPrefixLength(rows[^1].File);
        return length == 0 ? 0 : rows[0].File.LastIndexOf('/', length - 1) + 1;
    }

    /// <summary>The first folder, where it is not a class's: train, test, …; empty where there is none.</summary>
    private static string Split(string file, HashSet<string> labels) =>
        file.IndexOf('/', StringComparison.Ordinal) is var end and > 0 && !labels.Contains(file[..end]) ? file[..end] : "";

    private static CamIssue Contradiction(Group group, IReadOnlyList<CamAuditRow> rows) => new()
    {
        Kind = IssueKind.Duplicate,
        Class = string.Join(" ↔ ", group.Labels),
        Share = (double)group.Rows.Count / rows.Count(row => row.Expected is { } expected && group.Labels.Contains(expected)),
        Severity = Severities.OneWrong,
        Confidence = group.Sure,
        Where = "",
        Summary = $"{(group.IsExact ? "The same image is" : "What looks like the same image is")} labelled " +
            $"{string.Join(" and ", group.Labels)}: {string.Join(", ", group.Rows.Select(Wording.Name))}.",
        Members = [.. group.Rows],
        Evidence = new() { ["Sort"] = "several labels", ["Exact"] = group.IsExact },
    };

    private static CamIssue Several(IEnumerable<Group> given, string @class, string folders, int of)
    {
        // Those with most copies first, then exact ones.
        Group[] groups =
        [
            .. given.OrderByDescending(group => group.Rows.Count).ThenByDescending(group => group.IsExact)
                .ThenBy(group => group.Rows[0].File, StringComparer.Ordinal),
        ];
        int exact = groups.Count(group => group.IsExact);
        int count = groups.Sum(group => group.Rows.Count);
        double share = (double)count / of;
        string images = Wording.Images(groups.Length), are = Wording.Verb(groups.Length, "is", "are");
        string kind = exact == groups.Length ? "the same bytes" : exact == 0 ? "by features and maps"
            : $"{exact} by their bytes, {groups.Length - exact} by features and maps";
        return new CamIssue
        {
            Kind = IssueKind.Duplicate,
            Class = @class,
            Share = share,
            Severity = folders.Length > 0 ? Severities.WrongReason(share) : Severities.Odd(share),
            Confidence = groups.Average(group => group.Sure),
            Where = "",
            Summary = folders.Length > 0 ? $"{images} {are} in {folders} ({kind})."
                : $"{images}{(@class.Length > 0 ? " of " + @class : "")} {are} there more than once ({kind}).",
            Members = [.. groups.SelectMany(group => group.Rows)],
            Evidence = new()
            {
                ["Sort"] = folders.Length > 0 ? "several folders" : "more than once",
                ["Folders"] = folders,
                ["Groups"] = groups.Length,
                ["Exact"] = exact,
            },
        };
    }

    /// <summary>Rows that show the same image, in the order of their files.</summary>
    private sealed record Group(IReadOnlyList<CamAuditRow> Rows)
    {
        public bool IsExact { get; } = Rows.All(row => row.Hash is not null && row.Hash == Rows[0].Hash);

        public string[] Labels { get; } =
            [.. Rows.Select(row => row.Expected).OfType<string>().Distinct().Order(StringComparer.Ordinal)];

        public double Sure => IsExact ? 1 : SureOfNear;
    }
}
