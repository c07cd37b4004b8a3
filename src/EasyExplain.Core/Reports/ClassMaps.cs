using EasyExplain.Audit;
using EasyExplain.Audit.Findings;

namespace EasyExplain.Reports;

/// <summary>The mean map of each class, collected while rows go by: findings are set against it.</summary>
internal sealed class ClassMaps
{
    private readonly Dictionary<(AuditSliceKind Slice, int Class), MeanMap> _means = [];

    /// <summary>Reads the maps of those classes that findings are about.</summary>
    public static ClassMaps Read(
        ReportSource source, ReportRows rows, IReadOnlyList<CamIssue> issues, CancellationToken cancel = default)
    {
        HashSet<(AuditSliceKind, string)> asked = [.. issues.Where(issue => issue.Count > 1)
            .Select(issue => (AuditSliceKind.Of(issue.Members[0]), issue.Members[0].Label))];
        var maps = new ClassMaps();
        foreach (CamAuditRow row in source.Rows(rows.Rows.Where(row => asked.Contains((rows.Slices[row.Slice].Kind, row.Label)))))
        {
            cancel.ThrowIfCancellationRequested();
            maps.Add(row);
        }
        return maps;
    }

    /// <summary>Counts a row that stands for its image; an error and a row without maps are passed over.</summary>
    public void Add(CamAuditRow row)
    {
        if (row.StoredMaps is [.., var map])
        {
            var key = (AuditSliceKind.Of(row), row.Class);
            if (!_means.TryGetValue(key, out MeanMap? mean))
            {
                _means.Add(key, mean = MeanMap.Like(map));
            }
            mean.Add(map);
        }
    }

    /// <summary>The mean map of some images of a class, and that of its others; null where there are none.</summary>
    public (MeanMap? Own, MeanMap? Others) Apart(IReadOnlyList<CamAuditRow> members)
    {
        StoredMap[] maps = [.. members.Where(row => row.StoredMaps.Count > 0).Select(row => row.StoredMaps[^1])];
        if (maps.Length == 0 || members.Any(row => row.Class != members[0].Class)
            || !_means.TryGetValue((AuditSliceKind.Of(members[0]), members[0].Class), out MeanMap? all))
        {
            return (MeanMap.Of(maps), null);
        }
        MeanMap own = all.Empty();
        foreach (StoredMap map in maps)
        {
            own.Add(map);
        }
        return (own, all.Without(own));
    }
}
