using System.Globalization;
using System.Text.Json;
using EasyExplain.Import.TorchScript;

namespace EasyExplain.Import.Exported;

/// <summary>Follows the operations of an exported graph one after the other: they are ATen's, which <see cref="Aten"/> knows.</summary>
/// <param name="aten">Does them.</param>
/// <param name="recorder">Takes down the network.</param>
/// <param name="scopes">Names the layers.</param>
/// <param name="batch">Opens the batch of a graph that was exported for a fixed one; null for others.</param>
/// <param name="isSized">Whether the picture has the size that it was exported for.</param>
internal sealed class ExportedWalk(Aten aten, NetworkRecorder recorder, ExportedScopes scopes, ExportedBatch? batch, bool isSized)
{
    private const int DeepestGraph = 16;
    private const string Operators = "torch.ops.", OfAten = "aten.", OfPrims = "prims.", OfPython = "_operator.", OfNumbers = "math.";

    private static readonly string[] Reshapes = ["view", "reshape", "_unsafe_view", "view_copy", "_reshape_copy"];

    // Python's operators and functions on sizes, by the names that they have in ATen.
    private static readonly Dictionary<string, string> Python = new(StringComparer.Ordinal)
    {
        ["truediv"] = "div",
        ["mod"] = "remainder",
        ["not_"] = "__not__",
        ["and_"] = "__and__",
        ["or_"] = "__or__",
        ["sym_not"] = "__not__",
        ["sym_int"] = "Int",
        ["sym_float"] = "Float",
        ["sym_max"] = "max",
        ["sym_min"] = "min",
        ["getitem"] = "__getitem__",
    };

    /// <summary>Follows a graph; what its operations make is added to the values.</summary>
    /// <exception cref="InvalidDataException">It is broken.</exception>
    /// <exception cref="NotSupportedException">It does something that is not known here.</exception>
    public void Follow(JsonElement graph, Dictionary<string, object?> values) => Follow(graph, values, 0);

    /// <summary>What an argument of the graph stands for.</summary>
    public static object? Value(JsonElement argument, IReadOnlyDictionary<string, object?> values)
    {
        (string kind, JsonElement value) = argument.Union();
        return kind switch
        {
            "as_none" or "as_memory_format" or "as_layout" or "as_device" => null,
            "as_tensor" => Named(value.Name()),
            "as_tensors" => List(value, item => Named(item.Name())),
            "as_optional_tensor" or "as_sym_int" or "as_sym_float" or "as_sym_bool" => Value(value, values),
            "as_optional_tensors" or "as_sym_ints" or "as_sym_floats" or "as_sym_bools" => List(value, item => Value(item, values)),
            "as_name" => Named(value.GetString()!),
            "as_int" => new Size(value.GetInt64()),
            "as_ints" => List(value, item => new Size(item.GetInt64())),
            "as_float" => Real(value),
            "as_floats" => List(value, item => Real(item)),
            "as_bool" => value.GetBoolean(),
            "as_bools" => List(value, item => item.GetBoolean()),
            "as_string" => value.GetString(),
            "as_scalar_type" => new Size(ExportedTypes.OfAten(value.GetInt64())),
            "as_graph" => value,
            _ => throw new NotSupportedException($"an argument of the kind '{kind}'"),
        };

        object? Named(string name) => values.TryGetValue(name, out object? known) ? known
            : throw new InvalidDataException($"The graph reads '{name}', which nothing makes before.");

        static List<object?> List(JsonElement items, Func<JsonElement, object?> read) => [.. items.EnumerateArray().Select(read)];
    }

    private static double Real(JsonElement number) => number.ValueKind == JsonValueKind.Number ? number.GetDouble()
        : number.GetString() switch
        {
            "Infinity" => double.PositiveInfinity,
            "-Infinity" => double.NegativeInfinity,
            "NaN" => double.NaN,
            var other => throw new InvalidDataException($"The graph has '{other}' where a number belongs."),
        };

