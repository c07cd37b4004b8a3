using System.Globalization;
using System.Text;

namespace EasyExplain.Import.TorchScript;

// Lists, dictionaries, texts, and what asks about values.
internal sealed partial class Aten
{
    private const int LongestText = 10_000;

    /// <summary><c>owner[index] = value</c>.</summary>
    public static void SetItem(object? owner, object? index, object? value)
    {
        switch (owner)
        {
            case List<object?> list: list[Position(index, list.Count)] = value; break;
            case Dictionary<object, object?> dictionary
                when index is not null && dictionary.Count < LongestList:
                dictionary[index] = value; break;
            default: throw new InvalidDataException("The code sets an item of something that has none.");
        }
    }

    private static int Position(object? index, int count)
    {
        long position = Integer(index);
        position += position < 0 ? count : 0;
        return position >= 0 && position < count ? (int)position
            : throw new InvalidDataException($"The code asks for item {position} of a list of {count}.");
    }

    private static IReadOnlyList<object?> ListOf(object? value) => value switch
    {
        List<object?> list => list,
        object?[] tuple => tuple,
        ScriptObject { Path: null } tuple => [.. tuple.Attributes.Values],
        Dictionary<object, object?> dictionary => [.. dictionary.Keys],
        string text => [.. text.Select(letter => (object?)letter.ToString())],
        _ => throw new InvalidDataException("The code takes something for a list that is none."),
    };

    private static List<object?> Grown(List<object?> list) =>
        list.Count <= LongestList ? list : throw new InvalidDataException($"The code makes a list of more than {LongestList} items.");

    private static string Bounded(string text) =>
        text.Length <= LongestText ? text : throw new InvalidDataException("The code makes a text without end.");

