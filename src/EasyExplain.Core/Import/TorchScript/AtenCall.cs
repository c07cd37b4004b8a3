using EasyExplain.Networks;

namespace EasyExplain.Import.TorchScript;

/// <summary>The arguments of one call, by their position or their name.</summary>
/// <param name="Name">What is called, such as <c>conv2d</c>.</param>
/// <param name="Positional">The arguments without names.</param>
/// <param name="Named">Those with names.</param>
internal sealed record AtenCall(string Name, IReadOnlyList<object?> Positional, IReadOnlyDictionary<string, object?> Named) : ICall
{
    /// <summary>How many arguments have no name.</summary>
    public int Count => Positional.Count;

    /// <summary>An argument, or null.</summary>
    public object? this[int index, string name = ""] => index < Positional.Count ? Positional[index] : Named.GetValueOrDefault(name);

    /// <summary>A tensor, which can be written to.</summary>
    public ScriptTensor Tensor(int index) => TensorOrNull(index) ?? throw Lacking(index);

    /// <summary>What a tensor holds.</summary>
    public ModelValue Value(int index) => Tensor(index).Content;

    /// <summary>The same, or null for None.</summary>
    public ModelValue? ValueOrNull(int index) => TensorOrNull(index)?.Content;

    /// <summary>A weight: a tensor that is the same for every picture.</summary>
    /// <exception cref="NotSupportedException">It depends on the picture.</exception>
    public FixedTensor Fixed(int index) => FixedOrNull(index) ?? throw Lacking(index);

    /// <summary>A weight, or null for None.</summary>
    public FixedTensor? FixedOrNull(int index) => ValueOrNull(index) switch
    {
        null => null,
        FixedTensor fixedTensor => fixedTensor,
        _ => throw new NotSupportedException($"{Name} with weights that depend on the picture"),
    };

    /// <summary>An integer that does not depend on the batch.</summary>
    public long Integer(int index, long otherwise = 0, string name = "") =>
        this[index, name] is { } value ? Aten.Integer(value) : otherwise;

    /// <summary>A number.</summary>
    public double Real(int index, double otherwise = 0, string name = "") => this[index, name] is { } value ? Aten.Real(value) : otherwise;

    /// <summary>A yes or no.</summary>
    public bool Flag(int index, bool otherwise = false, string name = "") =>
        this[index, name] is { } value ? (bool)Aten.NumberOf("bool", value) : otherwise;

    /// <summary>A text.</summary>
    public string Text(int index, string otherwise = "", string name = "") => this[index, name] as string ?? otherwise;

    /// <inheritdoc/>
    public double Real(Setting setting) => setting.At is { } at ? Real(at, setting.Otherwise, setting.Aten) : setting.Otherwise;

    /// <inheritdoc/>
    public string Text(string name, int at, string otherwise) => Text(at, otherwise, name);

    /// <summary>A list of sizes; a single one counts as a list.</summary>
    public Size[] Sizes(int index, string name = "") => this[index, name] switch
    {
        null => [],
        IEnumerable<object?> items => [.. items.Select(Aten.SizeOf)],
        var one => [Aten.SizeOf(one)],
    };

    /// <summary>A list of integers that do not depend on the batch.</summary>
    public long[] Integers(int index, string name = "") => Array.ConvertAll(Sizes(index, name), size => Aten.Integer(size));

    /// <summary>Height and width; a single number stands for both.</summary>
    public Extent Extent(int index, long otherwise = 0) => Integers(index) switch
    {
        [] => otherwise,
        [var side] => side,
        [var height, var width] => (height, width),
        var several => throw new NotSupportedException($"{Name} over {several.Length} dimensions"),
    };

    /// <summary>What a list of tensors holds.</summary>
    public ModelValue[] Values(int index) => this[index] is IEnumerable<object?> items
        ? [.. items.Select(item => (item as ScriptTensor)?.Content
        ?? throw new InvalidDataException($"The code gives '{Name}' a list of something else than tensors."))]
        : throw new InvalidDataException($"The code gives '{Name}' no list of tensors.");

    private ScriptTensor? TensorOrNull(int index) => this[index] switch
    {
        null => null,
        ScriptTensor tensor => tensor,
        Size or double or bool => ScriptTensor.FromNumber(this[index]!),
        _ => throw new InvalidDataException($"The code gives '{Name}' something that is no tensor as its argument {index + 1}."),
    };

    private InvalidDataException Lacking(int index) => new($"The code gives '{Name}' no tensor as its argument {index + 1}.");
}
