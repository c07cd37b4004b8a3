using EasyExplain.Networks.Operators;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Networks.Engines.OneDnn;

/// <summary>
/// Some of a network's operations, with the convolutions, and what lies between them, in bfloat16. All else, such as the classifier, is
/// float32.
/// </summary>
internal sealed class HalfPart : IPart
{
    private readonly IReadOnlyList<Node> _given;
    private readonly IReadOnlyList<Node> _wanted;
    private readonly List<Step> _steps = [];
    private readonly List<HalfConvolution> _convolutions = [];

    private HalfPart(IReadOnlyList<Node> given, IReadOnlyList<Node> wanted) => (_given, _wanted) = (given, wanted);

    /// <summary>Compiles what leads from <paramref name="given"/> to <paramref name="wanted"/>.</summary>
    /// <param name="nodes">The nodes to run, in their order.</param>
    /// <param name="given">Nodes whose outputs are given, in float32 or bfloat16.</param>
    /// <param name="wanted">Nodes whose outputs are results, in float32 or bfloat16.</param>
    /// <param name="shapes">Output shapes without the batch dimension, of all of them.</param>
    /// <exception cref="EntryPointNotFoundException">This libtorch has no oneDNN.</exception>
    public static HalfPart Compile(
        IReadOnlyList<Node> nodes, IReadOnlyList<Node> given, IReadOnlyList<Node> wanted, IReadOnlyDictionary<Node, long[]> shapes)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable untracked = no_grad();
        var part = new HalfPart(given, wanted);
        ILookup<Node, Node> readers = nodes.SelectMany(node => node.Inputs.Select(source => (source, node)))
            .ToLookup(pair => pair.source, pair => pair.node);
        HashSet<Node> made = [.. given];
        foreach (Node node in nodes)
        {
            if (!made.Contains(node))
            {
                Step step = part.StepFor(node, shapes, last =>
                    readers[last].ToArray() is [var only] && !wanted.Contains(last) ? only : null, made);
                part._steps.Add(step);
                made.UnionWith(step.Nodes);
            }
        }
        return part;
    }

    /// <inheritdoc/>
    public IReadOnlyList<Tensor> Run(IReadOnlyList<Tensor> given, CancellationToken cancel)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable untracked = no_grad();
        Dictionary<Node, int> readers = _steps.SelectMany(step => step.Inputs).Concat(_wanted).GroupBy(node => node)
            .ToDictionary(node => node.Key, node => node.Count());
        var outputs = new Dictionary<Node, Tensor>(_given.Zip(given, (node, tensor) => KeyValuePair.Create(node, tensor.detach())));
        foreach (Step step in _steps)
        {
            cancel.ThrowIfCancellationRequested();
            using DisposeScope passing = NewDisposeScope();
            outputs[step.Nodes[^1]] = step.Run([.. step.Inputs.Select(node => outputs[node])], Free(step.Inputs[^1]))
                .MoveToOuterDisposeScope();
            foreach (Node read in step.Inputs.Where(node => --readers[node] == 0))
            {
                outputs[read].Dispose();
            }
        }
        return [.. _wanted.Select(node => outputs[node].alias().MoveToOuterDisposeScope())];

        // Whether nobody reads it any more, so that it may be overwritten.
        bool Free(Node node) => readers[node] == 1 && !_given.Contains(node);
    }

    /// <inheritdoc/>
    public void Dispose() => _convolutions.ForEach(convolution => convolution.Dispose());

    private Step StepFor(Node node, IReadOnlyDictionary<Node, long[]> shapes, Func<Node, Node?> onlyReader, HashSet<Node> made)
    {
        switch (node.Operator)
        {
            case Conv2d conv when conv.Dilation == 1:
                return Fused(node, Packed(conv.Weight.Value, conv.Bias?.Value, conv.Stride, conv.Padding, conv.Groups,
                    shapes[node.Inputs[0]]), input => input, onlyReader, made);
            case ConvTranspose2d { Groups: 1, Bias: null } back
                when back.Dilation == 1 && back.Stride == back.Stride.Height && back.Padding.Height < back.Weight.Shape[2]
                && back.Padding.Width < back.Weight.Shape[3]:
                return WayBack(node, back, shapes, onlyReader, made);
            case ReLU:
                return new Step([node], node.Inputs, (inputs, _) => Half(inputs[0]).relu());
            case WhereBetween { Low: 0, High: double.PositiveInfinity }:
                return new Step([node], node.Inputs, (inputs, _) => HalfConvolution.WherePositive(Half(inputs[0]), Half(inputs[1])));
            case Add or Concat or MaxPool2d or MaxPool2dGradient or WhereBetween:
                return new Step([node], node.Inputs, (inputs, _) => node.Operator.Run([.. inputs.Select(Half)]));
            default:
                return new Step([node], node.Inputs, (inputs, _) => node.Operator.Run([.. inputs.Select(Parts.Full)]));
        }
    }

    /// <summary>
    /// A convolution's way back is one with the filters turned by half a circle, of the gradient with zeros between its pixels where there
    /// was a stride.
    /// </summary>
    private Step WayBack(Node node, ConvTranspose2d back, IReadOnlyDictionary<Node, long[]> shapes, Func<Node, Node?> onlyReader,
        HashSet<Node> made)
    {
        long[] gradient = shapes[node.Inputs[0]];
        Extent size = ((gradient[1] - 1) * back.Stride.Height + 1 + back.Rest.Height, (gradient[2] - 1) * back.Stride.Width + 1
            + back.Rest.Width);
        Extent padding = (back.Weight.Shape[2] - 1 - back.Padding.Height, back.Weight.Shape[3] - 1 - back.Padding.Width);
        bool spread = back.Stride != 1 || back.Rest != 0;
        Tensor turned = back.Weight.Value.transpose(0, 1).flip(2, 3).contiguous();
        if (spread && back.Weight.Shape[2] == 1 && back.Weight.Shape[3] == 1)
        {
            // Zeros stay zeros, so they may as well be put in afterwards.
            HalfConvolution small = Packed(turned, null, 1, 0, 1, gradient);
            return new Step([node], node.Inputs, (inputs, _) =>
                Spread(small.Run(Half(inputs[0]), null, relu: false), back.Stride.Height, size));
        }
        HalfConvolution packed = Packed(turned, null, 1, padding, 1, [gradient[0], size.Height, size.Width]);
        return Fused(node, packed, spread ? input => Spread(input, back.Stride.Height, size) : input => input, onlyReader, made);
    }

    /// <summary>A convolution with the addition, and the ReLU after it, that alone read it.</summary>
    private static Step Fused(Node node, HalfConvolution convolution, Func<Tensor, Tensor> prepare, Func<Node, Node?> onlyReader,
        HashSet<Node> made)
    {
        List<Node> nodes = [node];
        Node? sum = null;
        if (onlyReader(node) is { Operator: Add } addition && addition.Inputs.Single(source => source != node) is var other
            && made.Contains(other)
            && addition.Layout == node.Layout)
        {
            sum = other;
            nodes.Add(addition);
        }
        bool relu = onlyReader(nodes[^1]) is { Operator: ReLU };
        if (relu)
        {
            nodes.Add(onlyReader(nodes[^1])!);
        }
        return new Step(nodes, sum is null ? node.Inputs : [node.Inputs[0], sum],
            (inputs, free) => convolution.Run(prepare(Half(inputs[0])), sum is null ? null : Sum(inputs[1], free), relu));

        // The sum is added to in place.
        static Tensor Sum(Tensor other, bool free) => free || other.dtype != bfloat16 ? Half(other) : other.clone();
    }

    private HalfConvolution Packed(Tensor weight, Tensor? bias, Extent stride, Extent padding, long groups, long[] input)
    {
        var convolution = new HalfConvolution(weight, bias, stride, padding, groups, input);
        _convolutions.Add(convolution);
        return convolution;
    }

    private static Tensor Spread(Tensor gradient, long stride, Extent size)
    {
        long[] shape = gradient.shape;
        Tensor spread = zeros([shape[0], size.Height, size.Width, shape[1]], dtype: gradient.dtype).permute(0, 3, 1, 2);
        spread.slice(2, 0, (shape[2] - 1) * stride + 1, stride).slice(3, 0, (shape[3] - 1) * stride + 1, stride).copy_(gradient);
        return spread;
    }

    /// <summary>In bfloat16; pictures with the channels last in memory, which oneDNN likes best.</summary>
    private static Tensor Half(Tensor tensor)
    {
        if (tensor.dtype == bfloat16)
        {
            return tensor;
        }
        Tensor half = tensor.to(bfloat16);
        return half.ndim == 4 ? half.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2) : half;
    }

    /// <summary>One or several nodes that are run at once.</summary>
    /// <param name="Nodes">The last one's output is what it makes.</param>
    /// <param name="Inputs">Whose outputs it reads.</param>
    /// <param name="Run">Makes it; told whether the last input may be overwritten.</param>
    private sealed record Step(IReadOnlyList<Node> Nodes, IReadOnlyList<Node> Inputs, Func<Tensor[], bool, Tensor> Run);
}
