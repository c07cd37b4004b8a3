using EasyExplain.Networks;
using EasyExplain.Networks.Operators;

namespace EasyExplain.Import.Detectors;

/// <summary>The logits of a detector's candidates, before what makes one list of probabilities of them.</summary>
/// <param name="Logits">Of the classes, <c>[candidates, classes]</c>.</param>
/// <param name="Activation">What the file makes probabilities of them with.</param>
internal sealed record CandidateScores(Node Logits, Activation Activation)
{
    /// <summary>The logit of a factor of all classes' probabilities, <c>[candidates, 1]</c>; null if there is none.</summary>
    public Node? Certainty { get; init; }

    /// <summary>Whether the probability is the square root of that product.</summary>
    public bool IsGeometricMean { get; init; }

    /// <summary>Which of a softmax's classes is no thing; null if all are.</summary>
    public int? Background { get; init; }

    /// <summary>Whether so many boxes in a row are one candidate's, of each class one.</summary>
    public bool HasBoxOfEachClass { get; init; }

    /// <summary>Finds them; null where the numbers are something else.</summary>
    /// <param name="recorder">What was taken down.</param>
    /// <param name="list">Makes the list, one number for each class of each candidate, in some order.</param>
    /// <param name="candidates">How many boxes there are.</param>
    public static CandidateScores? Find(NetworkRecorder recorder, Node list, long candidates)
    {
        if (recorder.Shape(list).Any(size => !size.IsFixed) || candidates < 1)
        {
            return null;
        }
        Node[] parts = list.Operator is Concat { Dim: 0 } ? [.. list.Inputs] : [list];
        if (ClassByClass(recorder, parts, candidates) is { } ofClasses)
        {
            return ofClasses;
        }
        if (parts.Length == 1 && OfRegions(recorder, list, candidates) is { } ofRegions)
        {
            return ofRegions;
        }
        long all = Count(recorder, list);
        if (all % candidates != 0)
        {
            return null;
        }
        // A part for each scale, all classes of a candidate one after the other.
        CandidateScores?[] scales = [.. parts.Select(part => Of(recorder, part, all / candidates))];
        if (scales.Select(scale => (scale?.Activation, scale?.IsGeometricMean, scale?.Certainty is null)).Distinct().Count() > 1
            || scales[0] is null)
        {
            return null;
        }
        return scales[0]! with
        {
            Logits = Joined(recorder, [.. scales.Select(scale => scale!.Logits)]),
            Certainty = scales[0]!.Certainty is null ? null : Joined(recorder, [.. scales.Select(scale => scale!.Certainty!)]),
        };
    }

    /// <summary>A part for each class, of all candidates; what has no part is background.</summary>
    private static CandidateScores? ClassByClass(NetworkRecorder recorder, Node[] parts, long candidates)
    {
        if (!parts.All(part => part.Operator is Select(1, _) && part.Inputs[0] == parts[0].Inputs[0])
            || recorder.Shape(parts[0].Inputs[0]) is not [var rows, { IsFixed: true, Fixed: var classes }] || rows != new Size(candidates))
        {
            return null;
        }
        long[] own = [.. parts.Select(part => ((Select)part.Operator).Index)];
        int? background = own.SequenceEqual(Range(1, classes)) ? 0 : own.SequenceEqual(Range(0, classes - 1)) ? (int)classes - 1 : null;
        bool fits = background is not null || own.SequenceEqual(Range(0, classes));
        return fits && Of(recorder, parts[0].Inputs[0], classes) is { } scores ? scores with { Background = background } : null;

        static IEnumerable<long> Range(long from, long to) => Enumerable.Range((int)from, (int)(to - from)).Select(i => (long)i);
    }

    /// <summary>A box for each class of a region, all classes but the first, which is background.</summary>
    private static CandidateScores? OfRegions(NetworkRecorder recorder, Node list, long boxes)
    {
        if (Bare(recorder, list) is not { Operator: Slice(1, 1, _, 1), Inputs: [{ Operator: Softmax(1), Inputs: [var logits] } all] } own
            || recorder.Shape(all) is not [{ IsFixed: true, Fixed: var regions }, { IsFixed: true, Fixed: > 1 and var classes }]
            || recorder.Shape(own)[1] != new Size(classes - 1) || regions * (classes - 1) != boxes)
        {
            return null;
        }
        return new CandidateScores(logits, Activation.Softmax) { Background = 0, HasBoxOfEachClass = true };
    }

    /// <summary>The probabilities of some candidates, without what made them of logits.</summary>
    private static CandidateScores? Of(NetworkRecorder recorder, Node probabilities, long classes)
    {
        Node node = Bare(recorder, probabilities);
        bool root = node.Operator is Sqrt or Power(0.5);
        node = root ? Bare(recorder, node.Inputs[0]) : node;
        return node switch
        {
            { Operator: Sigmoid, Inputs: [var x] } when !root => new CandidateScores(Rows(x, classes), Activation.Sigmoid),
            { Operator: Softmax(var dim), Inputs: [var x] } when !root && recorder.Shape(x)[dim] == new Size(classes)
                && dim == recorder.Shape(x).Count - 1 => new CandidateScores(Rows(x, classes), Activation.Softmax),
            { Operator: Multiply, Inputs: [var a, var b] } => OfProduct(a, b, root) ?? OfProduct(b, a, root),
            _ => null,
        };

        CandidateScores? OfProduct(Node ofClasses, Node ofAny, bool root) =>
            (Bare(recorder, ofClasses), Bare(recorder, ofAny)) is
            ({ Operator: Sigmoid, Inputs: [var x] }, { Operator: Sigmoid, Inputs: [var certainty] })
            && Count(recorder, x) == Count(recorder, certainty) * classes
                ? new CandidateScores(Rows(x, classes), Activation.Sigmoid) { Certainty = Rows(certainty, 1), IsGeometricMean = root }
                : null;

        Node Rows(Node x, long columns) => recorder.Call(x.Name, new Reshape([-1, columns]), x);
    }

    /// <summary>The node without what gives its numbers another shape.</summary>
    private static Node Bare(NetworkRecorder recorder, Node node)
    {
        while (node is { Operator: Reshape or Flatten or Squeeze or Unsqueeze or Select or Slice, Inputs: [var source] }
            && Count(recorder, source) == Count(recorder, node))
        {
            node = source;
        }
        return node;
    }

    private static Node Joined(NetworkRecorder recorder, Node[] parts) =>
        parts.Length == 1 ? parts[0] : recorder.Call(parts[0].Name, new Concat { Dim = 0 }, parts);

    private static long Count(NetworkRecorder recorder, Node node) =>
        recorder.Shape(node).Aggregate(1L, (count, size) => count * size.At(1));
}
