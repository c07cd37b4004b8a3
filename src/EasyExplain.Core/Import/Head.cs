using EasyExplain.Detectors;
using EasyExplain.Imaging;
using EasyExplain.Models;
using EasyExplain.Networks;
using EasyExplain.Networks.Operators;

namespace EasyExplain.Import;

/// <summary>What a classifier ends in.</summary>
/// <param name="Logits">Makes the scores of the classes, <c>[N, classes]</c>.</param>
/// <param name="Activation">What the file makes probabilities of them with; null where it leaves that to others.</param>
internal sealed record Head(Node Logits, Activation? Activation)
{
    /// <summary>What the model tells of a picture.</summary>
    public CamTask Task { get; init; }

    /// <summary>How the output of a detector is read; null of any other model.</summary>
    public DetectorHead? Detector { get; init; }

    /// <summary>How pictures are usually made for a model of this kind, of how they are for others; null where that says nothing.</summary>
    public Func<Preprocessing, Preprocessing>? Pictures { get; init; }

    /// <summary>
    /// How many classes an output is of: <c>[N, classes]</c>, the same with further dimensions of one, or <c>[N]</c>; null if it is
    /// something else.
    /// </summary>
    public static long? ClassesOf(NetworkRecorder recorder, Node output)
    {
        IReadOnlyList<Size> shape = recorder.Shape(output);
        return shape.Count >= 1 && shape[0] == recorder.Pictures && shape.Skip(1).All(size => size is { IsFixed: true, Fixed: > 0 })
            && shape.Skip(1).Count(size => size.Fixed > 1) <= 1
            ? shape.Skip(1).Aggregate(1L, (product, size) => product * size.Fixed)
            : null;
    }

    /// <summary>
    /// Looks from the result backwards for what made probabilities: a softmax or sigmoids, as operators or written out, whatever only gave
    /// their numbers another shape. Classes are explained by their scores before that.
    /// </summary>
    /// <param name="recorder">What was taken down.</param>
    /// <param name="result">Makes the result; one of classes.</param>
    public static Head Find(NetworkRecorder recorder, Node result)
    {
        var ending = new Ending(recorder, ClassesOf(recorder, result)!.Value);
        (Node logits, Activation? activation) = ending.Sigmoids(result) is { } apart ? (apart, Networks.Activation.Sigmoid)
            : ending.Softmax(result) is { } before ? (before, Networks.Activation.Softmax)
            : (result, (Activation?)null);
        while (logits.Operator is Dropout)
        {
            logits = logits.Inputs[0];
        }
        return new Head(Flat(recorder, logits), activation);
    }

    /// <summary>Numbers of classes as <c>[N, classes]</c>.</summary>
    private static Node Flat(NetworkRecorder recorder, Node node) => recorder.Shape(node).Count switch
    {
        1 => recorder.Call(node.Name, new Unsqueeze(1), node),
        2 => node,
        _ => recorder.Call(node.Name, new Flatten(), node),
    };

    /// <summary>
    /// The patterns, all of which take the node that would make the probabilities, and give what makes the logits; null where it is
    /// another.
    /// </summary>
    private sealed class Ending(NetworkRecorder recorder, long classes)
    {
        private const double Tiny = 1e-3; // what is added before a logarithm, or cut off at both ends, so that nothing is infinite

        /// <summary>1 / (1 + exp(−x)) of each class, or of several results that are put side by side.</summary>
        public Node? Sigmoids(Node result)
        {
            Node node = Bare(result);
            if (node.Operator is Concat && node.Inputs.All(part => ClassesOf(recorder, part) is not null))
            {
                Node?[] parts = [.. node.Inputs.Select(part => Sigmoid(part))];
                return parts.All(part => part is not null)
                    ? recorder.Call(node.Name, new Concat(), [.. parts.Select(part => Flat(recorder, part!))]) : null;
            }
            return Sigmoid(node);
        }

        /// <summary>exp(x) / ∑ exp(x) over the classes, or its logarithm.</summary>
        public Node? Softmax(Node result) => Exponentials(Bare(result)) ?? Logarithm(Bare(result));

        private Node? Sigmoid(Node result) => Bare(result) switch
        {
            { Operator: Networks.Operators.Sigmoid, Inputs: [var x] } => x,
            { Operator: AddNumber(1), Inputs: [{ Operator: Negate, Inputs: [var p] }] } when Sigmoid(p) is { } x =>
                recorder.Call(x.Name, new Negate(), x),
            { Operator: Reciprocal or Power(-1), Inputs: [{ Operator: AddNumber(1), Inputs: [{ Operator: Exp, Inputs: [var minus] }] }] } =>
                Negated(minus),
            {
                Operator: Divide, Inputs: [{ Operator: Exp, Inputs: [var x] },
                { Operator: AddNumber(1), Inputs: [{ Operator: Exp, Inputs: [var again] }] }]
            }
                when Fusions.IsSame(recorder, x, again) => x,
            _ => null,
        };