    private void Follow(JsonElement graph, Dictionary<string, object?> values, int depth)
    {
        if (depth > DeepestGraph)
        {
            throw new InvalidDataException($"The graph has graphs in it, more than {DeepestGraph} deep.");
        }
        JsonElement? metas = graph.Maybe("tensor_values");
        foreach (JsonElement node in graph.Get("nodes").EnumerateArray())
        {
            IReadOnlyList<(string Name, string Type)> modules = ExportedScopes.Of(node);
            aten.Layer = modules.Count > 0 ? modules[^1].Name : "";
            object? made = Make(node, values, depth);
            foreach (var (name, value) in Outputs(node.Get("outputs"), made))
            {
                if (!values.TryAdd(name, value))
                {
                    throw new InvalidDataException($"The graph has two values with the name '{name}'.");
                }
                Check(name, value, metas);
            }
            if (First(made)?.Node is { } output)
            {
                scopes.Name(modules, output);
            }
        }
    }

    private object? Make(JsonElement node, Dictionary<string, object?> values, int depth)
    {
        string target = node.Get("target").GetString()!;
        var positional = new List<object?>();
        var named = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (JsonElement input in node.Get("inputs").EnumerateArray())
        {
            object? value = Value(input.Get("arg"), values);
            if (input.Maybe("kind")?.GetInt64() == 2)
            {
                named[input.Name()] = value;
            }
            else
            {
                positional.Add(value);
            }
        }
        if (target.StartsWith(Operators + "higher_order.wrap_with_", StringComparison.Ordinal))
        {
            return Inner(positional, depth); // only a mode is set in it, such as that no gradients are wanted
        }
        string name = NameOf(target);
        if (batch is not null)
        {
            OpenBatch(name, positional);
        }
        return aten.Call("torch." + name, positional, named);
    }

