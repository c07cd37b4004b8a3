using EasyExplain.Networks.Operators;
using EasyExplain.Runtime;
using TorchSharp;
using static EasyExplain.Runtime.HeldNumbers;
using static TorchSharp.torch;

namespace EasyExplain.Networks.Rewrites;

/// <summary>
/// Folds each batch normalisation into the convolution before it: γ/√(σ²+ε) scales the filters, the rest becomes the bias
/// (Jacob et al. 2018, arXiv 1712.05877, section 3.2). One convolution is then all that runs.
/// </summary>
/// <remarks>Folded filters are made once and shared by all networks that <see cref="Apply"/> returns; this object owns them.</remarks>
internal sealed class BatchNormFolding(Network network) : IDisposable
{
    private readonly Dictionary<Node, Conv2d> _folded = []; // by the batch norm that went in

    /// <summary>
    /// The network with every batch norm folded whose convolution is read by nobody else and is not among <paramref name="keep"/>.
    /// The outputs of the kept layers are what they were; layers inside a folded pair have no name in the result.
    /// </summary>
    /// <param name="keep">Names of layers.</param>
    public Network Apply(IReadOnlySet<string> keep) => Rewrite(keep, namesInside: false);

    /// <summary>
    /// The network with all of them folded, where a layer inside a folded pair stands for the pair: what LRP calls canonical, for there
    /// a convolution and its batch norm are one layer.
    /// </summary>
    public Network Canonical() => Rewrite(new HashSet<string>(), namesInside: true);

    private Network Rewrite(IReadOnlySet<string> keep, bool namesInside)
    {
        if (network.NamesLayersOnly)
        {
            return network; // nobody knows what lies between its layers
        }
        HashSet<Node> kept = [.. keep.Select(name => network.Find(name)!.Node)];
        ILookup<Node, Node> readers = network.Nodes.SelectMany(node => node.Inputs, (reader, read) => (read, reader))
            .ToLookup(pair => pair.read, pair => pair.reader);
        var now = new Dictionary<Node, Node>();
        var pairs = new Dictionary<Node, Node>(); // by the convolution that went in
        var nodes = new List<Node>();
        foreach (Node node in network.Nodes)
        {
            if (node.Operator is Conv2d && !kept.Contains(node) && readers[node].Count() == 1
                && readers[node].Single().Operator is BatchNorm2d)
            {
                continue; // it becomes part of its reader
            }
            Node source = node.Inputs.Count > 0 ? node.Inputs[0] : node;
            Node rewritten = node.Operator is BatchNorm2d && !now.ContainsKey(source)
                ? node with { Operator = Fold(node, source), Inputs = [.. source.Inputs.Select(input => now[input])] }
                : node with { Inputs = [.. node.Inputs.Select(input => now[input])] };
            if (node.Operator is BatchNorm2d && !now.ContainsKey(source))
            {
                pairs[source] = rewritten;
            }
            now[node] = rewritten;
            nodes.Add(rewritten);
        }
        if (namesInside)
        {
            now = now.Concat(pairs).ToDictionary();
        }
        return new Network(nodes, now[network.Output],
            [.. network.Layers.Where(layer => now.ContainsKey(layer.Node)).Select(layer => layer with { Node = now[layer.Node] })]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Parameter parameter in _folded.Values.SelectMany(convolution => convolution.Parameters))
        {
            parameter.Dispose();
        }
        _folded.Clear();
    }

    private Conv2d Fold(Node batchNorm, Node convolution)
    {
        if (_folded.TryGetValue(batchNorm, out Conv2d? known))
        {
            return known;
        }
        using DisposeScope scope = NewDisposeScope();
        using IDisposable untracked = no_grad();
        var (conv, norm) = ((Conv2d)convolution.Operator, (BatchNorm2d)batchNorm.Operator);
        // In float64, so that folding costs no more than the one rounding at the end.
        Tensor scale = norm.Weight.Value.to(float64) / norm.RunningVar.Value.to(float64).Plus(norm.Eps).sqrt();
        Tensor mean = norm.RunningMean.Value.to(float64);
        Tensor shift = conv.Bias is null ? -mean : conv.Bias.Value.to(float64) - mean;
        Parameter weight = Parameter(convolution.Name + ".weight", conv.Weight.Value.to(float64) * scale.view(-1, 1, 1, 1));
        Parameter bias = Parameter(batchNorm.Name + ".bias", (shift * scale).Plus(norm.Bias.Value.to(float64)));
        return _folded[batchNorm] = conv with { Weight = weight, Bias = bias };
    }

    private static Parameter Parameter(string name, Tensor value)
    {
        var parameter = new Parameter(name, value.shape);
        parameter.Load(value.to(float32));
        return parameter;
    }
}
