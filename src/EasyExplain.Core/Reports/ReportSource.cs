using EasyExplain.Audit;
using EasyExplain.Audit.Store;

namespace EasyExplain.Reports;

/// <summary>Where a report's rows come from: an audit file, or rows in memory. They are read several times, in several orders.</summary>
internal sealed class ReportSource
{
    private readonly Func<IReadOnlyList<long>, IEnumerable<CamAuditRow>> _find;

    private ReportSource(
        IReadOnlyList<string> roots, IEnumerable<(long Key, CamAuditRow Row)> all,
        Func<IReadOnlyList<long>, IEnumerable<CamAuditRow>> find) =>
        (Roots, All, _find) = (roots, all, find);

    /// <summary>The folders that the images' files are named from; several, where rows of several audits came together.</summary>
    public IReadOnlyList<string> Roots { get; }

    /// <summary>All rows with their keys, errors too, as they come.</summary>
    public IEnumerable<(long Key, CamAuditRow Row)> All { get; }

    /// <summary>The rows of an audit file; read as they are asked for.</summary>
    public static ReportSource Of(AuditReader reader) =>
        new([reader.Root], reader.Rows().Select(row => (row.Id, row)), reader.Rows);

    /// <summary>Rows in memory.</summary>
    public static ReportSource Of(IReadOnlyList<CamAuditRow> rows) =>
        new([.. rows.Select(row => ReportName.RootOf(row) ?? Path.GetDirectoryName(row.Path) ?? row.Path).Distinct()],
            rows.Select((row, place) => ((long)place, row)),
            keys => keys.Select(key => rows[(int)key]));

    /// <summary>Whole rows, with maps and features, in the order asked.</summary>
    /// <exception cref="AuditFileException">The file is damaged, or a row is gone meanwhile.</exception>
    public IEnumerable<CamAuditRow> Rows(IEnumerable<ReportRow> rows) => _find([.. rows.Select(row => row.Key)]);

    /// <summary>Where the images lie, as a URL relative to a folder that ends with /.</summary>
    /// <exception cref="ReportException">They lie below several folders, or on another drive.</exception>
    public string UrlFrom(string folder)
    {
        if (Roots.Count > 1)
        {
            throw new ReportException(ReportFault.RelativeImpossible,
                $"The images lie below several folders ({string.Join(", ", Roots.Take(3))}), so that no path is relative to all.");
        }
        string path = Roots.Count == 0 ? "." : Path.GetRelativePath(folder, Roots[0]);
        return !Path.IsPathRooted(path) ? UrlOf(path)
            : throw new ReportException(ReportFault.RelativeImpossible,
                $"No path leads from the report in '{folder}' to the images in '{Roots[0]}': they are on two drives.");
    }

    private static string UrlOf(string path) => path == "." ? "./"
        : string.Concat(path.Split(Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar)
            .Where(part => part.Length > 0).Select(part => Uri.EscapeDataString(part) + "/"));
}