    private void AddPlain()
    {
        _functions["RaiseException"] = call => throw Raised(call[0]);
        _functions["warn"] = _ => null;
        _functions["print"] = _ => null;
        _functions["format"] = call => Bounded(Format(call.Text(0), [.. call.Positional.Skip(1)]));
        _functions["percentFormat"] = call => call.Text(0);
        _functions["str"] = call => Bounded(Shown(call[0]));
        _functions["find"] = call => new Size(call.Text(0).IndexOf(call.Text(1), StringComparison.Ordinal));
        _functions["startswith"] = call => call.Text(0).StartsWith(call.Text(1), StringComparison.Ordinal);
        _functions["endswith"] = call => call.Text(0).EndsWith(call.Text(1), StringComparison.Ordinal);
        _functions["lower"] = call => call.Text(0).ToLowerInvariant();
        _functions["join"] = call => Bounded(string.Join(call.Text(0), ListOf(call[1]).Select(Shown)));
        _functions["all"] = call => call[0] is ScriptTensor ? Compute(() => FixedOf(call.Value(0)).Value.all())
            : ListOf(call[0]).All(item => (bool)NumberOf("bool", item));
        _functions["any"] = call => call[0] is ScriptTensor ? Compute(() => FixedOf(call.Value(0)).Value.any())
            : ListOf(call[0]).Any(item => (bool)NumberOf("bool", item));
        _functions["sorted"] = call => ListOf(call[0]).OrderBy(Real).ToList();
        _functions["__is__"] = call => Same(call[0], call[1]);
        _functions["__isnot__"] = call => !Same(call[0], call[1]);
        _functions["__not__"] = call => !call.Flag(0);
        _functions["append"] = call =>
        {
            if (call[0] is not List<object?> list)
            {
                throw new InvalidDataException("The code appends to something that is no list.");
            }
            list.Add(call[1]);
            return Grown(list);
        };
        _functions["extend"] = call =>
        {
            var list = (List<object?>)ListOf(call[0]);
            list.AddRange(ListOf(call[1]).ToArray());
            Grown(list);
            return null;
        };
        _functions["insert"] = call =>
        {
            var list = (List<object?>)ListOf(call[0]);
            list.Insert((int)Math.Clamp(call.Integer(1), 0, list.Count), call[2]);
            Grown(list);
            return null;
        };
        _functions["pop"] = call =>
        {
            var list = (List<object?>)ListOf(call[0]);
            int position = Position(call[1] ?? new Size(-1), list.Count);
            object? item = list[position];
            list.RemoveAt(position);
            return item;
        };
        _functions["reverse"] = call =>
        {
            ((List<object?>)ListOf(call[0])).Reverse();
            return null;
        };
        _functions["clear"] = call =>
        {
            ((List<object?>)ListOf(call[0])).Clear();
            return null;
        };
        _functions["copy"] = call => call[0] is Dictionary<object, object?> dictionary ? new Dictionary<object, object?>(dictionary)
            : ListOf(call[0]).ToList();
        _functions["list"] = call => ListOf(call[0]).ToList();
        _functions["_set_item"] = call =>
        {
            SetItem(call[0], call[1], call[2]);
            return call[0];
        };
        _functions["__getitem__"] = call => call[0] switch
        {
            Dictionary<object, object?> dictionary => call[1] is { } key && dictionary.TryGetValue(key, out object? value)
                ? value : throw new InvalidDataException("The code asks a dictionary for a key that it does not have."),
            ScriptObject { Path: not null } modules =>
                modules.Attributes.GetValueOrDefault(call[1] as string ?? Integer(call[1]).ToString(CultureInfo.InvariantCulture)),
            ScriptTensor tensor => Entry(tensor, 0, call.Integer(1)),
            _ => ListOf(call[0]) is var list ? list[Position(call[1], list.Count)] : null,
        };
        _functions["get"] = call => call[0] is Dictionary<object, object?> dictionary && call[1] is { } key
            && dictionary.TryGetValue(key, out object? value) ? value : call[2];
        _functions["keys"] = call => ((Dictionary<object, object?>)call[0]!).Keys.Select(key => (object?)key).ToList();
        _functions["values"] = call => ((Dictionary<object, object?>)call[0]!).Values.ToList();
        _functions["items"] = call => ((Dictionary<object, object?>)call[0]!)
            .Select(pair => (object?)new object?[] { pair.Key, pair.Value }).ToList();
        _functions["dict"] = call => call[0] is Dictionary<object, object?> given ? new Dictionary<object, object?>(given)
            : new Dictionary<object, object?>();
        _functions["__contains__"] = call => call[0] is Dictionary<object, object?> dictionary
            ? call[1] is { } key && dictionary.ContainsKey(key)
            : ListOf(call[0]).Any(item => Equal(item, call[1]));
        _functions["len"] = call => call[0] is ScriptTensor { Content: var tensor } ? ShapeOf(tensor)[0]
            : new Size(call[0] is ScriptObject { Path: not null } modules ? modules.Attributes.Values.OfType<ScriptObject>().Count()
            : ListOf(call[0]).Count);
        _functions["unchecked_unwrap_optional"] = call => call[0];
        _functions["_unwrap_optional"] = call => call[0] ?? throw new InvalidDataException("The code needs a value that is None.");
        _functions["TupleIndex"] = _functions["__getitem__"];
        _functions["range"] = call => throw new NotSupportedException("range as a value");
        _functions["device"] = call => call[0] is string name ? name : "cpu";
        _functions["dtype"] = call => new Size(call[0] is ScriptTensor { Content: FixedTensor known } ? (long)known.Type
            : (long)TorchSharp.torch.ScalarType.Float32);
        _functions["requires_grad"] = call => call[0] is ScriptTensor { Content: FixedTensor known } && !known.IsBuffer;
        _functions["is_cuda"] = _functions["is_quantized"] = _functions["is_sparse"] = _functions["is_mkldnn"] = _functions["is_nested"] =
            _functions["is_complex"] = _functions["is_scripting_off"] = _functions["is_autocast_enabled"] = _ => false;
        _functions["is_floating_point"] = call => call[0] is not ScriptTensor { Content: SizesValue } and
            not ScriptTensor { Content: FixedTensor { Type: not TorchSharp.torch.ScalarType.Float32 } };
        _functions["is_grad_enabled"] = _functions["is_scripting"] = _functions["is_contiguous"] = _ => true;
        _functions["is_tracing"] = _functions["has_torch_function"] = _functions["_has_torch_function"] = _ => false;
    }

    private static bool Same(object? a, object? b) =>
        a is null || b is null ? a is null && b is null : a is bool or Size or double or string ? a.Equals(b) : ReferenceEquals(a, b);

    private static bool Equal(object? a, object? b) => (a, b) switch
    {
        (IReadOnlyList<object?> left, IReadOnlyList<object?> right) =>
            left.Count == right.Count && left.Zip(right, Equal).All(same => same),
        (Size left, double right) => left.IsFixed && left.Fixed == right,
        (double left, Size right) => right.IsFixed && left == right.Fixed,
        _ => Equals(a, b),
    };

    private static string Format(string format, object?[] values)
    {
        var text = new StringBuilder();
        string[] parts = format.Split("{}");
        for (int i = 0; i < parts.Length; i++)
        {
            text.Append(parts[i]).Append(i < parts.Length - 1 && i < values.Length ? Shown(values[i]) : "");
        }
        return text.ToString();
    }

    private static string Shown(object? value) => value switch
    {
        null => "None",
        Size { IsFixed: true } size => size.Fixed.ToString(CultureInfo.InvariantCulture),
        Size => "N",
        IReadOnlyList<object?> items =>
            $"[{string.Join(", ", items.Take(20).Select(item => item is IReadOnlyList<object?> ? "…" : Shown(item)))}]",
        string or bool or double => Convert.ToString(value, CultureInfo.InvariantCulture)!,
        _ => "a tensor",
    };
}
