using EasyExplain.Explanation;
using EasyExplain.Imaging;
using EasyExplain.Networks;
using static TorchSharp.torch;

namespace EasyExplain.Detectors;

/// <summary>
/// How the output of a detector is read, <c>[N, candidates, 4 + scores]</c>: the corners x1, y1, x2, y2 of each candidate's box in pixels
/// of the input, then the logit of objectness if there is one, then the classes' logits.
/// </summary>
/// <param name="ClassCount">How many classes there are, without background.</param>
/// <param name="Activation">
/// What makes probabilities of the classes' logits: sigmoids, or a softmax, which has <see cref="Background"/> among them.
/// </param>
internal sealed record DetectorHead(int ClassCount, Activation Activation)
{
    /// <summary>How many numbers a box has.</summary>
    public const int Corners = 4;

    // More than any photo shows: a threshold near 0 would have every candidate compared with every other.
    private const int MostCompared = 30_000;

    /// <summary>
    /// Whether a logit comes before the classes' which says whether there is anything at all; its probability is a factor of each class's.
    /// </summary>
    public bool HasObjectness { get; init; }

    /// <summary>
    /// Whether the probability is the square root of that product, as FCOS has it (Tian et al. 2020, arXiv 2006.09214, section 2.2).
    /// </summary>
    public bool IsGeometricMean { get; init; }

    /// <summary>Where among the classes' logits that of background is: 0, or <see cref="ClassCount"/>; null if there is none.</summary>
    public int? Background { get; init; }

    /// <summary>Whether a thing has several candidates, of which the most certain one counts.</summary>
    public bool FindsAgain { get; init; } = true;

    /// <summary>
    /// Whether a candidate can be of one class only, the first of class 0, the next of class 1 and so on: boxes that depend on the class.
    /// </summary>
    public bool TakesTurns { get; init; }

    private int FirstScore => Corners + (HasObjectness ? 1 : 0);

    /// <summary>How many numbers a candidate has.</summary>
    public int Columns => FirstScore + ClassCount + (Background is null ? 0 : 1);

    /// <summary>Where a class's logit is.</summary>
    public int ColumnOf(int @class) => FirstScore + @class + (Background <= @class ? 1 : 0);

    /// <summary>The logits of all classes at a candidate, <c>[N, classes]</c>.</summary>
    /// <param name="output">The network's, <c>[N, candidates, <see cref="Columns"/>]</c>.</param>
    /// <param name="candidate">The candidate.</param>
    public Tensor LogitsAt(Tensor output, int candidate) => output.select(1, candidate).narrow(1, ColumnOf(0), ClassCount);

    /// <summary>The same number of another class, at the same candidate, or where candidates take turns at the one of that class.</summary>
    /// <param name="target">The number.</param>
    /// <param name="class">The other class.</param>
    public DetectionTarget OfClass(DetectionTarget target, int @class) =>
        new(@class, target.Candidate + (TakesTurns ? @class - target.Class : 0), ColumnOf(@class));

    /// <summary>The probability of each candidate's classes, <c>[N, candidates, classes]</c>; gradients flow through it.</summary>
    /// <param name="output">The network's, <c>[N, candidates, <see cref="Columns"/>]</c>.</param>
    public Tensor Probabilities(Tensor output)
    {
        Tensor probabilities = OfAll(output);
        probabilities = Background is { } at ? probabilities.narrow(2, at == 0 ? 1 : 0, ClassCount) : probabilities;
        return TakesTurns
            ? probabilities * eye(ClassCount, device: output.device).repeat(output.shape[1] / ClassCount, 1) : probabilities;
    }

    /// <summary>The output with probabilities in place of the classes' logits, <c>[N, candidates, <see cref="Columns"/>]</c>.</summary>
    public Tensor WithProbabilities(Tensor output) => cat([output.narrow(2, 0, FirstScore), OfAll(output)], 2);

    /// <summary>The probabilities of classes, and of background where there is one.</summary>
    private Tensor OfAll(Tensor output)
    {
        Tensor logits = output.narrow(2, FirstScore, output.shape[2] - FirstScore);
        Tensor probabilities = Activation switch
        {
            Activation.Softmax => logits.softmax(2),
            Activation.Sigmoid => logits.sigmoid(),
            _ => logits,
        };
        probabilities = HasObjectness ? probabilities * output.narrow(2, Corners, 1).sigmoid() : probabilities;
        return IsGeometricMean ? probabilities.sqrt() : probabilities;
    }

    /// <summary>What is found in a picture, the most certain first.</summary>
    /// <param name="output">The network's, <c>[candidates, <see cref="Columns"/>]</c>, on the CPU.</param>
    /// <param name="settings">What counts.</param>
    /// <param name="preprocessing">How the input was made of the photo.</param>
    /// <param name="photo">The photo.</param>
    public IReadOnlyList<Detection> Find(Tensor output, DetectionSettings settings, Preprocessing preprocessing, Photo photo)
    {
        if (output.shape[0] == 0)
        {
            return []; // a network that proposes where to look may propose nothing
        }
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        float[] numbers = output.contiguous().data<float>().ToArray();
        float[] probabilities = Probabilities(output.unsqueeze(0))[0].contiguous().data<float>().ToArray();
        PixelRegion region = preprocessing.RegionOf(photo.OriginalWidth, photo.OriginalHeight);
        int columns = (int)output.shape[1];
        int[] certain = [.. Enumerable.Range(0, probabilities.Length).Where(index => probabilities[index] >= settings.MinProbability)];
        float[] keys = [.. certain.Select(index => -probabilities[index])];
        Array.Sort(keys, certain);
        var found = new List<Detection>();
        foreach (int index in certain.Take(MostCompared))
        {
            (int candidate, int @class) = (index / ClassCount, index % ClassCount);
            if (Box(numbers.AsSpan(candidate * columns, Corners)) is { } box)
            {
                found.Add(new Detection(0, @class, probabilities[index], box, candidate));
            }
        }
        // Of equally certain ones the first.
        IEnumerable<Detection> ordered = found.OrderByDescending(detection => detection.Probability)
            .ThenBy(detection => detection.Candidate).ThenBy(detection => detection.Class);
        IEnumerable<Detection> kept = FindsAgain ? Suppression.Of(ordered, settings.OverlapThreshold) : ordered;
        return [.. kept.Take(settings.Most).Select((detection, number) => detection with { Number = number })];

        // What of a box lies in the photo; null where nothing does.
        DetectionBox? Box(ReadOnlySpan<float> corners)
        {
            double left = Across(corners[0]), top = Down(corners[1]), right = Across(corners[2]), bottom = Down(corners[3]);
            return right > left && bottom > top ? new DetectionBox(left, top, right - left, bottom - top) : null;
        }

        double Across(double x) => Math.Clamp(region.X + x / preprocessing.Width * region.Width, 0, photo.OriginalWidth);

        double Down(double y) => Math.Clamp(region.Y + y / preprocessing.Height * region.Height, 0, photo.OriginalHeight);
    }
}
