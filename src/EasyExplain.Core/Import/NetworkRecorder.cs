using System.Runtime.InteropServices;
using EasyExplain.Imaging;
using EasyExplain.Networks;
using EasyExplain.Networks.Operators;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Import;

/// <summary>
/// Takes down what a model of somebody else's does to a picture, operation by operation, with the shapes that come out: what the readers of
/// TorchScript and ONNX write into.
/// </summary>
internal sealed class NetworkRecorder
{
    private const long MostNumbers = 1L << 28;
    private const int MostLost = 1000;
    private const long OddBatch = 7919; // no size of a network's own

    private readonly List<Node> _nodes = [];
    private readonly Dictionary<Node, Size[]> _shapes = [];
    private readonly List<Layer> _layers = [];
    private readonly Dictionary<string, int> _layerOf = new(StringComparer.Ordinal); // where its name stands in them
    private readonly HashSet<Type> _withoutMeta = [];
    private readonly List<(string Operator, Node? Node)> _lost = [];

    /// <summary>Starts a network that takes <c>[N, channels, height, width]</c>.</summary>
    /// <param name="channels">Colours.</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="onePicture">Whether N is 1 and nothing else, see <see cref="Network.OnePicture"/>.</param>
    public NetworkRecorder(long channels, long height, long width, bool onePicture = false)
    {
        Input = new Node(new Input { OnePicture = onePicture }, [], "");
        Pictures = onePicture ? 1 : Size.OfPictures;
        _nodes.Add(Input);
        _shapes[Input] = [Pictures, channels, height, width];
    }

    /// <summary>The picture.</summary>
    public Node Input { get; }

    /// <summary>How many pictures there are: N, or 1.</summary>
    public Size Pictures { get; }

    /// <summary>What was taken down, in order.</summary>
    public IReadOnlyList<Node> Nodes => _nodes;

    /// <summary>
    /// What is read by operations that could not be taken down, with their names, in order; null of one that reads nothing known.
    /// </summary>
    public IReadOnlyList<(string Operator, Node? Node)> Lost => _lost;

    /// <summary>Notes what an operation reads that could not be taken down.</summary>
    public void Lose(string @operator, Node? node)
    {
        if (_lost.Count < MostLost)
        {
            _lost.Add((@operator, node));
        }
    }

    /// <summary>
    /// The latest output that tells how many pictures there are, <c>[N, …]</c>: the nearer it is, the less must be kept for it.
    /// </summary>
    public Node Batch => _nodes.FindLast(BatchFirst)!;

    /// <summary>What <see cref="Build"/> has left out at the end; null if nothing.</summary>
    public Activation? Ending { get; private set; }

    /// <summary>Takes down an operation.</summary>
    /// <param name="name">The layer that it is in.</param>
    /// <param name="operator">What it does.</param>
    /// <param name="inputs">What it reads.</param>
    /// <exception cref="ExternalException">It cannot be done to inputs of these shapes.</exception>
    /// <exception cref="ArgumentException">The same.</exception>
    /// <exception cref="InvalidDataException">
    /// Its weights or numbers do not fit its inputs, or it would make more of a picture than memory is likely to hold.
    /// </exception>
    /// <exception cref="NotSupportedException">What comes out does not grow evenly with the number of pictures.</exception>
    public Node Call(string name, Operator @operator, params Node[] inputs)
    {
        Size[] shape = Demand(name, @operator, inputs);
        var node = new Node(@operator, inputs, name);
        _shapes[node] = shape;
        _nodes.Add(node);
        return node;
    }

    /// <summary>The shape of what an operation would make, which is not taken down.</summary>
    /// <inheritdoc cref="Call"/>
    public Size[] Demand(string name, Operator @operator, params Node[] inputs)
    {
        DemandChannels(name, @operator, inputs);
        long[][] shapes = [.. inputs.Select(input => _shapes[input].Select(size => size.At(2)).ToArray())];
        if (inputs.Length > 0 && ShapeRules.WhyNot(@operator, shapes) is { } why)
        {
            string layer = name.Length == 0 ? "The model" : $"The layer '{name}'";
            throw new InvalidDataException($"{layer} cannot do '{@operator.Type}': {why}.");
        }
        // Two runs, with nothing but shapes, tell what of the output's shape is the number of pictures.
        long[] two = ShapeFor(2, @operator, inputs), three = ShapeFor(3, @operator, inputs);
        if (two.Length != three.Length)
        {
            throw new NotSupportedException("its result has other dimensions for other numbers of pictures");
        }
        if (MixesPictures(@operator, inputs, two.SequenceEqual(three)))
        {
            throw new NotSupportedException("that mixes the pictures of a batch");
        }
        Size[] shape = [.. two.Zip(three, (of2, of3) => new Size(of2 - 2 * (of3 - of2), of3 - of2))];
        if (Numbers(shape) is var numbers && numbers > MostNumbers)
        {
            throw new InvalidDataException(
                $"{(name.Length == 0 ? "The model" : $"The layer '{name}'")} would make {numbers:0} numbers of one picture.");
        }
        return shape;
    }

