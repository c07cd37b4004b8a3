#pragma warning disable
using TorchSharp;
using EasyExplain.Networks.Operators;
using static TorchSharp.torch;
namespace EasyExplain.Networks.Import;
internal readonly record struct Size(long Fixed, long PerPicture = 0)
{
    public static implicit operator Size(long s) => new(s);
    public bool IsFixed => PerPicture == 0;
    public long At(long n) => Fixed + n * PerPicture;
    public static Size operator +(Size a, Size b) => new(a.Fixed + b.Fixed, a.PerPicture + b.PerPicture);
    public static Size operator -(Size a, Size b) => new(a.Fixed - b.Fixed, a.PerPicture - b.PerPicture);
    public static Size operator *(Size a, Size b) => !a.IsFixed && !b.IsFixed ? throw new NotSupportedException("N*N") : new(checked(a.Fixed * b.Fixed), checked(a.Fixed * b.PerPicture + b.Fixed * a.PerPicture));
    public static Size operator /(Size a, Size b) => b.IsFixed ? new(a.Fixed / b.Fixed, a.PerPicture / b.Fixed) : new(a.PerPicture / b.PerPicture);
    static bool Ask(Size a, Size b, Func<long, long, bool> f) => f(a.At(2), b.At(2)) is var x && x == f(a.At(3), b.At(3)) ? x : throw new NotSupportedException("batch size");
    public static bool operator <(Size a, Size b) => Ask(a, b, (x, y) => x < y);
    public static bool operator >(Size a, Size b) => Ask(a, b, (x, y) => x > y);
    public static bool operator <=(Size a, Size b) => Ask(a, b, (x, y) => x <= y);
    public static bool operator >=(Size a, Size b) => Ask(a, b, (x, y) => x >= y);
}
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
