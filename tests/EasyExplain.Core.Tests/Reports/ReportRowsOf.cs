using EasyExplain.Audit;
using EasyExplain.Networks;
using EasyExplain.Reports;
using EasyExplain.Reports.Numbers;
using EasyExplain.Tests.Audit.Findings;

namespace EasyExplain.Tests.Reports;

/// <summary>Rows of a report, made by hand.</summary>
internal static class ReportRowsOf
{
    public static ReportRows Audit(params IEnumerable<CamAuditRow> rows) => ReportRows.Read(ReportSource.Of([.. rows]));

    /// <summary>So many images of each expected and predicted class; classes are a, b, …</summary>
    public static CamAuditRow[] Confused(int classes, params (int Expected, int Predicted, int Count)[] counts)
    {
        AuditedModel model = PlantedRows.Model(classes);
        (int Expected, int Predicted)[] all = [.. counts.SelectMany(one => Enumerable.Repeat((one.Expected, one.Predicted), one.Count))];
        return [.. all.Select((one, i) => PlantedRows.Row(model, i, one.Expected, one.Predicted, 0.9))];
    }

    public static SliceNumbers Numbers(params IEnumerable<CamAuditRow> rows) => SliceNumbers.Of(Audit(rows), 0);

    /// <summary>A model whose classes do not exclude each other.</summary>
    public static AuditedModel Sigmoid(int classes) => PlantedRows.Model(classes, Activation.Sigmoid);
}
