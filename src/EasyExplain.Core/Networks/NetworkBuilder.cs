using EasyExplain.Networks.Operators;

namespace EasyExplain.Networks;

/// <summary>
/// Writes a network down as its paper's table does: one call an operation, scopes for blocks. Input channels follow from what is
/// read, names from the scopes.
/// </summary>
public sealed class NetworkBuilder
{
    private readonly List<Node> _nodes = [];
    private readonly List<Layer?> _layers = []; // a scope's place is taken when it opens, filled when it closes
    private readonly Dictionary<string, int> _layerAt = new(StringComparer.Ordinal);
    private readonly Dictionary<Node, long[]> _shapes = [];
    private string _scope = "";

    /// <summary>Starts a network that takes <c>[N, channels, height, width]</c>.</summary>
    public NetworkBuilder(long channels, long height, long width)
    {
        Input = new Node(new Input(), [], "");
        _nodes.Add(Input);
        _shapes[Input] = [channels, height, width];
    }

    /// <summary>The picture.</summary>
    public Node Input { get; }

    /// <summary>The shape of a node's output, without the batch dimension.</summary>
    public IReadOnlyList<long> Shape(Node node) => _shapes[node];

    /// <summary>The channels of a node's output (features, after a flatten).</summary>
    public long Channels(Node node) => node.Layout is ChannelsFirst ? _shapes[node][0] : _shapes[node][^1];

    /// <summary>The full name of something within the open scope, for parameters that are no module's.</summary>
    public string PathOf(string name) => _scope.Length == 0 ? name : $"{_scope}.{name}";

    /// <summary>Opens a scope, such as a stage or a block; what <paramref name="body"/> returns is the scope's output.</summary>
    /// <param name="name">The name within the enclosing scope.</param>
    /// <param name="type">torchvision's class, such as <c>Sequential</c> or <c>Bottleneck</c>.</param>
    /// <param name="body">Adds the scope's nodes.</param>
    public Node Scope(string name, string type, Func<Node> body)
    {
        string outer = _scope, path = PathOf(name);
        int place = Reserve(path);
        _scope = path;
        try
        {
            Node result = body();
            _layers[place] = new Layer(path, type, result);
            return result;
        }
        finally
        {
            _scope = outer;
        }
    }

    /// <summary>A convolution; weights <c>name.weight</c> and, with <paramref name="bias"/>, <c>name.bias</c>.</summary>
    public Node Conv2d(string name, Node x, long channels, Extent kernel, long stride = 1, Extent padding = default, long groups = 1,
        bool bias = true)
    {
        string path = PathOf(name);
        return Add(name, new Conv2d(
            new Parameter(path + ".weight", channels, Channels(x) / groups, kernel.Height, kernel.Width),
            bias ? new Parameter(path + ".bias", channels) : null,
            stride, padding, groups), x);
    }

    /// <summary>Batch normalisation with the running statistics.</summary>
    public Node BatchNorm2d(string name, Node x, double eps = 1e-5)
    {
        string path = PathOf(name);
        long channels = Channels(x);
        return Add(name, new BatchNorm2d(
            new Parameter(path + ".weight", channels),
            new Parameter(path + ".bias", channels),
            new Parameter(path + ".running_mean", channels) { IsBuffer = true },
            new Parameter(path + ".running_var", channels) { IsBuffer = true },
            eps), x);
    }

    /// <summary>Group normalisation.</summary>
    public Node GroupNorm(string name, Node x, long groups, double eps = 1e-5)
    {
        string path = PathOf(name);
        long channels = Channels(x);
        return Add(name, new GroupNorm(groups, new Parameter(path + ".weight", channels), new Parameter(path + ".bias", channels), eps), x);
    }

    /// <summary>Layer normalisation of each place's channels, which are last.</summary>
    public Node LayerNorm(string name, Node x, double eps = 1e-5)
    {
        string path = PathOf(name);
        long channels = Channels(x);
        return Add(name, new LayerNorm(1, new Parameter(path + ".weight", channels), new Parameter(path + ".bias", channels), eps), x);
    }

    /// <summary>The same of <c>[C, H, W]</c>.</summary>
    public Node LayerNorm2d(string name, Node x, double eps = 1e-5)
    {
        string path = PathOf(name);
        long channels = Channels(x);
        return Add(name, new LayerNorm2d(new Parameter(path + ".weight", channels), new Parameter(path + ".bias", channels), eps), x);
    }

    /// <summary>A fully connected layer; weights <c>name.weight</c> and, with <paramref name="bias"/>, <c>name.bias</c>.</summary>
    public Node Linear(string name, Node x, long features, bool bias = true)
    {
        string path = PathOf(name);
        return Add(name, new Linear(new Parameter(path + ".weight", features, Channels(x)), bias ? new Parameter(path + ".bias", features)
            : null), x);
    }

    /// <summary>max(x, 0).</summary>
    public Node ReLU(string name, Node x) => Add(name, new ReLU(), x);