    /// <summary>
    /// The full shape of an output, with the batch where it stands: <c>[N, 64, 56, 56]</c>, <c>[N·3, 49, 96]</c>, <c>[50, N, 768]</c>.
    /// </summary>
    public IReadOnlyList<Size> Shape(Node node) => _shapes[node];

    /// <summary>
    /// The part of the network's own canvas that the picture fills, from its upper left corner, where the network puts the picture on one
    /// before anything looks at it, as torchvision's detectors do: 1 for all of it.
    /// </summary>
    public (double Down, double Across) CanvasShare()
    {
        foreach (Node node in _nodes)
        {
            if (node.Operator is Conv2d)
            {
                break;
            }
            if (node.Operator is Pad(var amounts, PadMode.Constant, _) && amounts.Length <= 4
                && amounts.Where((amount, i) => amount < 0 || (i % 2 == 0 && amount > 0)).ToArray() is []
                && _shapes[node] is [.., { IsFixed: true } height, { IsFixed: true } width])
            {
                (long right, long below) = (amounts.ElementAtOrDefault(1), amounts.ElementAtOrDefault(3));
                return ((double)(height.Fixed - below) / height.Fixed, (double)(width.Fixed - right) / width.Fixed);
            }
        }
        return (1, 1);
    }

    /// <summary>Whether something that was trained has a part in an output.</summary>
    public bool IsLearned(Node node)
    {
        HashSet<Node> read = [node];
        foreach (Node one in Enumerable.Reverse(_nodes).Where(read.Contains))
        {
            read.UnionWith(one.Inputs);
        }
        return read.Any(one => one.Operator.Parameters.Any());
    }

    /// <summary>Names an output. The same name again stands for the later output, as a forward hook would see it.</summary>
    /// <param name="name">The module's path.</param>
    /// <param name="type">The module's class.</param>
    /// <param name="output">Makes its output.</param>
    public void Layer(string name, string type, Node output)
    {
        if (_layerOf.TryAdd(name, _layers.Count))
        {
            _layers.Add(new Layer(name, type, output));
        }
        else
        {
            _layers[_layerOf[name]] = new Layer(name, type, output);
        }
    }

    /// <summary>
    /// The network up to the logits: what made probabilities of them is left out, since classes are explained by their scores before it,
    /// and so is what the logits do not depend on.
    /// </summary>
    /// <param name="head">What it ends in.</param>
    public Network Build(Head head)
    {
        Node logits = head.Logits;
        Ending = head.Activation;
        HashSet<Node> read = [Input, logits];
        foreach (Node node in Enumerable.Reverse(_nodes).Where(read.Contains))
        {
            read.UnionWith(node.Inputs);
        }
        Node[] nodes = [.. _nodes.Where(read.Contains)];
        Dictionary<Node, Axis[]> axes = FindAxes(nodes);
        var built = new Dictionary<Node, Node>();
        foreach (Node node in nodes)
        {
            bool batchFirst = BatchFirst(node);
            built[node] = node with
            {
                Inputs = [.. node.Inputs.Select(source => built[source])],
                Layout = batchFirst ? Axis.Layout(axes[node]) : null,
                Recorded = new RecordedOutput(
                    batchFirst ? [.. _shapes[node].Skip(1).Select(size => size.Fixed)] : node.Operator is Constant
                        ? [.. _shapes[node].Select(size => size.Fixed)] : [(long)Numbers(_shapes[node])],
                    batchFirst,
                    AxisRules.DropsCells(node.Operator, [.. node.Inputs.Select(source => axes[source])])),
            };
        }
        return new Network([.. built.Values], built[logits],
            [.. _layers.Where(layer => read.Contains(layer.Node)).Select(layer => layer with { Node = built[layer.Node] })]);
    }

    /// <summary>
    /// What the dimensions stand for: as it follows from the picture, and, where that is lost on the way, from what an output is added to.
    /// </summary>
    private Dictionary<Node, Axis[]> FindAxes(IReadOnlyList<Node> nodes)
    {
        long[] Odd(Node node) => [.. _shapes[node].Select(size => size.At(OddBatch))];
        var axes = new Dictionary<Node, Axis[]> { [Input] = [Axis.Other, Axis.Other, new(AxisKind.Rows), new(AxisKind.Columns)] };
        foreach (Node node in nodes.Skip(1))
        {
            axes[node] = AxisRules.Forward(node.Operator, [.. node.Inputs.Select(source => axes[source])], [.. node.Inputs.Select(Odd)],
                Odd(node));
        }
        foreach (Node node in nodes.Reverse().Where(node => axes[node].Any(axis => axis != Axis.Other)))
        {
            foreach (Node source in node.Inputs
                .Where(source => _shapes[source].Length == _shapes[node].Length && axes[source].All(axis => axis == Axis.Other)))
            {
                if (AxisRules.Backward(node.Operator, axes[node]) is { } found && source.Operator is not Constant
                    && found.Zip(Odd(source), (axis, size) => axis.Fits(size) && (axis == Axis.Other || size > 1)).All(fits => fits))
                {
                    axes[source] = found;
                }
            }
        }
        return axes;
    }

