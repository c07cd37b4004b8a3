using EasyExplain.Networks;
using EasyExplain.Networks.Operators;

namespace EasyExplain.Import.Onnx;

/// <summary>
/// Follows a model's operations one after the other, those of its own functions where they are called, and those of a branch where it is
/// taken; and names the layers that they make.
/// </summary>
internal sealed class OnnxWalk(OnnxModel model, OnnxOperators operators, NetworkRecorder recorder)
{
    private const int MostLayers = 20_000;
    private const int MostOperations = 50_000; // each as often as it is done
    private const int DeepestCall = 64;

    private readonly LayerNames _names = new(model.Nodes);
    private readonly Dictionary<string, string> _ofScope = new(StringComparer.Ordinal); // the type of what it holds
    private readonly Dictionary<string, int> _own = new(StringComparer.Ordinal); // names of operations in no module, and how many have each
    private int _operations;

    /// <summary>Follows the graph.</summary>
    /// <param name="values">What is given, by names; what the operations make is added.</param>
    /// <exception cref="InvalidDataException">The graph is broken, calls itself, or does more than a network does.</exception>
    public void Follow(Dictionary<string, ModelValue> values) => Follow(model.Nodes, new Frame(values, null, model.Opset, null, [], null));

    /// <summary>Where names have their meaning: the graph, a call of a function, or a branch, which sees what is around it.</summary>
    /// <param name="Values">What the names stand for.</param>
    /// <param name="Around">Of a branch, what is around it.</param>
    /// <param name="Opset">The version of the operators.</param>
    /// <param name="Arguments">Of a function, what it is called with.</param>
    /// <param name="Calls">The functions and branches that it is in.</param>
    /// <param name="Caller">The innermost of them.</param>
    private sealed record Frame(
        Dictionary<string, ModelValue> Values, Frame? Around, long Opset,
        IReadOnlyDictionary<string, OnnxAttribute>? Arguments, string[] Calls, OnnxCaller? Caller)
    {
        public ModelValue? Find(string name)
        {
            Frame? frame = this;
            ModelValue? value = null;
            while (frame is not null && !frame.Values.TryGetValue(name, out value))
            {
                frame = frame.Around;
            }
            return value;
        }
    }

    private void Follow(IReadOnlyList<OnnxNode> nodes, Frame frame)
    {
        foreach (OnnxNode one in nodes)
        {
            if (++_operations > MostOperations)
            {
                throw new InvalidDataException($"It does more than {MostOperations} operations, those of its functions among them.");
            }
            OnnxNode node = Called(one, frame);
            ModelValue[] inputs = [.. node.Inputs.Select(name => name.Length == 0 ? Absent.Value : frame.Find(name)
                ?? throw new InvalidDataException($"The operation '{node.Name}' reads '{name}', which nothing makes before it."))];
            IReadOnlyList<(string Name, string? Type)> scopes = _names.Scopes(node);
            string layer = scopes.Count > 0 ? scopes[^1].Name : LayerNames.Own(node);
            OnnxFunction? function = operators.Knows(node.Type) ? null : model.Functions.GetValueOrDefault(OnnxFunction.KeyOf(node));
            OnnxCaller? caller = function is not null || node.Type == "If"
                ? new OnnxCaller(function is not null, LayerNames.Inside(scopes, node, function?.Name))
                : null;
            ModelValue[] made = function is not null ? Call(function, node, inputs, frame, caller!)
                : caller is not null ? Branch(node, inputs, frame, caller, layer)
                : operators.Call(new OnnxCall(node, inputs, frame.Opset), layer);
            foreach (var (name, value) in node.Outputs.Zip(made).Where(pair => pair.First.Length > 0))
            {
                frame.Values[name] = value;
            }
            if (_ofScope.Count + _own.Count > MostLayers)
            {
                throw new InvalidDataException($"It has more than {MostLayers} layers.");
            }
            // What is in a branch has its name already.
            if (node.Type != "If" && made is [PictureValue { Node: var output }, ..]
                && !inputs.Any(value => (value as PictureValue)?.Node == output))
            {
                // What a function makes is the output of the module that its call is.
                scopes = caller?.Scopes ?? scopes;
                bool isGrid = node.Type.EndsWith("quantizeLinear", StringComparison.OrdinalIgnoreCase);
                Name(scopes, output, scopes.Count == 0 ? layer : null, isGrid);
            }
        }
    }

    /// <summary>An operation as it stands in its frame: with the arguments of its function.</summary>
    private static OnnxNode Called(OnnxNode node, Frame frame)
    {
        node = frame.Caller is null ? node : node with { Caller = frame.Caller };
        if (node.Attributes.Values.All(attribute => attribute.Argument.Length == 0))
        {
            return node;
        }
        var attributes = new Dictionary<string, OnnxAttribute>(StringComparer.Ordinal);
        foreach (OnnxAttribute attribute in node.Attributes.Values)
        {
            if (attribute.Argument.Length == 0)
            {
                attributes[attribute.Name] = attribute;
            }
            else if (frame.Arguments?.GetValueOrDefault(attribute.Argument) is { } given)
            {
                attributes[attribute.Name] = given.As(attribute.Name);
            }
        }
        return node with { Attributes = attributes };
    }

