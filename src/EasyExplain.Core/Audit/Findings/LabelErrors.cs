using EasyExplain.Networks;

namespace EasyExplain.Audit.Findings;

/// <summary>
/// Images whose label is probably wrong: confident learning (Northcutt, Jiang, Chuang 2021, JAIR 70), with the nearest neighbours by
/// features as witnesses. One finding an image, the surest first.
/// </summary>
internal static class LabelErrors
{
    /// <summary>As many images are asked at most, so that time grows with the number of images, not its square.</summary>
    private const int MostWitnesses = 5_000;

    // Of the claims in 5,000 of CIFAR-10's test images with 5 % of the labels flipped, 75 % were right.
    private const double SureOfOne = 0.75;

    /// <summary>Whether an audit says what is needed: one expected class an image, of classes that exclude each other.</summary>
    public static bool CanBeFound(AuditSlice slice) => slice.Model.Activation == Activation.Softmax && slice.Rows.Any(IsLabelled);

    /// <summary>
    /// The images that confident learning counts as mislabelled (the model is as sure of another class as it usually is of that class's
    /// images) and whose score reaches the threshold.
    /// </summary>
    public static IEnumerable<CamIssue> Find(AuditSlice slice, IssueThresholds thresholds, CancellationToken cancel)
    {
        Dictionary<int, int> sizes = slice.Rows.Where(IsLabelled).GroupBy(row => row.ExpectedClass)
            .ToDictionary(of => of.Key, of => of.Count());
        return Scores(slice, thresholds.Neighbours, cancel)
            .Where(scored => scored.IsOffDiagonal && scored.Score >= thresholds.LabelError)
            .Select(scored => Issue(slice, scored, sizes[slice.Rows[scored.Row].ExpectedClass]));
    }

    /// <summary>A score for each image that has a label, in the order of the rows.</summary>
    internal static IReadOnlyList<LabelScore> Scores(AuditSlice slice, int neighbours, CancellationToken cancel = default)
    {
        if (!CanBeFound(slice))
        {
            return [];
        }
        IReadOnlyList<CamAuditRow> rows = slice.Rows;
        int[] labelled = [.. Enumerable.Range(0, rows.Count).Where(row => IsLabelled(rows[row]))];
        Dictionary<int, double> usual = labelled.GroupBy(row => rows[row].ExpectedClass)
            .ToDictionary(group => group.Key, group => group.Average(row => rows[row].ExpectedProbability!.Value));
        int[] witnesses = Sampling.Of([.. labelled.Where(slice.Features.Has)], MostWitnesses);
        // No more than half of what a class has on average: small audits would ask the other classes.
        var nearest = new Neighbour[Math.Clamp(labelled.Length / (2 * usual.Count), 1, neighbours)];
        return [.. labelled.Select(row => Score(slice, row, usual, witnesses, nearest, cancel))];
    }

    private static LabelScore Score(
        AuditSlice slice, int row, Dictionary<int, double> usual, int[] witnesses, Neighbour[] nearest, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        CamAuditRow own = slice.Rows[row];
        double self = own.ExpectedProbability!.Value;
        Models.CamList<Explanation.Prediction> predictions = own.Predictions;
        double other = predictions.First(prediction => prediction.Class != own.ExpectedClass).Probability;
        int asked = slice.Features.Has(row) ? slice.Features.Nearest(row, witnesses, nearest) : 0;
        int same = 0, predicted = 0;
        foreach (Neighbour neighbour in nearest.AsSpan(0, asked))
        {
            same += slice.Rows[neighbour.Row].ExpectedClass == own.ExpectedClass ? 1 : 0;
            predicted += slice.Rows[neighbour.Row].ExpectedClass == own.PredictedClass ? 1 : 0;
        }
        const double Doubt = 1e-3; // of the model; of the witnesses, one of them
        double model = (self + Doubt) / (1 + Doubt), others = (same + 1.0) / (asked + 1);
        return new LabelScore(row, 1 - Math.Sqrt(model * others), self, self - other, asked, same, predicted)
        {
            IsOffDiagonal = own.PredictedClass != own.ExpectedClass
                && predictions[0].Probability >= usual.GetValueOrDefault(own.PredictedClass, 1),
        };
    }

    private static bool IsLabelled(CamAuditRow row) =>
        row is { ExpectedClass: >= 0, ExpectedProbability: not null, Predictions.Count: > 1 };

    private static CamIssue Issue(AuditSlice slice, LabelScore scored, int size)
    {
        CamAuditRow row = slice.Rows[scored.Row];
        string expected = slice.LabelOf(row.ExpectedClass), predicted = row.Predictions[0].Label;
        string witnesses = scored.Neighbours == 0 ? ""
            : $"; {scored.LabelledAsPredicted} of {scored.Neighbours} neighbours are labelled {predicted}, " +
                $"{scored.LabelledTheSame} {expected}";
        return new CamIssue
        {
            Kind = IssueKind.LabelError,
            Class = expected,
            Share = 1.0 / size,
            Severity = Severities.OneWrong,
            Confidence = SureOfOne * scored.Score,
            Where = "",
            Summary = $"{Wording.Name(row)} is labelled {expected} but looks like {predicted} " +
                $"({Wording.Percent(row.Predictions[0].Probability)} against {Wording.Percent(scored.SelfConfidence)}{witnesses}).",
            Members = [row],
            Evidence = new()
            {
                ["Expected"] = expected,
                ["Predicted"] = predicted,
                ["SelfConfidence"] = Wording.Rounded(scored.SelfConfidence),
                ["Margin"] = Wording.Rounded(scored.Margin),
                ["Neighbours"] = scored.Neighbours,
                ["NeighboursAsPredicted"] = scored.LabelledAsPredicted,
                ["NeighboursAsExpected"] = scored.LabelledTheSame,
            },
        };
    }
}

/// <summary>What speaks against an image's label.</summary>
/// <param name="Row">The row's place.</param>
/// <param name="Score">
/// 1 less the geometric mean of the label's probability and the share of neighbours that have the same label, 0 to 1.
/// </param>
/// <param name="SelfConfidence">The label's probability.</param>
/// <param name="Margin">That less the highest of the others (confident learning's normalised margin), −1 to 1.</param>
/// <param name="Neighbours">How many neighbours were asked; 0 of a row without features.</param>
/// <param name="LabelledTheSame">How many of them have the same label.</param>
/// <param name="LabelledAsPredicted">How many of them have the label that the model predicts.</param>
internal sealed record LabelScore(
    int Row, double Score, double SelfConfidence, double Margin, int Neighbours, int LabelledTheSame, int LabelledAsPredicted)
{
    /// <summary>
    /// Whether the image is off the diagonal of confident learning's joint: the prediction is another class, and as probable as that class
    /// is to its own images on average.
    /// </summary>
    public bool IsOffDiagonal { get; init; }
}
