#pragma warning disable
using TorchSharp;
using EasyExplain.Networks.Operators;
using static TorchSharp.torch;
namespace EasyExplain.Networks.Import;
internal sealed class NetworkRecorder
{
    readonly List<Node> _nodes = []; readonly Dictionary<Node, Size[]> _shapes = []; readonly List<Layer> _layers = [];
    public NetworkRecorder(long c, long h, long w) { Input = new Node(new Input(), [], ""); _nodes.Add(Input); _shapes[Input] = [new(0, 1), c, h, w]; }
    public Node Input { get; }
    public Node Call(string name, Operator op, params Node[] inputs)
    {
        long[] two = Shape(op, inputs, 2), three = Shape(op, inputs, 3);
        var node = new Node(op, inputs, name);
        _shapes[node] = [.. two.Zip(three, (a, b) => a == b ? new Size(a) : new Size(a - 2 * (b - a), b - a))];
        _nodes.Add(node);
        return node;
    }
    long[] Shape(Operator op, Node[] inputs, long n)
    {
        if (op is Conv2d or ConvTranspose2d) return [n, .. op.OutputShape([.. inputs.Select(i => _shapes[i].Skip(1).Select(s => s.Fixed).ToArray())])];
        using var scope = NewDisposeScope();
        using var ng = no_grad();
        Parameter[] ps = [.. op.Parameters.Distinct()];
        Tensor[] kept = [.. ps.Select(p => p.Value.alias().DetachFromDisposeScope())];
        try
        {
            foreach (var p in ps) p.Load(empty([.. p.Shape], device: META));
            return op.Run([.. inputs.Select(i => empty([.. _shapes[i].Select(s => s.At(n))], device: META))]).shape;
        }
        catch (System.Runtime.InteropServices.ExternalException e) when (e.Message.Contains("meta", StringComparison.OrdinalIgnoreCase))
        {
            if (inputs.Length == 1 && op is ReLU or BatchNorm2d or LayerNorm or LayerNormOver or GroupNorm) return [.. _shapes[inputs[0]].Select(s => s.At(n))];
            for (int i = 0; i < ps.Length; i++) ps[i].Load(kept[i].alias());
            return op.Run([.. inputs.Select(i => zeros([.. _shapes[i].Select(s => s.At(n))]))]).shape;
        }
        finally { for (int i = 0; i < ps.Length; i++) ps[i].Load(kept[i]); }
    }
    public IReadOnlyList<Size> Shape(Node node) => _shapes[node];
    public void Layer(string name, string type, Node output) { _layers.RemoveAll(l => l.Name == name); _layers.Add(new(name, type, output)); }
    public Network Build(Node output) => new(_nodes, output, _layers);
}
