namespace EasyExplain.Import.Onnx;

/// <summary>An operation with its inputs.</summary>
/// <param name="Node">The operation.</param>
/// <param name="Inputs">What it reads.</param>
/// <param name="Opset">The version of the operators.</param>
internal sealed record OnnxCall(OnnxNode Node, IReadOnlyList<ModelValue> Inputs, long Opset) : ICall
{
    /// <summary>An input that must be there.</summary>
    public ModelValue this[int index] => Optional(index) ?? throw new InvalidDataException($"'{Node.Type}' lacks its input {index + 1}.");

    /// <summary>An input, or null where it is left out.</summary>
    public ModelValue? Optional(int index) => index < Inputs.Count && Inputs[index] != Absent.Value ? Inputs[index] : null;

    /// <summary>An input that must be the same for every picture, such as a weight.</summary>
    public FixedTensor Fixed(int index) =>
        FixedOrNull(index) ?? throw new InvalidDataException($"'{Node.Type}' lacks its input {index + 1}.");

    /// <summary>The same, or null where it is left out.</summary>
    public FixedTensor? FixedOrNull(int index) => Optional(index) switch
    {
        null => null,
        FixedTensor known => known,
        _ => throw new NotSupportedException($"with an input {index + 1} that depends on the picture"),
    };

    /// <summary>An integer.</summary>
    public long Integer(string attribute, long otherwise = 0) =>
        Node.Attributes.TryGetValue(attribute, out OnnxAttribute? found) ? found.Integer : otherwise;

    /// <summary>A number.</summary>
    public double Real(string attribute, double otherwise = 0) =>
        Node.Attributes.TryGetValue(attribute, out OnnxAttribute? found) ? found.Single : otherwise;

    /// <summary>A text.</summary>
    public string Text(string attribute, string otherwise = "") =>
        Node.Attributes.TryGetValue(attribute, out OnnxAttribute? found) ? found.Text : otherwise;

    /// <inheritdoc/>
    public double Real(Setting setting) => setting.Onnx is { } attribute ? Real(attribute, setting.Otherwise) : setting.Otherwise;

    /// <inheritdoc/>
    public string Text(string name, int at, string otherwise) => Text(name, otherwise);

    /// <summary>A list of integers; null where there is none.</summary>
    public long[]? Integers(string attribute) =>
        Node.Attributes.TryGetValue(attribute, out OnnxAttribute? found) ? [.. found.Integers] : null;

    /// <summary>Integers that were an attribute first and are an input since: null where there are none.</summary>
    public long[]? IntegersOrInput(string attribute, int index) =>
        Integers(attribute) ?? (FixedOrNull(index) is { } input ? OnnxOperators.IntegersOf(input) : null);
}
