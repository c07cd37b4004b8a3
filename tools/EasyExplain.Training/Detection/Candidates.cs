using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Training.Detection;

/// <summary>
/// The places at which the detector looks for objects: the centres of the finer scale's cells row by row, then those of the coarser one's.
/// </summary>
internal static class Candidates
{
    private static readonly (double X, double Y, int Stride)[] All =
    [
        .. from stride in SmallDetector.Strides
           let cells = Canvas.Side / stride
           from row in Enumerable.Range(0, cells)
           from column in Enumerable.Range(0, cells)
           select ((column + 0.5) * stride, (row + 0.5) * stride, stride),
    ];

    public static int Count => All.Length;

    /// <summary>Their centres in strides, x and y: float32 [2, candidates].</summary>
    public static Tensor Centres() => tensor(
        [.. All.Select(one => (float)(one.X / one.Stride)), .. All.Select(one => (float)(one.Y / one.Stride))]).view(2, Count);

    /// <summary>Their strides: float32 [1, candidates].</summary>
    public static Tensor Strides() => tensor([.. All.Select(one => (float)one.Stride)]).view(1, Count);

    /// <summary>
    /// Which object each candidate has to find, by its place in the list; −1 for none. An object is found by candidates near its middle:
    /// a small one by those of the finer scale, a large one by those of the coarser scale, one between by both.
    /// </summary>
    public static int[] Assign(IReadOnlyList<CanvasObject> objects)
    {
        const double middle = 0.35;
        const int largestFine = 38, smallestCoarse = 34;
        int[] assigned = new int[Count];
        Array.Fill(assigned, -1);
        for (int i = 0; i < Count; i++)
        {
            (double x, double y, int stride) = All[i];
            for (int number = 0; number < objects.Count; number++)
            {
                CanvasObject one = objects[number];
                int side = Math.Max(one.Width, one.Height);
                bool fits = stride == SmallDetector.Strides[0] ? side <= largestFine : side >= smallestCoarse;
                if (fits && Math.Abs(x - one.X - one.Width / 2.0) <= middle * one.Width
                    && Math.Abs(y - one.Y - one.Height / 2.0) <= middle * one.Height)
                {
                    assigned[i] = number; // the last one lies above the others
                }
            }
        }
        return assigned;
    }

    /// <summary>
    /// The corners of the candidates' boxes in pixels, [N, 4, candidates], from the network's output, as the mean of each side's distances.
    /// </summary>
    public static Tensor Corners(Tensor output)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor sides = output.narrow(1, 0, 4 * SmallDetector.Bins).view(-1, 4, SmallDetector.Bins, Count).softmax(2);
        Tensor distances = (sides * arange(SmallDetector.Bins, ScalarType.Float32).view(1, 1, -1, 1)).sum(2);
        Tensor centres = Centres().unsqueeze(0);
        return (cat([centres - distances.narrow(1, 0, 2), centres + distances.narrow(1, 2, 2)], 1) * Strides()).MoveToOuterDisposeScope();
    }
}