    /// <summary>A graph in the graph: its arguments come behind it.</summary>
    private object? Inner(List<object?> arguments, int depth)
    {
        int at = arguments.FindIndex(argument => argument is JsonElement);
        JsonElement graph = at >= 0 ? ((JsonElement)arguments[at]!).Get("graph") : throw new InvalidDataException("It calls no graph.");
        JsonElement[] inputs = [.. graph.Get("inputs").EnumerateArray()];
        if (inputs.Length != arguments.Count - at - 1)
        {
            throw new InvalidDataException($"A graph in the graph takes {inputs.Length} values, and is given {arguments.Count - at - 1}.");
        }
        var within = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (input, value) in inputs.Zip(arguments.Skip(at + 1)))
        {
            foreach (var (name, given) in Outputs(input, value))
            {
                within[name] = given;
            }
        }
        string outer = aten.Layer;
        Follow(graph, within, depth + 1);
        aten.Layer = outer;
        return graph.Get("outputs").EnumerateArray().Select(output => Value(output, within)).ToList();
    }

    private static string NameOf(string target)
    {
        string rest = target.StartsWith(Operators, StringComparison.Ordinal) ? target[Operators.Length..] : target;
        if (rest.StartsWith(OfAten, StringComparison.Ordinal) || rest.StartsWith(OfPrims, StringComparison.Ordinal))
        {
            return rest.Split('.')[1];
        }
        return rest.StartsWith(OfPython, StringComparison.Ordinal) || rest.StartsWith(OfNumbers, StringComparison.Ordinal)
            || rest.StartsWith("torch.sym_", StringComparison.Ordinal)
            ? rest.Split('.')[1] is var word && Python.TryGetValue(word, out string? known) ? known : word
            : rest.Replace('.', ':'); // of somebody's own library, which no name here may be taken for
    }

    private void OpenBatch(string name, List<object?> arguments)
    {
        if (arguments is [ScriptTensor x, IEnumerable<object?> sizes, ..] && (Reshapes.Contains(name) || name is "expand" or "repeat"))
        {
            Size[] target = [.. sizes.Select(Aten.SizeOf)];
            IReadOnlyList<Size> shape = ShapeOf(x);
            arguments[1] = (name is "expand" or "repeat" ? name == "expand" || x.Node is null ? batch!.Expanded(shape, target) : target
                : batch!.Reshaped(shape, target)).Select(size => (object?)size).ToList();
        }
        else if (name == "cat" && arguments is [List<object?> parts, ..])
        {
            long dim = arguments.Count > 1 ? Aten.Integer(arguments[1]) : 0;
            IReadOnlyList<Size>[] shapes = [.. parts.Select(part => part is ScriptTensor tensor ? ShapeOf(tensor) : [])];
            for (int i = 0; i < parts.Count; i++)
            {
                if (batch!.Joined(shapes[i], shapes, dim) is { } target)
                {
                    parts[i] = aten.Call("torch.expand", [parts[i], target.Select(size => (object?)size).ToList()],
                        new Dictionary<string, object?>());
                }
            }
        }
    }

    /// <summary>The names of what an operation makes, with their values: a list's have one each.</summary>
    private static IEnumerable<(string Name, object? Value)> Outputs(JsonElement outputs, object? made)
    {
        if (outputs.ValueKind != JsonValueKind.Array)
        {
            (string kind, JsonElement value) = outputs.Union();
            return kind switch
            {
                "as_tensor" => [(value.Name(), made)],
                "as_sym_int" or "as_sym_float" or "as_sym_bool" when value.Maybe("as_name") is { } name => [(name.GetString()!, made)],
                "as_tensors" => Each([.. value.EnumerateArray().Select(item => item.Name())], made),
                _ => [],
            };
        }
        JsonElement[] all = [.. outputs.EnumerateArray()];
        return all.Length == 1 ? Outputs(all[0], made is List<object?> { Count: 1 } list && !all[0].TryGetProperty("as_tensors", out _)
            ? list[0] : made)
            : all.Zip(Items(made, all.Length)).SelectMany(pair => Outputs(pair.First, pair.Second));
    }

    private static IEnumerable<(string Name, object? Value)> Each(string[] names, object? made) => names.Zip(Items(made, names.Length));

    private static IReadOnlyList<object?> Items(object? made, int count) => made switch
    {
        Unknown => [.. Enumerable.Repeat(made, count)],
        IReadOnlyList<object?> items when items.Count >= count => items,
        _ when count == 0 => [],
        _ => throw new InvalidDataException($"The graph takes {count} values of an operation that makes fewer."),
    };

    private static ScriptTensor? First(object? made) => made switch
    {
        ScriptTensor tensor => tensor,
        IReadOnlyList<object?> items => items.OfType<ScriptTensor>().FirstOrDefault(),
        _ => null,
    };

    /// <summary>What the graph notes of a value must be so: else it was taken for another than it is.</summary>
    private void Check(string name, object? value, JsonElement? metas)
    {
        if (value is not ScriptTensor { Content: PictureValue or FixedTensor } tensor
            || metas?.Maybe(name)?.Maybe("sizes") is not { } noted)
        {
            return;
        }
        IReadOnlyList<Size> shape = ShapeOf(tensor);
        JsonElement[] sizes = [.. noted.EnumerateArray()];
        if (sizes.Length != shape.Count || (isSized && sizes.Zip(shape).Any(pair =>
            pair.First.Maybe("as_int") is { } size && size.GetInt64() != pair.Second.At(batch?.Pictures ?? 1))))
        {
            throw new NotSupportedException(string.Create(CultureInfo.InvariantCulture,
                $"'{name}' should be [{string.Join(", ", sizes.Select(size => size.Maybe("as_int")?.ToString() ?? "?"))}], and would be " +
                $"[{string.Join(", ", shape.Select(size => size.At(batch?.Pictures ?? 1)))}]"));
        }
    }

    private IReadOnlyList<Size> ShapeOf(ScriptTensor tensor) => tensor.Content switch
    {
        PictureValue picture => recorder.Shape(picture.Node),
        FixedTensor known => [.. known.Shape.Select(size => new Size(size))],
        _ => [],
    };
}
