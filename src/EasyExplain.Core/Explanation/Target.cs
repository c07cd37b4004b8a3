using EasyExplain.Detectors;
using EasyExplain.Explanation.Methods;
using EasyExplain.Networks;
using static TorchSharp.torch;

namespace EasyExplain.Explanation;

/// <summary>What is explained: a number that the network makes of an image, whose gradients and changes a method looks at.</summary>
/// <param name="Class">The class that it is about; −1 of a network that has none.</param>
public abstract record Target(int Class)
{
    /// <summary>The number for each image of a batch, <c>[N]</c>.</summary>
    /// <param name="logits">
    /// What the network made of the batch: <c>[N, classes]</c>; of a detector <c>[N, candidates, numbers]</c>; of a segmenter
    /// <c>[N, classes, h, w]</c>.
    /// </param>
    public abstract Tensor Of(Tensor logits);

    /// <summary>The thing that it is of, in other pictures too; null of what no detector found.</summary>
    internal LikenessTarget? Found { get; init; }

    /// <summary>
    /// What stands for it where the picture itself is changed, of logits; null where that is the same. Of a thing that was found, another
    /// candidate may show it then.
    /// </summary>
    internal virtual Target? OfChangedPicture => null;

    /// <summary>The same number of another picture: of the candidate that is the thing there, where candidates are not always the same.
    /// </summary>
    /// <param name="output">What the network made of that picture, <c>[candidates, numbers]</c> of a detector.</param>
    internal virtual Target In(Tensor output) => this;
}

/// <summary>A class's logit.</summary>
/// <param name="Class">The class.</param>
public sealed record ClassTarget(int Class) : Target(Class)
{
    /// <inheritdoc/>
    public override Tensor Of(Tensor logits) => logits.select(1, Class);
}

/// <summary>A class's logit set against those of others.</summary>
/// <param name="Class">The class.</param>
/// <param name="Others">Those that it is compared with, at least one.</param>
/// <param name="Score">How it is compared.</param>
/// <param name="Activation">What makes probabilities of the logits.</param>
public sealed record ClassAgainstOthers(int Class, IReadOnlyList<int> Others, ComparingScore Score, Activation Activation) : Target(Class)
{
    /// <summary>
    /// The class's logit at the candidate or the places where it is compared, and what has those of all classes there, <c>[N, classes]</c>;
    /// null of a whole picture's class.
    /// </summary>
    internal (Target Alone, Func<Tensor, Tensor> Classes)? At { get; init; }

    /// <inheritdoc/>
    public override Tensor Of(Tensor logits)
    {
        Tensor classes = At is { } at ? at.Classes(logits) : logits;
        return Score(classes, Activation.Of(classes), Class, [.. Others.Select(other => (long)other)]);
    }
}

/// <summary>The logit of a class at one of a detector's candidates.</summary>
/// <param name="Class">The class.</param>
/// <param name="Candidate">The candidate.</param>
/// <param name="Column">Where the class's logit is among a candidate's numbers.</param>
public sealed record DetectionTarget(int Class, int Candidate, int Column) : Target(Class)
{
    /// <inheritdoc/>
    public override Tensor Of(Tensor logits) => logits.select(1, Candidate).select(1, Column);

    /// <inheritdoc/>
    internal override Target? OfChangedPicture => Found;

    /// <inheritdoc/>
    internal override Target In(Tensor output) =>
        Found is { CandidatesMove: true } ? this with { Candidate = Found.CandidateIn(output) } : this;
}

/// <summary>Where a side of the box of one of a detector's candidates is, in pixels of the input.</summary>
/// <param name="Class">The class of what is in the box.</param>
/// <param name="Candidate">The candidate.</param>
/// <param name="Side">The side.</param>
public sealed record BoxTarget(int Class, int Candidate, BoxSide Side) : Target(Class)
{
    /// <inheritdoc/>
    public override Tensor Of(Tensor logits) => logits.select(1, Candidate).select(1, (int)Side);

    /// <inheritdoc/>
    internal override Target In(Tensor output) =>
        Found is { CandidatesMove: true } ? this with { Candidate = Found.CandidateIn(output) } : this;
}

/// <summary>
/// The mean of a class's logit over some places of a segmenter's output. pytorch-grad-cam's SemanticSegmentationTarget takes the sum: the
/// same map, once it is scaled.
/// </summary>
public sealed record RegionTarget : Target
{
    private readonly (int From, int Count)[] _runs; // an explanation keeps them, and a mask may have a million places
    private readonly int _places;

    /// <param name="class">The class.</param>
    /// <param name="mask">Which places, row by row; at least one.</param>
    public RegionTarget(int @class, IReadOnlyList<bool> mask)
        : base(@class)
    {
        ArgumentNullException.ThrowIfNull(mask);
        var runs = new List<(int, int)>();
        for (int from = 0; from < mask.Count; from++)
        {
            int to = from;
            while (to < mask.Count && mask[to])
            {
                to++;
            }
            if (to > from)
            {
                runs.Add((from, to - from));
                from = to;
            }
        }
        (_runs, _places) = ([.. runs], mask.Count);
    }

    /// <inheritdoc/>
    public override Tensor Of(Tensor logits)
    {
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        return logits.select(1, Class).flatten(1).mv(Shares(logits)).MoveToOuterDisposeScope();
    }

    /// <summary>Which places, row by row.</summary>
    internal bool[] Mask()
    {
        bool[] mask = new bool[_places];
        foreach ((int from, int count) in _runs)
        {
            Array.Fill(mask, true, from, count);
        }
        return mask;
    }

    /// <summary>The same of each class, <c>[N, classes]</c>.</summary>
    internal Tensor OfClasses(Tensor logits)
    {
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        return logits.flatten(2).matmul(Shares(logits)).MoveToOuterDisposeScope();
    }

    /// <summary>How much each place counts.</summary>
    private Tensor Shares(Tensor logits)
    {
        float[] shares = new float[_places];
        float share = 1f / _runs.Sum(run => run.Count);
        foreach ((int from, int count) in _runs)
        {
            Array.Fill(shares, share, from, count);
        }
        return tensor(shares).to(logits.dtype).to(logits.device);
    }
}

/// <summary>The features of a network without classes: only methods that ask for no score explain them.</summary>
public sealed record Features() : Target(NoClass)
{
    /// <summary>What stands for a class where there is none.</summary>
    internal const int NoClass = -1;

    /// <inheritdoc/>
    public override Tensor Of(Tensor logits) =>
        throw new InvalidOperationException(
        "A network without classes has no score: a method that needs one must say that it needs a class.");
}
