using EasyExplain.Networks;
using EasyExplain.Networks.Operators;

namespace EasyExplain.Import.TorchScript;

// What is done to each number of a tensor by itself, or to pairs of two tensors.
internal sealed partial class Aten
{
    /// <summary>What is the same in both dialects: see <see cref="Vocabulary"/>.</summary>
    private void AddVocabulary()
    {
        Add(Vocabulary.Unary, one => one.Aten, one => call => Apply(one.Make(call), call.Value(0)));
        Add(Vocabulary.Fixed, one => one.Aten, one => call => Compute(() => one.Compute(FixedOf(call.Value(0)).Value)));
        Add(Vocabulary.Reductions, one => one.Aten, one => call => Reduced(call, one.Make));
        Add(Vocabulary.Pairs, one => one.Aten, one => call => Both(one, call[0], call[1], call));

        void Add<T>(IEnumerable<T> operations, Func<T, string[]> names, Func<T, Func<AtenCall, object?>> function)
        {
            foreach (T operation in operations)
            {
                foreach (string name in names(operation))
                {
                    _functions[name] = function(operation);
                }
            }
        }
    }

    private void AddElementwise()
    {
        _functions["rsub"] = _functions["__rsub__"] = call => Both(Vocabulary.Subtract, call[1], call[0], call);
        _functions["min"] = call => Extreme(Vocabulary.Minimum, call, (dims, keep) => new Min(dims, keep));
        _functions["max"] = call => Extreme(Vocabulary.Maximum, call, (dims, keep) => new Max(dims, keep));
        _functions["logical_not"] = _functions["bitwise_not"] = call => call[0] is bool yes ? !yes : Not(call.Value(0));
        Only("neg", call => call[0] is ScriptTensor, call => Arithmetic(Vocabulary.Subtract, new Size(0), ScalarOf(call[0])!));
        Only("elu", call => call.Real(2, 1) == 1 && call.Real(3, 1) == 1, _ => throw new NotSupportedException("a scale that is not 1"));
        Only("softplus", call => call.Real(1, 1) == 1, _ => throw new NotSupportedException("a beta that is not 1"));
        _functions["prelu"] = call => Apply(new PReLU(Weight(call.Fixed(1))), call.Value(0));
        _functions["hardtanh"] = call => Clamped(call.Value(0), call.Real(1, -1), call.Real(2, 1));
        _functions["clamp"] = _functions["clip"] = call =>
            Clamped(call.Value(0), call[1, "min"] is { } min ? Real(min) : null, call[2, "max"] is { } max ? Real(max) : null);
        _functions["clamp_min"] = call => Clamped(call.Value(0), call.Real(1), null);
        _functions["clamp_max"] = call => Clamped(call.Value(0), null, call.Real(1));
        _functions["softmax"] = _functions["_softmax"] = call =>
            Apply(new Softmax(Dim(call.Integer(1), Rank(call.Value(0)))), call.Value(0));
        _functions["log_softmax"] = _functions["_log_softmax"] = call =>
            Apply(new LogSoftmax(Dim(call.Integer(1), Rank(call.Value(0)))), call.Value(0));
        _functions["glu"] = call =>
        {
            ModelValue x = call.Value(0);
            int dim = Dim(call.Integer(1, -1), Rank(x));
            long half = SizeOf(x, dim) / 2;
            return Pair(Vocabulary.Multiply, Part(x, dim, 0, half), Apply(new Sigmoid(), Part(x, dim, half, 2 * half)));
        };
        _functions["logsigmoid"] = _functions["log_sigmoid"] = call =>
            Apply(new Negate(), Apply(new Softplus(), Apply(new Negate(), call.Value(0))));
        _functions["threshold"] = call =>
            Chosen(Pair(Vocabulary.Greater, call.Value(0), AsValue(call[1])), call.Value(0), AsValue(call[2]));
    }

    /// <summary>A function of the vocabulary where a condition holds, else another.</summary>
    private void Only(string name, Func<AtenCall, bool> condition, Func<AtenCall, object?> otherwise)
    {
        Func<AtenCall, object?> usual = _functions[name];
        _functions[name] = call => condition(call) ? usual(call) : otherwise(call);
    }

    private object Extreme(PairOperation operation, AtenCall call, Func<long[], bool, Operator> over)
    {
        if (call.Count == 1 && call[0] is IEnumerable<object?> numbers)
        {
            return numbers.Select(number => ScalarOf(number)!).Aggregate((a, b) => Arithmetic(operation, a, b));
        }
        if (call.Count == 2 && call[1] is ScriptTensor or Size or double && ScalarOf(call[0]) is not null == ScalarOf(call[1]) is not null)
        {
            return Both(operation, call[0], call[1], call);
        }
        if (call.Count >= 2 && call[1] is Size dim)
        {
            // With it come the places of the extremes, which nobody needs who only takes them off.
            Operator extreme = over([Dim(dim.Fixed, Rank(call.Value(0)))], call.Flag(2, false, "keepdim"));
            return new object?[] { new ScriptTensor(Apply(extreme, call.Value(0))), Unknown.Value };
        }
        throw new NotSupportedException("in this form");
    }

    /// <summary>Two numbers, or two tensors, or one of each; texts and lists are put together, too.</summary>
    private object Both(PairOperation operation, object? a, object? b, AtenCall call)
    {
        switch (operation.Operator, a, b)
        {
            case (Add, string text, string more):
                return Bounded(text + more);
            case (Add, List<object?> first, List<object?> second):
                return Grown([.. first, .. second]);
            case (Multiply, List<object?> repeated, Size times):
                long count = Math.Max(0, Integer(times));
                return repeated.Count * (double)count <= LongestList
                    ? Enumerable.Range(0, (int)count).SelectMany(_ => repeated).ToList()
                    : throw new InvalidDataException($"The code makes a list of more than {LongestList} items.");
            case (Compare(Relation.Equal or Relation.NotEqual) question, _, _) when !IsNumber(a) || !IsNumber(b):
                return Equal(a, b) == (question.Relation == Relation.Equal);
            case (Divide, _, _):
                operation = call.Text("rounding_mode", 2, "") switch
                {
                    "floor" => Vocabulary.FloorDivide,
                    "trunc" => Vocabulary.TruncatedDivide,
                    _ => operation,
                };
                break;
        }
        bool tensors = a is ScriptTensor || b is ScriptTensor;
        double alpha = operation.Operator is Add or Subtract && tensors ? call.Real(2, 1, "alpha") : 1;
        if (ScalarOf(a) is { } x && ScalarOf(b) is { } y)
        {
            object result = Arithmetic(operation, x, alpha == 1 ? y : Arithmetic(Vocabulary.Multiply, y, alpha));
            return a is bool && b is bool && operation.Onnx is "And" or "Or" ? NumberOf("bool", result)
                : tensors ? ScriptTensor.FromNumber(result) : result;
        }
        ModelValue other = AsValue(b);
        return Pair(operation, AsValue(a), alpha == 1 ? other : Pair(Vocabulary.Multiply, other, new NumberValue(alpha)));

        static bool IsNumber(object? value) => value is ScriptTensor or Size or double or bool;
    }

    /// <summary>A tensor, or a number as one.</summary>
    private static ModelValue AsValue(object? value) => (value as ScriptTensor)?.Content
        ?? ScriptTensor.FromNumber(ScalarOf(value)
        ?? throw new InvalidDataException("The code computes with something that is no number.")).Content;
}
