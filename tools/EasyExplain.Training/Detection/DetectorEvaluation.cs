using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Training.Detection;

/// <summary>How well objects are found: a detection is right if it overlaps one of its class by half, which no surer one has found.</summary>
/// <param name="MeanPrecision">The mean over classes of the area under precision over recall (mAP at 0.5), 0 to 1.</param>
/// <param name="Recall">The part of the objects that are found with a probability of a quarter or more.</param>
/// <param name="Precision">The part of these detections that are right.</param>
/// <param name="Objects">How many objects there are.</param>
internal sealed record DetectorScore(double MeanPrecision, double Recall, double Precision, int Objects)
{
    public override string ToString() =>
        $"mAP@0.5 {MeanPrecision:F3}, recall {Recall:F3} and precision {Precision:F3} at probability 0.25, {Objects} objects";
}

internal static class DetectorEvaluation
{
    private const int Batch = 50;
    private const double Overlap = 0.5, SameObject = 0.45, Sure = 0.25, LeastSure = 0.01;

    private sealed record Found(int Picture, int Class, float Probability, float X1, float Y1, float X2, float Y2)
    {
        public double Iou(float x1, float y1, float x2, float y2)
        {
            double both = Math.Max(0, Math.Min(X2, x2) - Math.Max(X1, x1)) * Math.Max(0, Math.Min(Y2, y2) - Math.Max(Y1, y1));
            return both / ((X2 - X1) * (Y2 - Y1) + (x2 - x1) * (y2 - y1) - both);
        }
    }

    public static DetectorScore Score(SmallDetector network, IReadOnlyList<Canvas> canvases)
    {
        network.eval();
        using IDisposable inference = no_grad();
        var found = new List<Found>();
        for (int start = 0; start < canvases.Count; start += Batch)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor output = network.call(DetectorTrainer.ToInput([.. canvases.Skip(start).Take(Batch)]));
            found.AddRange(Detections(Candidates.Corners(output), output.narrow(1, 4 * SmallDetector.Bins, network.ClassCount), start));
        }
        int right = 0, sure = 0, objects = canvases.Sum(canvas => canvas.Objects.Count);
        var precisions = new List<double>();
        for (int label = 0; label < network.ClassCount; label++)
        {
            int there = canvases.Sum(canvas => canvas.Objects.Count(one => one.Class == label));
            Found[] ofClass = [.. found.Where(one => one.Class == label).OrderByDescending(one => one.Probability)];
            bool[] hits = Hits(ofClass, canvases);
            sure += ofClass.Count(one => one.Probability >= Sure);
            right += ofClass.Zip(hits).Count(pair => pair.Second && pair.First.Probability >= Sure);
            if (there > 0)
            {
                precisions.Add(AveragePrecision(hits, there));
            }
        }
        return new DetectorScore(precisions.Average(), (double)right / objects, (double)right / Math.Max(1, sure), objects);
    }

    private static IEnumerable<Found> Detections(Tensor corners, Tensor logits, int start)
    {
        long pictures = logits.shape[0], classes = logits.shape[1];
        float[] boxes = corners.contiguous().data<float>().ToArray(), probabilities = logits.sigmoid().contiguous().data<float>().ToArray();
        var kept = new List<Found>();
        for (int picture = 0; picture < pictures; picture++)
        {
            for (int label = 0; label < classes; label++)
            {
                long first = (picture * classes + label) * Candidates.Count, box = picture * 4 * Candidates.Count;
                float Corner(int candidate, int number) => boxes[box + number * Candidates.Count + candidate];
                foreach (int i in Enumerable.Range(0, Candidates.Count)
                    .Where(i => probabilities[first + i] >= LeastSure).OrderByDescending(i => probabilities[first + i]))
                {
                    var one = new Found(
                        start + picture, label, probabilities[first + i], Corner(i, 0), Corner(i, 1), Corner(i, 2), Corner(i, 3));
                    if (!kept.Any(better => better.Picture == one.Picture && better.Class == label
                        && better.Iou(one.X1, one.Y1, one.X2, one.Y2) > SameObject))
                    {
                        kept.Add(one);
                    }
                }
            }
        }
        return kept;
    }

    private static bool[] Hits(Found[] ordered, IReadOnlyList<Canvas> canvases)
    {
        var taken = new HashSet<CanvasObject>(ReferenceEqualityComparer.Instance);
        return [.. ordered.Select(one =>
        {
            CanvasObject? best = canvases[one.Picture].Objects.Where(other => other.Class == one.Class && !taken.Contains(other))
                .MaxBy(other => one.Iou(other.X, other.Y, other.X + other.Width, other.Y + other.Height));
            return best is not null && one.Iou(best.X, best.Y, best.X + best.Width, best.Y + best.Height) >= Overlap && taken.Add(best);
        })];
    }

    /// <summary>The area under precision over recall, where precision is the best at this recall or more.</summary>
    private static double AveragePrecision(bool[] hits, int there)
    {
        var precision = new double[hits.Length];
        for (int i = 0, right = 0; i < hits.Length; i++)
        {
            right += hits[i] ? 1 : 0;
            precision[i] = right / (i + 1.0);
        }
        double area = 0, best = 0;
        for (int i = hits.Length - 1; i >= 0; i--)
        {
            best = Math.Max(best, precision[i]);
            area += hits[i] ? best / there : 0;
        }
        return area;
    }
}
