using System.Globalization;
using System.Runtime.CompilerServices;
using EasyExplain.Import.TorchScript.Code;
using EasyExplain.Networks;
using Attribute = EasyExplain.Import.TorchScript.Code.Attribute;
using Range = EasyExplain.Import.TorchScript.Code.Range;

namespace EasyExplain.Import.TorchScript;

/// <summary>
/// Follows a script from the picture to its result. Integers and decisions are worked out on the way; what is done to tensors is written
/// down by <see cref="Aten"/>. Each call of a module is a layer.
/// </summary>
internal sealed class Interpreter
{
    private const long MostSteps = 2_000_000;
    private const int DeepestCall = 150;
    private const int DeepestResult = 8;
    private const int MostResults = 1000;

    private readonly TorchScriptArchive _archive;
    private readonly Aten _aten;
    private readonly Dictionary<string, int> _layerAt = new(StringComparer.Ordinal);
    private readonly List<Layer?> _layers = [];
    private long _steps;
    private int _depth;

    /// <summary>One for a single run of the archive's root module.</summary>
    public Interpreter(TorchScriptArchive archive, Aten aten)
    {
        _archive = archive;
        _aten = aten;
    }

    /// <summary>The layers in the order in which their modules were first called, parents before children.</summary>
    public IEnumerable<Layer> Layers => _layers.OfType<Layer>();

    /// <summary>What the model makes of <paramref name="picture"/>.</summary>
    /// <exception cref="NotSupportedException">
    /// A decision depends on what the picture shows, or on what an operator that is missing would make.
    /// </exception>
    /// <exception cref="InvalidDataException">The code is broken, or has no end.</exception>
    public object? Run(ScriptTensor picture) => Method(_archive.Root, "forward", [picture], new Dictionary<string, object?>());

    /// <summary>Whether what the model takes first has this name.</summary>
    public bool Takes(string name) =>
        ClassOf(_archive.Root.Class)?.Methods.GetValueOrDefault("forward")?.Parameters is [_, var (first, _), ..] && first == name;

    // ---- calls

    private object? Method(ScriptObject self, string name, IReadOnlyList<object?> arguments, IReadOnlyDictionary<string, object?> named)
    {
        Function method = ClassOf(self.Class)?.Methods.GetValueOrDefault(name)
            ?? throw new InvalidDataException($"The archive has no code for '{name}' of {Shown(self.Class)}.");
        bool isLayer = self.Path is { Length: > 0 } && name.StartsWith("forward", StringComparison.Ordinal);
        int place = isLayer ? Reserve(self.Path!) : 0;
        string outer = _aten.Layer;
        _aten.Layer = self.Path ?? outer;
        object? result = Invoke(method, [self, .. arguments], named);
        _aten.Layer = outer;
        if (isLayer && Tensors(result).FirstOrDefault(tensor => tensor.Node is not null)?.Node is { } output)
        {
            _layers[place] = new Layer(self.Path!, self.Type, output);
        }
        return result;
    }

