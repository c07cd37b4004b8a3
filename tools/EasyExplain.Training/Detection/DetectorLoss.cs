using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Training.Detection;

/// <summary>
/// How wrong the detector is: binary cross-entropy of all classes of all candidates; and of those that have an object to find, generalised
/// IoU (Rezatofighi et al. 2019) of its box, and cross-entropy of the two distances around each side's true one (distribution focal loss,
/// Li et al. 2020). Each is a mean over the candidates that have an object.
/// </summary>
internal static class DetectorLoss
{
    private const double BoxWeight = 2, DistanceWeight = 0.5;

    public static Tensor Of(Tensor output, IReadOnlyList<Canvas> canvases)
    {
        using DisposeScope scope = NewDisposeScope();
        int classes = (int)output.shape[1] - 4 * SmallDetector.Bins;
        var wanted = new float[canvases.Count * classes * Candidates.Count];
        var places = new List<long>();
        var boxes = new List<float>();
        for (int picture = 0; picture < canvases.Count; picture++)
        {
            int[] assigned = Candidates.Assign(canvases[picture].Objects);
            for (int i = 0; i < assigned.Length; i++)
            {
                if (assigned[i] >= 0)
                {
                    CanvasObject one = canvases[picture].Objects[assigned[i]];
                    wanted[(picture * classes + one.Class) * Candidates.Count + i] = 1;
                    places.Add(picture * Candidates.Count + i);
                    boxes.AddRange([one.X, one.Y, one.X + one.Width, one.Y + one.Height]);
                }
            }
        }
        Tensor logits = output.narrow(1, 4 * SmallDetector.Bins, classes);
        Tensor classLoss = nn.functional.binary_cross_entropy_with_logits(
            logits, tensor(wanted).view(logits.shape), reduction: nn.Reduction.Sum);
        if (places.Count == 0)
        {
            return classLoss.MoveToOuterDisposeScope();
        }
        Tensor chosen = tensor(places.ToArray());
        Tensor truth = tensor(boxes.ToArray()).view(-1, 4);
        Tensor found = Candidates.Corners(output).permute(0, 2, 1).reshape(-1, 4).index_select(0, chosen);
        Tensor boxLoss = (1 - GeneralisedIou(found, truth)).sum();

        Tensor which = chosen % Candidates.Count;
        Tensor strides = Candidates.Strides()[0].index_select(0, which).unsqueeze(1);
        Tensor centres = Candidates.Centres().index_select(1, which).t();
        Tensor distances = cat([centres - truth.narrow(1, 0, 2) / strides, truth.narrow(1, 2, 2) / strides - centres], 1)
            .clamp(0, SmallDetector.Bins - 1.01);
        Tensor bins = output.narrow(1, 0, 4 * SmallDetector.Bins).permute(0, 2, 1).reshape(-1, 4, SmallDetector.Bins)
            .index_select(0, chosen).log_softmax(2);
        Tensor below = distances.floor();
        Tensor share = distances - below;
        Tensor at = below.to(ScalarType.Int64).unsqueeze(2);
        Tensor distanceLoss = -((1 - share) * bins.gather(2, at).squeeze(2) + share * bins.gather(2, at + 1).squeeze(2)).sum();
        return ((classLoss + BoxWeight * boxLoss + DistanceWeight * distanceLoss) / places.Count).MoveToOuterDisposeScope();
    }

    /// <summary>Of pairs of boxes, [K, 4] corners each: the overlap less the part of the hull that neither covers, from −1 to 1.</summary>
    private static Tensor GeneralisedIou(Tensor one, Tensor other)
    {
        Tensor both = Area(maximum(one.narrow(1, 0, 2), other.narrow(1, 0, 2)), minimum(one.narrow(1, 2, 2), other.narrow(1, 2, 2)));
        Tensor either = Area(one.narrow(1, 0, 2), one.narrow(1, 2, 2)) + Area(other.narrow(1, 0, 2), other.narrow(1, 2, 2)) - both;
        Tensor hull = Area(minimum(one.narrow(1, 0, 2), other.narrow(1, 0, 2)), maximum(one.narrow(1, 2, 2), other.narrow(1, 2, 2)));
        return both / either - (hull - either) / hull;
    }

    private static Tensor Area(Tensor upperLeft, Tensor lowerRight) => (lowerRight - upperLeft).clamp(min: 0).prod(1).clamp(min: 1e-6);
}