    /// <summary>max(x, 0), called as a function.</summary>
    public Node ReLU(Node x) => Call(new ReLU(), x);

    /// <summary>x · hardsigmoid(x).</summary>
    public Node Hardswish(string name, Node x) => Add(name, new Hardswish(), x);

    /// <summary>x·Φ(x).</summary>
    public Node GELU(string name, Node x) => Add(name, new GELU(), x);

    /// <summary>Maximum over a square window; with <paramref name="ceilMode"/> the last one may reach beyond the edge.</summary>
    public Node MaxPool2d(string name, Node x, long kernel, long stride, long padding = 0, bool ceilMode = false) =>
        Add(name, new MaxPool2d(kernel, stride, padding, ceilMode), x);

    /// <summary>Maximum over a square window, called as a function.</summary>
    public Node MaxPool2d(Node x, long kernel, long stride) => Call(new MaxPool2d(kernel, stride, 0, false), x);

    /// <summary>Mean over a square window.</summary>
    public Node AvgPool2d(string name, Node x, long kernel, long stride) => Add(name, new AvgPool2d(kernel, stride, 0), x);

    /// <summary>Mean over a square window, zeros of the padding included, called as a function.</summary>
    public Node AvgPool2d(Node x, long kernel, long stride, long padding) => Call(new AvgPool2d(kernel, stride, padding), x);

    /// <summary>Mean over as many windows as the output has cells.</summary>
    public Node AdaptiveAvgPool2d(string name, Node x, long size) => Add(name, new AdaptiveAvgPool2d(size), x);

    /// <summary>Mean over as many windows as the output has cells, called as a function.</summary>
    public Node AdaptiveAvgPool2d(Node x, long size) => Call(new AdaptiveAvgPool2d(size), x);

    /// <summary>Dropout, which does nothing when a network is used rather than trained.</summary>
    public Node Dropout(string name, Node x) => Add(name, new Dropout(), x);

    /// <summary>Stochastic depth, which leaves no block out when a network is used rather than trained.</summary>
    public Node StochasticDepth(string name, Node x) => Add(name, new StochasticDepth(), x);

    /// <summary>Dimensions in another order, counted as torch does: the batch is 0 and stays first.</summary>
    public Node Permute(string name, Node x, params long[] order) => Add(name, new Permute(order), x);

    /// <summary>x + y.</summary>
    public Node Add(Node x, Node y) => Call(new Add(), x, y);

    /// <summary>x · y, <c>[C, H, W]</c> or <c>[C, 1, 1]</c> for a factor a channel.</summary>
    public Node Multiply(Node x, Node y) => Call(new Multiply(), x, y);

    /// <summary>The channels of all of them, one after the other.</summary>
    public Node Concat(params Node[] inputs) => Call(new Concat(), inputs);

    /// <summary><paramref name="count"/> channels from <paramref name="first"/> on.</summary>
    public Node ChannelSlice(Node x, long first, long count) => Call(new ChannelSlice(first, count), x);

    /// <summary>Deals the channels of so many groups out in turn.</summary>
    public Node ChannelShuffle(Node x, long groups) => Call(new ChannelShuffle(groups), x);

    /// <summary><c>[C, H, W]</c> to <c>[C·H·W]</c>.</summary>
    public Node Flatten(Node x) => Call(new Flatten(), x);

    /// <summary>The same where torchvision has a module for it.</summary>
    public Node Flatten(string name, Node x) => Add(name, new Flatten(), x);

    /// <summary>
    /// Adds any operator that torchvision calls as a function: it has no name of its own, so no layer stands for it alone.
    /// </summary>
    public Node Call(Operator @operator, params Node[] inputs) => Append(new Node(@operator, inputs, _scope));

    /// <summary>
    /// The same for one that goes by the numbers of dimensions, and cannot know how what it makes lies on the picture.
    /// </summary>
    public Node Call(Layout layout, Operator @operator, params Node[] inputs) =>
        Append(new Node(@operator, inputs, _scope) { Layout = layout });

    /// <summary>Adds any operator under a name of its own.</summary>
    public Node Add(string name, Operator @operator, params Node[] inputs)
    {
        string path = PathOf(name);
        Node node = Append(new Node(@operator, inputs, path));
        // A module that is called twice (a block's relu) stands for its last output, as a forward hook would see it.
        int place = _layerAt.TryGetValue(path, out int known) ? known : Reserve(path);
        _layers[place] = new Layer(path, @operator.Type, node);
        return node;
    }

    /// <summary>The finished network; <paramref name="output"/> makes the logits.</summary>
    public Network Build(Node output) => new(_nodes, output, [.. _layers.Select(layer => layer!)]);

    private int Reserve(string path)
    {
        _layerAt.Add(path, _layers.Count);
        _layers.Add(null);
        return _layers.Count - 1;
    }

    private Node Append(Node node)
    {
        _shapes[node] = node.Operator.OutputShape([.. node.Inputs.Select(input => _shapes[input])]);
        _nodes.Add(node);
        return node;
    }
}
