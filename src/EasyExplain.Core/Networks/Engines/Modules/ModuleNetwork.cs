using EasyExplain.Networks.Operators;
using TorchSharp;
using static TorchSharp.torch;
using TensorModule = TorchSharp.torch.nn.Module<TorchSharp.torch.Tensor, TorchSharp.torch.Tensor>;

namespace EasyExplain.Networks.Engines.Modules;

/// <summary>Names the layers of a user's own TorchSharp module: those that take part in one run of it.</summary>
internal static class ModuleNetwork
{
    /// <summary>
    /// Runs <paramref name="module"/> once, on zeros <c>[1, channels, height, width]</c>, and takes down what ran, in which order, and what
    /// came out.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// It does not make <c>[1, classes]</c> of that, or runs none of its submodules by <c>call</c>.
    /// </exception>
    public static Network Of(TensorModule module, int channels, int height, int width)
    {
        (TensorModule Module, string Name)[] known =
            [.. module.named_modules().Where(named => named.name.Length > 0 && named.module is TensorModule)
                .Select(named => ((TensorModule)named.module, named.name))];
        List<string> begun = [];
        Dictionary<string, (int Order, long[] Shape)> ended = [];
        long[] logits;
        var hooks = new List<Action>();
        using (DisposeScope scope = NewDisposeScope())
        using (no_grad())
        {
            try
            {
                foreach (var (layer, name) in known)
                {
                    var before = layer.register_forward_pre_hook((_, input) =>
                    {
                        begun.Add(name);
                        return input;
                    });
                    var after = layer.register_forward_hook((_, _, output) =>
                    {
                        ended[name] = (ended.Count == 0 ? 0 : ended.Values.Max(end => end.Order) + 1, output.shape[1..]);
                        return output;
                    });
                    hooks.AddRange([before.remove, after.remove]);
                }
                using Tensor zero = zeros(1, channels, height, width, device: module.parameters().FirstOrDefault()?.device ?? CPU);
                logits = module.call(zero).shape;
            }
            finally
            {
                hooks.ForEach(remove => remove());
            }
        }
        if (logits is not [1, > 0])
        {
            throw new ArgumentException($"It makes [{string.Join(", ", logits)}] of [1, {channels}, {height}, {width}], not the logits " +
                $"[1, classes]");
        }
        if (ended.Count == 0)
        {
            throw new ArgumentException("None of its submodules runs by call(), where alone a layer can be looked at; its forward may " +
                "use forward() instead");
        }

        ILookup<string, Parameter> parameters = module.named_parameters()
            .ToLookup(named => OwnerOf(named.name), named => new Parameter(named.name, named.parameter.shape));
        var input = new Node(new Input(), [], "");
        Dictionary<string, TensorModule> modules = known.ToDictionary(layer => layer.Name, layer => layer.Module);
        Dictionary<string, Node> nodes = ended.OrderBy(end => end.Value.Order)
            .ToDictionary(end => end.Key, end =>
            new Node(new ModuleOutput(modules[end.Key], end.Value.Shape, [.. parameters[end.Key]]), [input], end.Key));
        // What none of them declares: the module's own, and those of submodules of another kind.
        Parameter[] rest = [.. parameters.Where(owned => !nodes.ContainsKey(owned.Key)).SelectMany(owned => owned)];
        var output = new Node(new ModuleOutput(module, logits[1..], rest), [.. nodes.Values], "");
        return new Network([input, .. nodes.Values, output], output,
            [.. begun.Distinct().Where(nodes.ContainsKey).Select(name => new Layer(name, nodes[name].Operator.Type, nodes[name]))])
        {
            NamesLayersOnly = true,
        };
    }

    private static string OwnerOf(string parameter) => parameter.LastIndexOf('.') is var dot and >= 0 ? parameter[..dot] : "";
}
