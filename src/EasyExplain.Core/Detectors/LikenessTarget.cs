using EasyExplain.Explanation;
using EasyExplain.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Detectors;

/// <summary>
/// Whether a thing that was found is still found: of a changed picture's candidates the one that is most like it, whichever it is. D-RISE's
/// measure (Petsiuk et al. 2021, arXiv 2006.03204, section 3.2): the overlap of both boxes, times the cosine of the angle between both
/// vectors of the classes' probabilities, times objectness.
/// </summary>
/// <remarks>
/// A detector without objectness has the highest of the candidate's probabilities in its place: a cosine does not know how high they are,
/// and without it a thing that has gone would go on being found.
/// </remarks>
internal sealed record LikenessTarget : Target
{
    private static readonly Scalar Eps = 1e-12;

    private readonly DetectorHead _head;
    private readonly float[] _box;
    private readonly float[] _direction; // of the classes' probabilities, of length 1
    private readonly DetectorHead _inTurns;

    /// <param name="class">The class that was found.</param>
    /// <param name="head">How the output is read.</param>
    /// <param name="candidate">What the network made of the candidate, <c>[numbers]</c>, on the CPU.</param>
    public LikenessTarget(int @class, DetectorHead head, Tensor candidate)
        : base(@class)
    {
        using DisposeScope scope = NewDisposeScope();
        (_head, _inTurns) = (head with { TakesTurns = false }, head); // a candidate by itself takes no turns
        _box = candidate.narrow(0, 0, DetectorHead.Corners).contiguous().data<float>().ToArray();
        float[] probabilities = _head.Probabilities(candidate.view(1, 1, -1)).contiguous().data<float>().ToArray();
        double length = Math.Sqrt(probabilities.Sum(probability => (double)probability * probability));
        _direction = Array.ConvertAll(probabilities, probability => (float)(probability / Math.Max(length, 1e-12)));
    }

    /// <summary>
    /// Whether another picture has other candidates, since the network itself chooses where to look: the regions of Faster R-CNN.
    /// </summary>
    public bool CandidatesMove => _inTurns.TakesTurns;

    /// <inheritdoc/>
    public override Tensor Of(Tensor logits)
    {
        if (logits.shape[1] == 0)
        {
            return zeros([logits.shape[0]], dtype: logits.dtype, device: logits.device);
        }
        using DisposeScope scope = NewDisposeScope();
        Tensor probabilities = _head.Probabilities(logits);
        Tensor direction = tensor(_direction).to(logits.dtype).to(logits.device);
        Tensor cosine = probabilities.matmul(direction) / (probabilities * probabilities).sum(2).sqrt().Plus(Eps);
        Tensor certainty = _head.HasObjectness ? logits.select(2, DetectorHead.Corners).sigmoid() : probabilities.amax([2]);
        return (Overlaps(logits) * cosine * certainty).amax([1]).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// How probable the class is where the thing was found, 0 to 1, <c>[N]</c>: of all candidates the highest probability, each times the
    /// overlap of its box with the one that was found.
    /// </summary>
    /// <param name="output">The network's, <c>[N, candidates, numbers]</c>.</param>
    public Tensor Probability(Tensor output)
    {
        using DisposeScope scope = NewDisposeScope();
        return (output.shape[1] == 0 ? zeros([output.shape[0]], dtype: output.dtype, device: output.device)
            : ProbabilitiesThere(output).amax([1])).MoveToOuterDisposeScope();
    }

    /// <summary>The candidate that it is in another picture: the one that <see cref="Probability"/> is of.</summary>
    /// <param name="output">The network's, <c>[candidates, numbers]</c>.</param>
    /// <exception cref="InvalidDataException">There are no candidates.</exception>
    public int CandidateIn(Tensor output)
    {
        using DisposeScope scope = NewDisposeScope();
        return output.shape[0] > 0 ? (int)ProbabilitiesThere(output.unsqueeze(0)).argmax(1).item<long>()
            : throw new InvalidDataException("The network proposes nothing in the changed picture, so there is nothing to explain.");
    }

    private Tensor ProbabilitiesThere(Tensor output) => Overlaps(output) * _inTurns.Probabilities(output).select(2, Class);

    /// <summary>The overlap of each candidate's box with the one that was found, <c>[N, candidates]</c>.</summary>
    private Tensor Overlaps(Tensor output)
    {
        Tensor box = tensor(_box).to(output.dtype).to(output.device);
        Tensor zero = zeros([], dtype: output.dtype, device: output.device);
        Tensor width = (Corner(2).minimum(box[2]) - Corner(0).maximum(box[0])).maximum(zero);
        Tensor height = (Corner(3).minimum(box[3]) - Corner(1).maximum(box[1])).maximum(zero);
        Tensor both = width * height;
        Tensor own = (Corner(2) - Corner(0)) * (Corner(3) - Corner(1));
        Tensor either = own.Plus((box[2] - box[0]) * (box[3] - box[1])) - both;
        return both / either.Plus(Eps);

        Tensor Corner(int which) => output.select(2, which);
    }
}
