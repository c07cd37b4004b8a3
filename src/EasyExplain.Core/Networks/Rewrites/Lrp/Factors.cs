using EasyExplain.Networks.Operators;

namespace EasyExplain.Networks.Rewrites.Lrp;

/// <summary>
/// Takes out of a way back what does not depend on the relevance: (s·a)/z becomes s·(a/z), and s·a + t·a becomes (s + t)·a. What is then
/// known before the way back begins is one factor a layer in place of two, and half as much is to be kept and gone through.
/// </summary>
internal sealed class Factors
{
    private readonly HashSet<Node> _relevant; // what depends on the relevance
    private readonly List<Node> _made = [];
    private readonly Dictionary<Node, (Node Relevant, Node Known)> _products = [];

    private Factors(Node start) => _relevant = [start];

    /// <summary>The same way with its factors taken out.</summary>
    public static Backpropagation TakenOut(Backpropagation back)
    {
        var factors = new Factors(back.Start);
        var now = new Dictionary<Node, Node>();
        foreach (Node node in back.Nodes.Skip(1))
        {
            now[node] = factors.Rewritten(node, [.. node.Inputs.Select(source => now.GetValueOrDefault(source, source))]);
        }
        Node[] results = [.. back.Results.Select(result => now.GetValueOrDefault(result, result))];
        HashSet<Node> read = [.. results];
        foreach (Node node in Enumerable.Reverse(factors._made).Where(read.Contains))
        {
            read.UnionWith(node.Inputs);
        }
        return new Backpropagation(back.Start, [back.Start, .. factors._made.Where(read.Contains)], results);
    }

    private Node Rewritten(Node node, Node[] inputs)
    {
        switch (node.Operator, inputs)
        {
            case (Divide, [var r, var z]) when !_relevant.Contains(z) && _products.TryGetValue(r, out var product):
                return Product(product.Relevant, Made(new Divide(), [product.Known, z], node.Name), node.Name);
            case (Add, [var r, var other]) when _products.TryGetValue(r, out var one) && _products.TryGetValue(other, out var two)
                && one.Known == two.Known:
                return Product(Made(new Add(), [one.Relevant, two.Relevant], node.Name), one.Known, node.Name);
            case (Multiply, [var a, var b]) when _relevant.Contains(a) != _relevant.Contains(b):
                return _relevant.Contains(a) ? Product(a, b, node.Name) : Product(b, a, node.Name);
            default:
                return Made(node.Operator, inputs, node.Name);
        }
    }

    private Node Product(Node relevant, Node known, string name)
    {
        Node product = Made(new Multiply(), [relevant, known], name);
        _products[product] = (relevant, known);
        return product;
    }

    private Node Made(Operator @operator, Node[] inputs, string name)
    {
        var node = new Node(@operator, inputs, name);
        if (inputs.Any(_relevant.Contains))
        {
            _relevant.Add(node);
        }
        _made.Add(node);
        return node;
    }
}