    /// <summary>Convolutions are not run here, so that nobody else would notice.</summary>
    private void DemandChannels(string name, Operator @operator, Node[] inputs)
    {
        long? wanted = @operator switch
        {
            Conv2d convolution => convolution.Weight.Shape[1] * convolution.Groups,
            ConvTranspose2d back => back.Weight.Shape[0],
            _ => null,
        };
        if (wanted is { } channels && _shapes[inputs[0]] is [_, var given, _, _] && given != new Size(channels))
        {
            string message = $"The convolution '{name}' takes {channels} channel{(channels == 1 ? "" : "s")}, but gets {given.At(1)}.";
            throw !_nodes.Any(node => node.Operator is Conv2d) && channels is > 0 and <= Preprocessing.MostChannels
                ? new InputChannelsException(message, (int)channels) : new InvalidDataException(message);
        }
    }

    /// <summary>Whether an output depends on several pictures: it is not as long as there are pictures, or shares out along them.</summary>
    private bool MixesPictures(Operator @operator, Node[] inputs, bool isFixed) =>
        (isFixed && inputs.Any(input => _shapes[input].Any(size => !size.IsFixed)))
        || (@operator is Softmax(var dim) && !_shapes[inputs[0]][dim].IsFixed)
        || (@operator is LogSoftmax(var axis) && !_shapes[inputs[0]][axis].IsFixed)
        || (@operator is LayerNorm { Dims: var dims } && _shapes[inputs[0]][^dims..].Any(size => !size.IsFixed));

    private bool BatchFirst(Node node) =>
        node.Operator is not Constant && _shapes[node] is [var batch, .. var rest] && batch == Pictures && rest.All(size => size.IsFixed);

    private static double Numbers(IEnumerable<Size> shape) => shape.Aggregate(1.0, (product, size) => product * size.At(1));

    /// <summary>
    /// What needs no run, of the operators that networks have most of: each run takes time, and one with numbers memory, too.
    /// <see cref="ShapeRules"/> has looked at them already.
    /// </summary>
    private static long[]? KnownShape(Operator @operator, long[][] shapes) => @operator switch
    {
        ReLU or ReLU6 or Clamp or Sigmoid or Hardsigmoid or SiLU or Hardswish or GELU or BatchNorm2d or LayerNorm or AddNumber or MultiplyBy
            or Dropout or Floor => shapes[0],
        RegionProposals proposals => [proposals.Most, .. proposals.OutputShape([])],
        RoiAlign align => [shapes[1][0], .. align.OutputShape([shapes[0][1..]])],
        Add or Multiply when shapes.Length == 2 && shapes[0].SequenceEqual(shapes[1]) => shapes[0],
        MaxPool2d { CeilMode: false } or AdaptiveAvgPool2d => [shapes[0][0], .. @operator.OutputShape([shapes[0][1..]])],
        _ => null,
    };

    private long[] ShapeFor(long pictures, Operator @operator, Node[] inputs)
    {
        if (@operator is Conv2d or ConvTranspose2d)
        {
            // libtorch cannot do these without numbers; their first dimension stays what it is.
            Size[] shape = _shapes[inputs[0]];
            return shape.Length != 4
                ? throw new NotSupportedException($"{@operator.Type} of {shape.Length} dimensions")
                : [shape[0].At(pictures), .. @operator.OutputShape([[.. shape.Skip(1).Select(size => size.At(pictures))]])];
        }
        long[][] shapes = [.. inputs.Select(input => _shapes[input].Select(size => size.At(pictures)).ToArray())];
        if (KnownShape(@operator, shapes) is { } known)
        {
            return known;
        }
        using DisposeScope scope = NewDisposeScope();
        using IDisposable untracked = no_grad();
        if (!_withoutMeta.Contains(@operator.GetType()))
        {
            Parameter[] parameters = [.. @operator.Parameters.Distinct()];
            Tensor[] values = [.. parameters.Select(parameter => parameter.Exchange(empty([.. parameter.Shape], device: META)))];
            try
            {
                return @operator.Run([.. shapes.Select(shape => empty(shape, device: META))]).shape;
            }
            catch (ExternalException e) when (e.Message.Contains("Meta", StringComparison.Ordinal))
            {
                _withoutMeta.Add(@operator.GetType());
            }
            finally
            {
                foreach (var (parameter, value) in parameters.Zip(values))
                {
                    parameter.Exchange(value);
                }
            }
        }
        return @operator.Run([.. shapes.Select(shape => zeros(shape))]).shape;
    }
}