    private object? Invoke(Function function, IReadOnlyList<object?> arguments, IReadOnlyDictionary<string, object?> named)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        if (++_depth > DeepestCall)
        {
            throw new InvalidDataException($"The code's functions call each other more than {DeepestCall} deep: a recursion without end?");
        }
        var frame = new Frame();
        if (arguments.Count > function.Parameters.Count)
        {
            throw new InvalidDataException(
                $"The code gives '{Shown(function.Name)}' {arguments.Count} arguments; it takes {function.Parameters.Count}.");
        }
        for (int i = 0; i < function.Parameters.Count; i++)
        {
            (string name, Expression? otherwise) = function.Parameters[i];
            frame.Variables[name] = i < arguments.Count ? arguments[i]
                : named.TryGetValue(name, out object? given) ? given
                : otherwise is not null ? Evaluate(otherwise, frame)
                : throw new InvalidDataException(
                $"The code calls '{Shown(function.Name)}' without its '{Shown(name)}': a model takes one picture and nothing else.");
        }
        Execute(function.Body, frame);
        _depth--;
        return frame.Result;
    }

    private object? Call(Call call, Frame frame)
    {
        if (call.Function is Attribute { Owner: var ownerOf, Name: var method } && Evaluate(ownerOf, frame) is var owner and not ScriptName)
        {
            if (owner is Unknown)
            {
                return owner;
            }
            return owner is ScriptObject self
                ? self.Attributes.GetValueOrDefault(method) is ScriptName stored ? Named(stored.Name, call, frame)
                : Method(self, method, Arguments(call, frame), NamedArguments(call, frame))
                : throw new InvalidDataException($"The code calls '{Shown(method)}' of something that is no object.");
        }
        if (call.Function is Variable { Name: var word } && !frame.Variables.ContainsKey(word))
        {
            return Word(word, call, frame);
        }
        return Evaluate(call.Function, frame) switch
        {
            ScriptName name => Named(name.Name, call, frame),
            Unknown unknown => unknown,
            _ => throw new InvalidDataException("The code calls something that is not a function."),
        };
    }

    /// <summary>
    /// What the serialised language has beside Python's: casts, of which only those of tensors to numbers do anything, and a few functions.
    /// </summary>
    private object? Word(string word, Call call, Frame frame)
    {
        switch (word, call.Arguments.Count)
        {
            case ("annotate" or "unchecked_cast", 2):
                object? value = Evaluate(call.Arguments[1], frame);
                return call.Arguments[0] is Variable { Name: "int" or "float" or "bool" } type && value is ScriptTensor
                    ? Aten.NumberOf(type.Name, value) : value;
            case ("uninitialized", 1):
                return Unknown.Value;
            case ("isinstance", 2):
                return IsInstance(Evaluate(call.Arguments[0], frame), call.Arguments[1]);
            case ("getattr", 2):
                return AttributeOf(Evaluate(call.Arguments[0], frame), Evaluate(call.Arguments[1], frame) as string ?? "");
            case ("hasattr", 2):
                return Evaluate(call.Arguments[0], frame) is ScriptObject made
                    && made.Attributes.ContainsKey(Evaluate(call.Arguments[1], frame) as string ?? "");
            case ("int" or "float" or "bool", 1):
                return Aten.NumberOf(word, Evaluate(call.Arguments[0], frame));
            default:
                return Named(word, call, frame);
        }
    }

    private object? Named(string name, Call call, Frame frame)
    {
        IReadOnlyList<object?> arguments = Arguments(call, frame);
        IReadOnlyDictionary<string, object?> named = NamedArguments(call, frame);
        if (!name.StartsWith("__torch__.", StringComparison.Ordinal))
        {
            return _aten.Call(name, arguments, named);
        }
        int dot = name.LastIndexOf('.');
        if (_archive.Source(name[..dot])?.Functions.TryGetValue(name[(dot + 1)..], out Function? function) == true)
        {
            return Invoke(function, arguments, named);
        }
        if (name.EndsWith(".__new__", StringComparison.Ordinal))
        {
            return new ScriptObject(name[..dot]);
        }
        if (ClassOf(name) is { } type)
        {
            var made = new ScriptObject(name);
            if (type.Base == "NamedTuple")
            {
                for (int i = 0; i < type.Attributes.Count; i++)
                {
                    (string attribute, Expression? otherwise) = type.Attributes[i];
                    made.Attributes[attribute] = i < arguments.Count ? arguments[i]
                        : named.TryGetValue(attribute, out object? given) ? given
                        : otherwise is null ? null : Evaluate(otherwise, frame);
                }
            }
            else if (type.Methods.ContainsKey("__init__"))
            {
                Method(made, "__init__", arguments, named);
            }
            return made;
        }
        throw new InvalidDataException($"The archive has no code for '{Shown(name)}'.");
    }

    private object?[] Arguments(Call call, Frame frame) => [.. call.Arguments.Select(argument => Evaluate(argument, frame))];

    private Dictionary<string, object?> NamedArguments(Call call, Frame frame)
    {
        var named = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach ((string name, Expression value) in call.Named)
        {
            named[name] = Evaluate(value, frame);
        }
        return named;
    }

    private Class? ClassOf(string name)
    {
        int dot = name.LastIndexOf('.');
        return dot > 0 ? _archive.Source(name[..dot])?.Classes.GetValueOrDefault(name[(dot + 1)..]) : null;
    }

    // ---- statements

    /// <summary>Whether the function has returned.</summary>
    private bool Execute(IReadOnlyList<Statement> statements, Frame frame)
    {
        foreach (Statement statement in statements)
        {
            Step();
            if (Execute(statement, frame))
            {
                return true;
            }
        }
        return false;
    }

    private bool Execute(Statement statement, Frame frame)
    {
        switch (statement)
        {
            case Assignment assignment:
                Assign(assignment, Evaluate(assignment.Value, frame), frame);
                return false;
            case Evaluation evaluation:
                Evaluate(evaluation.Value, frame);
                return false;
            case Branch branch:
                return Execute(Decide(branch, Evaluate(branch.Condition, frame)) ? branch.Then : branch.Otherwise, frame);
            case WhileLoop loop:
                while (Truth(Evaluate(loop.Condition, frame)))
                {
                    Step();
                    if (Execute(loop.Body, frame))
                    {
                        return true;
                    }
                }
                return false;
            case ForLoop loop:
                foreach (object? item in Items(loop.Items, frame))
                {
                    Step();
                    Assign(loop.Target, item, frame);
                    if (Execute(loop.Body, frame))
                    {
                        return true;
                    }
                }
                return false;
            case Return result:
                frame.Result = result.Value is null ? null : Evaluate(result.Value, frame);
                return true;
            case Raise raise when raise.Condition is null || !Truth(Evaluate(raise.Condition, frame)):
                throw Aten.Raised(raise.Message is null ? null : Evaluate(raise.Message, frame));
            default:
                return false;
        }
    }

    /// <summary>An assertion about a tensor that is not known is taken to hold.</summary>
    private static bool Decide(Branch branch, object? condition)
    {
        if (condition is Unknown)
        {
            bool thenRaises = Raises(branch.Then), otherwiseRaises = Raises(branch.Otherwise);
            if (thenRaises != otherwiseRaises)
            {
                return otherwiseRaises;
            }
        }
        return Truth(condition);
    }

    private static bool Raises(IReadOnlyList<Statement> statements) => statements.Any(statement =>
        statement is Raise or Evaluation { Value: Call { Function: Attribute { Name: "RaiseException" } } });

    private IEnumerable<object?> Items(Expression items, Frame frame)
    {
        if (items is Call { Function: Variable { Name: "range" }, Arguments: { Count: >= 1 and <= 3 } bounds })
        {
            long[] limits = [.. bounds.Select(bound => Aten.Integer(Evaluate(bound, frame)))];
            (long start, long end, long step) = limits is [var only] ? (0, only, 1)
                : (limits[0], limits[1], limits.Length > 2 ? limits[2] : 1);
            if (step == 0)
            {
                throw new InvalidDataException("The code has a range whose steps are 0.");
            }
            for (long i = start; step > 0 ? i < end : i > end; i += step)
            {
                yield return new Size(i);
            }
            yield break;
        }
        foreach (object? item in Elements(Evaluate(items, frame)))
        {
            yield return item;
        }
    }

    private void Assign(Assignment assignment, object? value, Frame frame)
    {
        if (!assignment.Unpacks)
        {
            Assign(assignment.Targets[0], value, frame);
            return;
        }
        Assign(new Sequence(assignment.Targets, IsTuple: true), value, frame);
    }

    private void Assign(Expression target, object? value, Frame frame)
    {
        switch (target)
        {
            case Variable variable:
                frame.Variables[variable.Name] = value;
                break;
            case Attribute attribute when Evaluate(attribute.Owner, frame) is ScriptObject owner:
                owner.Attributes[attribute.Name] = value;
                break;
            case Subscript subscript:
                Aten.SetItem(Evaluate(subscript.Owner, frame), Evaluate(subscript.Index, frame), value);
                break;
            case Sequence several:
                IReadOnlyList<object?> values = value is Unknown ? [.. several.Items.Select(_ => value)] : Elements(value);
                if (values.Count != several.Items.Count)
                {
                    throw new InvalidDataException($"The code takes {values.Count} values apart into {several.Items.Count}.");
                }
                for (int i = 0; i < values.Count; i++)
                {
                    Assign(several.Items[i], values[i], frame);
                }
                break;
            default: throw new InvalidDataException("The code assigns to something that is no variable.");
        }
    }

    private void Step()
    {
        if (++_steps > MostSteps)
        {
            throw new InvalidDataException($"The code takes more than {MostSteps} steps: a loop without end?");
        }
    }

    // ---- expressions

    private object? Evaluate(Expression expression, Frame frame)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        Step();
        switch (expression)
        {
            case Literal { Value: long number }: return new Size(number);
            case Literal literal: return literal.Value;
            case Variable variable:
                return frame.Variables.TryGetValue(variable.Name, out object? value) ? value
                : new ScriptName(variable.Name);
            case Attribute attribute: return AttributeOf(Evaluate(attribute.Owner, frame), attribute.Name);
            case Call call: return Call(call, frame);
            case Sequence { IsTuple: true } tuple: return tuple.Items.Select(item => Evaluate(item, frame)).ToArray();
            case Sequence list: return list.Items.Select(item => Evaluate(item, frame)).ToList();
            case Dictionary pairs:
                var dictionary = new Dictionary<object, object?>();
                foreach ((Expression key, Expression item) in pairs.Items)
                {
                    Aten.SetItem(dictionary, Evaluate(key, frame), Evaluate(item, frame));
                }
                return dictionary;
            case Choice choice: return Evaluate(Truth(Evaluate(choice.Condition, frame)) ? choice.Then : choice.Otherwise, frame);
            case Subscript { Index: Range range } part:
                object? owner = Evaluate(part.Owner, frame);
                object?[] bounds = [Bound(range.Start), Bound(range.End), Bound(range.Step) ?? new Size(1)];
                return _aten.Call("torch.slice", owner is ScriptTensor ? [owner, new Size(0), .. bounds]
                    : [owner, .. bounds], new Dictionary<string, object?>());
            case Subscript subscript:
                return _aten
                .Call("torch.__getitem__", [Evaluate(subscript.Owner, frame), Evaluate(subscript.Index, frame)], new Dictionary<string,
                object?>());
            case Unary { Sign: "not" } unary: return !Truth(Evaluate(unary.Value, frame));
            case Unary unary:
                return _aten.Call(unary.Sign == "-" ? "torch.neg"
                : "torch.bitwise_not", [Evaluate(unary.Value, frame)], new Dictionary<string, object?>());
            case Binary { Sign: "and" } both: return Truth(Evaluate(both.Left, frame)) && Truth(Evaluate(both.Right, frame));
            case Binary { Sign: "or" } either: return Truth(Evaluate(either.Left, frame)) || Truth(Evaluate(either.Right, frame));
            case Binary binary:
                return _aten.Call("torch." + FunctionOf(binary.Sign), [Evaluate(binary.Left, frame), Evaluate(binary.Right, frame)],
                    new Dictionary<string, object?>());
            default: throw new InvalidDataException("The code has something in it that torch.jit.save does not write.");
        }

        object? Bound(Expression? bound) => bound is null ? null : Evaluate(bound, frame);
    }

    private static string FunctionOf(string sign) => sign switch
    {
        "+" => "add",
        "-" => "sub",
        "*" => "mul",
        "/" => "div",
        "//" => "floordiv",
        "%" => "remainder",
        "**" => "pow",
        "@" => "matmul",
        "==" => "eq",
        "!=" => "ne",
        "<" => "lt",
        ">" => "gt",
        "<=" => "le",
        ">=" => "ge",
        "is" => "__is__",
        "is not" => "__isnot__",
        "in" => "__contains__",
        _ => sign,
    };

    private object? AttributeOf(object? owner, string name)
    {
        switch (owner)
        {
            case Unknown: return owner;
            case ScriptName { Name: "CONSTANTS" }:
                return name.StartsWith('c') && int.TryParse(name.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out int index)
                    && index < _archive.Constants.Count
                    ? _archive.Constants[index]
                    : throw new InvalidDataException($"The archive has no constant '{Shown(name)}'.");
            case ScriptName prefix when prefix.Name.Length < 1000: return new ScriptName($"{prefix.Name}.{name}");
            case ScriptObject made when made.Attributes.TryGetValue(name, out object? value): return value;
            case ScriptObject made when ClassOf(made.Class)?.Attributes
                .FirstOrDefault(attribute => attribute.Name == name).Value is { } constant:
                return Evaluate(constant, new Frame());
            case ScriptObject made: throw new InvalidDataException($"The archive's {Shown(made.Class)} has no '{Shown(name)}'.");
            default: throw new InvalidDataException($"The code asks for '{Shown(name)}' of something that has none.");
        }
    }

    private static bool IsInstance(object? value, Expression type) => type switch
    {
        Sequence { IsTuple: true } several => several.Items.Any(one => IsInstance(value, one)),
        Variable { Name: "Tensor" } => value is ScriptTensor,
        Variable { Name: "int" } => value is Size,
        Variable { Name: "float" } => value is double,
        Variable { Name: "bool" } => value is bool,
        Variable { Name: "str" } => value is string,
        Variable { Name: "NoneType" } => value is null,
        Subscript { Owner: Variable { Name: "List" }, Index: var item } =>
            value is List<object?> list && list.All(element => IsInstance(element, item)),
        Subscript { Owner: Variable { Name: "Optional" }, Index: var item } => value is null || IsInstance(value, item),
        Subscript { Owner: Variable { Name: "Tuple" } } => value is object?[],
        Subscript { Owner: Variable { Name: "Dict" } } => value is Dictionary<object, object?>,
        _ => false,
    };

    /// <summary>Whether a condition holds.</summary>
    private static bool Truth(object? value) => value switch
    {
        bool known => known,
        Unknown => throw new NotSupportedException("a decision depends on what a missing operator makes"),
        _ => (bool)Aten.NumberOf("bool", value),
    };

    /// <summary>The values that a list or a tuple holds.</summary>
    private static IReadOnlyList<object?> Elements(object? value) => value switch
    {
        List<object?> list => list,
        object?[] tuple => tuple,
        Dictionary<object, object?> dictionary => [.. dictionary.Keys],
        ScriptObject { Path: null } tuple => [.. tuple.Attributes.Values],
        Unknown => throw new NotSupportedException("a loop depends on what a missing operator makes"),
        _ => throw new InvalidDataException("The code takes something apart that is no list."),
    };

    /// <summary>The tensors in what a module returns, in order.</summary>
    public static IEnumerable<ScriptTensor> Tensors(object? value) => value switch
    {
        ScriptTensor tensor => [tensor],
        List<object?> list => list.OfType<ScriptTensor>(),
        object?[] tuple => tuple.OfType<ScriptTensor>(),
        Dictionary<object, object?> dictionary => dictionary.Values.OfType<ScriptTensor>(),
        ScriptObject { Path: null } tuple => tuple.Attributes.Values.OfType<ScriptTensor>(),
        _ => [],
    };

    /// <summary>
    /// The tensors in what a model returns, with their places in tuples and lists, or their keys: <c>1</c>, <c>logits</c>, <c>1.0</c>.
    /// </summary>
    /// <exception cref="InvalidDataException">There are more than any model gives.</exception>
    public static IReadOnlyList<(string Name, ScriptTensor Tensor)> Outputs(object? result)
    {
        var found = new List<(string, ScriptTensor)>();
        Add(result, "", 0);
        return found;

        void Add(object? value, string name, int depth)
        {
            if (depth > DeepestResult || found.Count > MostResults)
            {
                throw new InvalidDataException(
                    $"The model's result holds more than {MostResults} tensors, or lists within lists deeper than {DeepestResult}.");
            }
            IEnumerable<(string, object?)> parts = value switch
            {
                List<object?> list => list.Select((part, i) => ($"{i}", part)),
                object?[] tuple => tuple.Select((part, i) => ($"{i}", part)),
                Dictionary<object, object?> dictionary =>
                    dictionary.Select(pair => (pair.Key is Size { IsFixed: true, Fixed: var number } ? $"{number}"
                    : $"{pair.Key}", pair.Value)),
                ScriptObject { Path: null } tuple => tuple.Attributes.Select(pair => (pair.Key, pair.Value)),
                _ => [],
            };
            if (value is ScriptTensor tensor)
            {
                found.Add((name.Length > 0 ? name : "0", tensor));
            }
            foreach (var (part, inner) in parts)
            {
                Add(inner, name.Length > 0 ? $"{name}.{part}" : part, depth + 1);
            }
        }
    }

    private int Reserve(string path)
    {
        if (!_layerAt.TryGetValue(path, out int place))
        {
            _layerAt[path] = place = _layers.Count;
            _layers.Add(null);
        }
        return place;
    }

    private static string Shown(string name) => name.Length > 200 ? name[..200] + "…" : name;

    /// <summary>The variables of a function that is being followed.</summary>
    private sealed class Frame
    {
        public Dictionary<string, object?> Variables { get; } = new(StringComparer.Ordinal);

        public object? Result { get; set; }
    }
}
