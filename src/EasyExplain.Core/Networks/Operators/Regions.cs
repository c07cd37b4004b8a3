using TorchSharp;
using static EasyExplain.Runtime.HeldNumbers;
using static TorchSharp.torch;

namespace EasyExplain.Networks.Operators;

/// <summary>The largest whole number that is not above x; no gradient comes through.</summary>
public sealed record Floor : KeepsShape
{
    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs) => inputs[0].floor();
}

/// <summary>
/// The boxes that a detector looks at more closely, <c>[Most, 4]</c>, of all that it proposes, <c>[boxes, 4]</c> with a number that says
/// how likely there is something in each, <c>[boxes]</c>: of each scale the likeliest ones, without those that overlap likelier ones, the
/// likeliest first (Ren et al. 2015, arXiv 1506.01497, section 3.3). Where fewer are left, boxes of no size follow. No gradient comes
/// through.
/// </summary>
/// <param name="Scales">How many boxes each scale has, and how many of them are taken at most.</param>
/// <param name="Overlap">The overlap above which a less likely box is left out.</param>
/// <param name="Most">How many there are in the end.</param>
internal sealed record RegionProposals(IReadOnlyList<(long Boxes, long Most)> Scales, double Overlap, long Most) : ByDimension
{
    private const int Corners = 4;
    private const float Smallest = 1e-3f; // pixels, as torchvision has it

    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) => [Corners];

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs)
    {
        using DisposeScope scope = NewDisposeScope();
        float[] boxes = inputs[0].detach().cpu().contiguous().data<float>().ToArray();
        float[] scores = inputs[1].detach().cpu().contiguous().data<float>().ToArray();
        var kept = new List<int>();
        int first = 0;
        foreach ((long count, long most) in Scales)
        {
            kept.AddRange(OfScale(boxes, scores, first, (int)count, (int)most));
            first += (int)count;
        }
        float[] numbers = new float[Most * Corners];
        foreach ((int box, int place) in kept.OrderByDescending(box => scores[box]).Take((int)Most).Select((box, place) => (box, place)))
        {
            boxes.AsSpan(box * Corners, Corners).CopyTo(numbers.AsSpan(place * Corners));
        }
        return tensor(numbers).reshape(Most, Corners).to(inputs[0].device).alias().MoveToOuterDisposeScope();
    }

    private List<int> OfScale(float[] boxes, float[] scores, int first, int count, int most)
    {
        var kept = new List<int>();
        foreach (int box in Enumerable.Range(first, count).OrderByDescending(box => scores[box]).Take(most))
        {
            ReadOnlySpan<float> corners = boxes.AsSpan(box * Corners, Corners);
            if (corners[2] - corners[0] >= Smallest && corners[3] - corners[1] >= Smallest && !IsCovered(boxes, kept, corners))
            {
                kept.Add(box);
            }
        }
        return kept;
    }

    private bool IsCovered(float[] boxes, List<int> kept, ReadOnlySpan<float> box)
    {
        foreach (int other in kept)
        {
            ReadOnlySpan<float> better = boxes.AsSpan(other * Corners, Corners);
            float width = Math.Max(0, Math.Min(box[2], better[2]) - Math.Max(box[0], better[0]));
            float height = Math.Max(0, Math.Min(box[3], better[3]) - Math.Max(box[1], better[1]));
            float both = width * height;
            if (both / (Area(box) + Area(better) - both) > Overlap)
            {
                return true;
            }
        }
        return false;

        static float Area(ReadOnlySpan<float> corners) => (corners[2] - corners[0]) * (corners[3] - corners[1]);
    }
}

/// <summary>
/// What features <c>[1, C, H, W]</c> say of boxes <c>[boxes, 4]</c>, each on a grid of one size, <c>[boxes, C, Rows, Columns]</c>: the mean
/// of what lies, bilinearly, at some points of each cell (He et al. 2017, arXiv 1703.06870, section 3). Gradients come through to the
/// features.
/// </summary>
/// <param name="Rows">Cells from top to bottom.</param>
/// <param name="Columns">Cells from left to right.</param>
/// <param name="Scale">What takes a box's pixels to cells of the features.</param>
/// <param name="Samples">Points of a cell, along each of its sides.</param>
/// <param name="HalfPixel">Whether a pixel's centre is half a pixel from its edge; without, a box has one cell at least.</param>
internal sealed record RoiAlign(long Rows, long Columns, double Scale, long Samples, bool HalfPixel) : ByDimension
{
    private const long MostAtOnce = 1L << 23; // numbers that are sampled: a thousand boxes would take hundreds of megabytes

    /// <inheritdoc/>
    public override long[] OutputShape(IReadOnlyList<long[]> inputs) => [inputs[0][0], Rows, Columns];

    /// <inheritdoc/>
    public override Tensor Run(IReadOnlyList<Tensor> inputs)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor features, Tensor boxes) = (inputs[0].narrow(0, 0, 1), inputs[1].detach().Times(Scale));
        boxes = HalfPixel ? boxes.Plus(-0.5) : boxes;
        long together = Math.Max(1, MostAtOnce / Math.Max(1, features.shape[1] * Rows * Columns * Samples * Samples));
        Tensor[] parts = [.. boxes.split(together).Select(some => Of(features, some))];
        return (parts.Length == 1 ? parts[0] : cat(parts, 0)).MoveToOuterDisposeScope();
    }

    /// <summary>What they say of boxes in cells of the features.</summary>
    private Tensor Of(Tensor features, Tensor boxes)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = Points(boxes.select(1, 0), boxes.select(1, 2), Columns), y = Points(boxes.select(1, 1), boxes.select(1, 3), Rows);
        long count = boxes.shape[0], high = Rows * Samples, wide = Columns * Samples;
        (Tensor across, Tensor inAcross) = Placed(x, features.shape[3]);
        (Tensor down, Tensor inDown) = Placed(y, features.shape[2]);
        Tensor grid = stack([across.unsqueeze(1).expand(count, high, wide), down.unsqueeze(2).expand(count, high, wide)], -1)
            .reshape(1, count * high, wide, 2);
        Tensor sampled = nn.functional.grid_sample(features, grid, GridSampleMode.Bilinear, GridSamplePaddingMode.Border, false);
        Tensor inside = inDown.unsqueeze(2).mul(inAcross.unsqueeze(1)).reshape(1, 1, count * high, wide);
        Tensor cells = sampled.mul(inside).reshape(features.shape[1], count, Rows, Samples, Columns, Samples).mean([3, 5]);
        return cells.permute(1, 0, 2, 3).contiguous().MoveToOuterDisposeScope();
    }

    /// <summary>Where the points lie along one side, [boxes, cells · samples], in cells of the features.</summary>
    private Tensor Points(Tensor from, Tensor to, long cells)
    {
        Tensor length = to.sub(from);
        length = HalfPixel ? length : length.clamp_min(One);
        Tensor shares = Counting(cells * Samples, float32).to(from.device).Plus(0.5).Over(cells * Samples);
        return length.unsqueeze(1).mul(shares.unsqueeze(0)).Plus(from.unsqueeze(1));
    }

    /// <summary>The points as grid_sample counts them, from −1 to 1, and 1 for each that lies on the features, 0 for others.</summary>
    private static (Tensor Places, Tensor Inside) Placed(Tensor points, long size)
    {
        using Scalar before = -1, behind = size;
        Tensor inside = points.ge(before).logical_and(points.le(behind)).to(float32);
        return (points.Plus(0.5).Times(2.0 / size).Plus(-1), inside);
    }
}
