using EasyExplain.Models;
using EasyExplain.Networks;

namespace EasyExplain.Audit.Findings;

/// <summary>What rows lack for some kinds of findings, a sentence each. The rest is looked for all the same.</summary>
internal static class Shortfalls
{
    private static readonly IssueKind[] ByMaps = [IssueKind.LooksElsewhere, IssueKind.Background];
    private static readonly IssueKind[] ByFeatures = [IssueKind.OddOneOut, IssueKind.Duplicate];
    private static readonly IssueKind[] ByLabels = [IssueKind.LabelError, IssueKind.ConfusedPair];

    /// <summary>The sentences, of the kinds that are asked for only.</summary>
    public static IEnumerable<string> Of(AuditSlice slice, IReadOnlyCollection<IssueKind> kinds, CamModel? model = null)
    {
        IReadOnlyList<CamAuditRow> rows = slice.Rows;
        bool Wants(IssueKind[] any) => any.Any(kinds.Contains);
        if (rows.Count == 0)
        {
            yield break;
        }
        if (model is not null && !FinerContrast.Fits(slice.Model, model))
        {
            yield return $"{model} has other classes than {slice.Model.Name}, which made the audit: it was not asked.";
        }
        else if (model is not null && AuditedModel.Of(model).Hash is { Length: > 0 } hash && slice.Model.Hash.Length > 0
            && hash != slice.Model.Hash)
        {
            yield return $"{model} is another file than the one that made the audit: what it is asked about may not fit.";
        }
        if (slice.Things.Count > 0)
        {
            if (!slice.Things.Any(row => row.Verdict is not null)
                && Wants([IssueKind.Missed, IssueKind.FalseAlarm, IssueKind.ConfusedPair, IssueKind.LabelError]))
            {
                yield return "No detection has a verdict, which missed things, false alarms, confused pairs and label errors need: write " +
                    "the audit with Export-CamAudit -TruthPath.";
            }
            yield break;
        }
        if (rows[0].Class < 0)
        {
            yield return "The model has no classes: only duplicates can be found.";
            yield break;
        }
        if (Wants(ByLabels))
        {
            if (slice.Model.Activation != Activation.Softmax)
            {
                yield return "The model's classes do not exclude each other, or have no probabilities: label errors need such.";
            }
            if (!rows.Any(row => row.Expected is not null))
            {
                yield return "No image has an expected label, which label errors and confused pairs need: explain the images with " +
                    "-ExpectedLabel.";
            }
            else if (rows.FirstOrDefault(row => row.Expected is not null && row.ExpectedClass < 0) is { } unknown)
            {
                int count = rows.Count(row => row.Expected is not null && row.ExpectedClass < 0);
                yield return $"{Wording.Images(count)} {Wording.Verb(count, "has", "have")} no expected label of exactly one class of " +
                    $"the model, such as '{unknown.Expected}' of {unknown.File}: label errors and confused pairs leave them out.";
            }
        }
        int[] sizes = [.. slice.ByClass().Select(@class => @class.Count())];
        if (sizes.Length == 1 && Wants([IssueKind.ConfusedPair, IssueKind.Background, IssueKind.LabelError]))
        {
            yield return $"All images are called {slice.Rows[0].Label}: there is no other class to compare it with.";
        }
        else if (sizes.Length > 1 && sizes.Max() == 1)
        {
            yield return "There is one image of each class: nothing can be said of classes.";
        }
        int mapless = rows.Count(row => row.StoredMaps.Count == 0), empty = rows.Count(row => row.StoredMaps is [.., { IsEmpty: true }]);
        if (mapless > 0 && Wants([.. ByMaps, .. ByFeatures]))
        {
            yield return $"{Wording.Images(mapless)} {Wording.Verb(mapless, "has", "have")} no map; what goes by maps leaves them out.";
        }
        if (empty == rows.Count - mapless && empty > 0 && Wants([.. ByMaps, .. ByFeatures]))
        {
            yield return $"All maps are zero everywhere: nothing at {string.Join(", ", slice.Layers)} spoke for the classes. Try another " +
                "layer or method.";
        }
        int channelless = rows.Count(row => row.Channels is null);
        if (channelless > 0 && Wants([.. ByFeatures, IssueKind.LabelError]))
        {
            yield return $"{Wording.Images(channelless)} {Wording.Verb(channelless, "has", "have")} no features; what goes by them " +
                "leaves them out.";
        }
    }
}