        private Node? Exponentials(Node node) => node switch
        {
            { Operator: Networks.Operators.Softmax(var dim), Inputs: [var x] } when IsOfClasses(x, dim) => Unshifted(x),
            { Operator: Exp, Inputs: [var log] } => Logarithm(Bare(log)),
            { Operator: Divide, Inputs: [var top, var sum] } => Exponents(top, sum),
            { Operator: Multiply, Inputs: [var a, var b] } =>
                Inverse(b) is { } below ? Exponents(a, below) : Inverse(a) is { } other ? Exponents(b, other) : null,
            _ => null,
        };

        private Node? Logarithm(Node node) => node switch
        {
            { Operator: LogSoftmax(var dim), Inputs: [var x] } when IsOfClasses(x, dim) => Unshifted(x),
            { Operator: Log, Inputs: [{ Operator: AddNumber(<= Tiny and > 0), Inputs: [var p] }] } => Exponentials(Bare(p)),
            { Operator: Log, Inputs: [var p] } => Exponentials(Bare(p)),
            // Less the logarithm of a sum of exponentials.
            { Operator: Subtract, Inputs: [var x, var total] } when IsOfClasses(x) && IsOneNumber(total) && LogOfSum(total) => Unshifted(x),
            _ => null,
        };

        private Node? Exponents(Node top, Node sum)
        {
            Node total = Bare(sum);
            return Bare(top) is { Operator: Exp, Inputs: [var x] } exponentials && IsOfClasses(x) && IsOneNumber(total)
                && total is { Operator: Sum, Inputs: [var summed] } && Fusions.IsSame(recorder, Bare(summed), exponentials)
                ? Unshifted(x)
                : null;
        }

        private Node? Inverse(Node node) => Bare(node) is { Operator: Reciprocal or Power(-1), Inputs: [var below] } ? below : null;

        private bool LogOfSum(Node node) => Bare(node) switch
        {
            { Operator: LogSumExp } => true,
            { Operator: Log, Inputs: [var sum] } => Bare(sum) is { Operator: Sum, Inputs: [var summed] } && Bare(summed).Operator is Exp,
            { Operator: Add, Inputs: [var a, var b] } => LogOfSum(a) || LogOfSum(b), // and the highest score, which was taken off before
            _ => false,
        };

        /// <summary>What every score of a picture has taken off, such as the highest, changes no softmax.</summary>
        private Node Unshifted(Node x) => Bare(x) switch
        {
            { Operator: Subtract, Inputs: [var scores, var shift] } when IsOfClasses(scores) && IsOneNumber(shift) => Unshifted(scores),
            { Operator: LogSoftmax(var dim), Inputs: [var scores] } when IsOfClasses(scores, dim) => Unshifted(scores),
            _ => x,
        };

        private Node Negated(Node x) => x switch
        {
            { Operator: Negate or MultiplyBy(-1), Inputs: [var source] } => source,
            _ => recorder.Call(x.Name, new Negate(), x),
        };

        /// <summary>The node without what gives its numbers another shape, or keeps them from 0 and 1.</summary>
        private Node Bare(Node node)
        {
            while (node.Inputs is [var source] && IsSame(source, node))
            {
                node = source;
            }
            return node;
        }

        private bool IsSame(Node before, Node after) => after.Operator switch
        {
            Dropout or Quantize or Dequantize => true, // a grid that the numbers lie on is the same numbers, rounded
            Clamp(null or (>= 0 and <= Tiny), null or (>= 1 - Tiny and <= 1)) => true,
            // Of numbers along one dimension there is only one order.
            Flatten or Reshape or Unflatten or Squeeze or Unsqueeze or Permute or Select or Mean or Max or Min or AdaptiveAvgPool2d
                or AvgPool2d or Expand or Sum =>
                ClassesOf(recorder, before) is { } count && ClassesOf(recorder, after) == count,
            _ => false,
        };

        private bool IsOfClasses(Node node) => ClassesOf(recorder, node) == classes;

        private bool IsOfClasses(Node node, int dim) => IsOfClasses(node) && recorder.Shape(node)[dim] == new Size(classes);

        private bool IsOneNumber(Node node) => classes > 1 && ClassesOf(recorder, node) == 1;
    }
}
