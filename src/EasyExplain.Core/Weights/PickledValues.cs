using static TorchSharp.torch;

namespace EasyExplain.Weights;

// What the unpickler makes, beside null, bool, long, BigInteger, double, string, byte[], object?[] (tuple) and List<object?>.

/// <summary>
/// A dict or OrderedDict: its pairs in the order they were set. Nothing is looked up by key, so keys may be anything, even twice.
/// </summary>
internal class PickledDictionary : List<KeyValuePair<object?, object?>>;

/// <summary>
/// Stands for an object of another class, or for what a function would return: nothing was made or called, only the name is kept, and the
/// items that were set, because the class may be a kind of dictionary.
/// </summary>
internal sealed class PickledObject(string @class) : PickledDictionary
{
    /// <summary>The class or function by its full name, such as <c>argparse.Namespace</c>.</summary>
    public string Class { get; } = @class;

    /// <summary>
    /// Whether it is a numpy array: what numpy's arrays call when they are unpickled, old and new, with their bytes inside or beside.
    /// </summary>
    public bool IsArray { get; } = @class is "numpy.core.multiarray._reconstruct" or "numpy._core.multiarray._reconstruct"
        or "numpy.core.numeric._frombuffer" or "numpy._core.numeric._frombuffer" or "numpy.ndarray";

    /// <summary>Whether it is an array, a number or a type of numpy's, none of which is a model.</summary>
    public bool IsNumpy { get; } = @class.StartsWith("numpy.", StringComparison.Ordinal);
}

/// <summary>The name of a Python class or function; only ever a name.</summary>
internal sealed record PickledGlobal(string Name);

/// <summary>A storage of <paramref name="Count"/> elements that lies outside the pickle under the name <paramref name="Key"/>.</summary>
/// <param name="Type">The type of the elements.</param>
/// <param name="Key">The name.</param>
/// <param name="Count">The number of elements under that name.</param>
/// <param name="Start">The first element meant: old files speak of a part of a storage as if it were one itself.</param>
internal sealed record PickledStorage(ScalarType Type, string Key, long Count, long Start = 0);

/// <summary>A view of a storage as the pickle has it, not checked yet; the offset counts from the very first element stored.</summary>
internal sealed record PickledTensor(PickledStorage Storage, long Offset, object?[] Shape, object?[] Strides);