    private ModelValue[] Call(OnnxFunction function, OnnxNode call, ModelValue[] inputs, Frame frame, OnnxCaller caller)
    {
        if (frame.Calls.Contains(function.Key))
        {
            throw new InvalidDataException($"The function '{function.Name}' calls itself.");
        }
        if (inputs.Length > function.Inputs.Count)
        {
            throw new InvalidDataException(
                $"The function '{function.Name}' takes {function.Inputs.Count} inputs, and is given {inputs.Length}.");
        }
        var values = new Dictionary<string, ModelValue>(StringComparer.Ordinal);
        foreach (var (name, i) in function.Inputs.Select((name, i) => (name, i)))
        {
            values[name] = i < inputs.Length ? inputs[i] : Absent.Value;
        }
        var arguments = new Dictionary<string, OnnxAttribute>(function.Defaults, StringComparer.Ordinal);
        foreach (var (name, value) in call.Attributes)
        {
            arguments[name] = value;
        }
        var within = new Frame(values, null, function.Opset ?? model.Opset, arguments, Deeper(frame, function.Key), caller);
        Follow(function.Nodes, within);
        return Results(function.Outputs, within, call);
    }

    /// <summary>The branch that is taken: the condition must be known before there is a picture.</summary>
    private ModelValue[] Branch(OnnxNode node, ModelValue[] inputs, Frame frame, OnnxCaller caller, string layer)
    {
        // What may be left out is followed as if nothing were; where it is not known how much there would be, it is asked whether there
        // is none.
        bool isLoose = inputs is [LooseValue];
        FixedTensor? condition = inputs is [LooseValue { Whole: FixedTensor whole }] ? whole
            : inputs is [FixedTensor known] ? known : null;
        if (condition is null && !isLoose)
        {
            operators.Layer = layer;
            operators.Lacks(inputs is [PictureValue] ? "If (with a condition that depends on the picture)" : "If");
            return [.. node.Outputs.Select(_ => Unknown.Value)];
        }
        string taken = condition is not null && operators.IsTrue(condition) ? "then_branch" : "else_branch";
        OnnxBranch branch = OnnxBranch.Parse(node.Attributes.GetValueOrDefault(taken)?.Graph
            ?? throw new InvalidDataException($"The operation '{node.Name}' has no '{taken}'."));
        var values = new Dictionary<string, ModelValue>(StringComparer.Ordinal);
        foreach (OnnxTensor weight in branch.Weights)
        {
            values[weight.Name] = operators.Weight(weight);
        }
        var within = new Frame(values, frame, frame.Opset, frame.Arguments, Deeper(frame, taken), caller);
        Follow(branch.Nodes, within);
        ModelValue[] made = Results(branch.Outputs, within, node);
        return condition is not null ? made : [.. made.Select(value => value is LooseValue ? value : LooseValue.Unknown)];
    }

    private static string[] Deeper(Frame frame, string name) => frame.Calls.Length < DeepestCall
        ? [.. frame.Calls, name]
        : throw new InvalidDataException($"Its functions and branches lie more than {DeepestCall} deep in one another.");

    private static ModelValue[] Results(IReadOnlyList<string> names, Frame within, OnnxNode call) => names.Count < call.Outputs.Count
        ? throw new InvalidDataException($"The operation '{call.Name}' makes {names.Count} results, and {call.Outputs.Count} are taken.")
        : [.. names.Select(name => within.Find(name)
            ?? throw new InvalidDataException($"The operation '{call.Name}' has the result '{name}', which nothing in it makes."))];

    /// <summary>
    /// Every module that an operation is in has its output, until a later operation is in it. What only puts that on a grid, or takes it
    /// from there, is none of the module's own: there may be one for each reader, and a gradient of one of them would be a part.
    /// </summary>
    private void Name(IReadOnlyList<(string Name, string? Type)> scopes, Node output, string? ownName, bool isGrid)
    {
        foreach (var (scope, i) in scopes.Select((scope, i) => (scope, i)))
        {
            bool holds = i < scopes.Count - 1;
            // A module that is called again has a number behind its name there (relu_1), but only if it has no weights it surely is one.
            int number = scope.Name.LastIndexOf('_');
            bool again = !holds && number > 0 && scope.Name[(number + 1)..].All(char.IsDigit) && !output.Operator.Parameters.Any()
                && _ofScope.GetValueOrDefault(scope.Name[..number]) == output.Operator.Type;
            string name = again ? scope.Name[..number] : scope.Name;
            if (isGrid && _ofScope.ContainsKey(name))
            {
                continue;
            }
            // One operation is what it is; several, of which some are in the same module, are a module.
            bool several = holds || output.Inputs.Any(input => input.Name == scope.Name && input.Operator is not Constant);
            string type = scope.Type ?? (several ? "Module" : output.Operator.Type);
            recorder.Layer(name, _ofScope[name] = type, output);
        }
        if (ownName is not null)
        {
            string unique = ownName;
            int count = _own.GetValueOrDefault(ownName);
            for (; _own.ContainsKey(unique) || _ofScope.ContainsKey(unique); _own[ownName] = count)
            {
                unique = $"{ownName}_{++count}";
            }
            _own[unique] = _own.GetValueOrDefault(unique);
            recorder.Layer(unique, output.Operator.Type, output);
        }
    }
}
