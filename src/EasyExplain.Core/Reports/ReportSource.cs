using EasyExplain.Audit;
using EasyExplain.Audit.Store;

namespace EasyExplain.Reports;

/// <summary>Where a report's rows come from: an audit file, or rows in memory. They are read several times, in several orders.</summary>
internal sealed class ReportSource
{
    private readonly Func<IReadOnlyList<long>, IEnumerable<CamAuditRow>> _find;

    private ReportSource(IEnumerable<(long Key, CamAuditRow Row)> all, Func<IReadOnlyList<long>, IEnumerable<CamAuditRow>> find) =>
        (All, _find) = (all, find);

    /// <summary>All rows with their keys, errors too, as they come.</summary>
    public IEnumerable<(long Key, CamAuditRow Row)> All { get; }

    /// <summary>The rows of an audit file; read as they are asked for.</summary>
    public static ReportSource Of(AuditReader reader) => new(reader.Rows().Select(row => (row.Id, row)), reader.Rows);

    /// <summary>Rows in memory.</summary>
    public static ReportSource Of(IReadOnlyList<CamAuditRow> rows) =>
        new(rows.Select((row, place) => ((long)place, row)), keys => keys.Select(key => rows[(int)key]));

    /// <summary>Whole rows, with maps and features, in the order asked.</summary>
    /// <exception cref="AuditFileException">The file is damaged, or a row is gone meanwhile.</exception>
    public IEnumerable<CamAuditRow> Rows(IEnumerable<ReportRow> rows) => _find([.. rows.Select(row => row.Key)]);
}
