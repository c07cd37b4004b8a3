using System.Globalization;
using EasyExplain.Runtime;

namespace EasyExplain.Weights;

/// <summary>The named tensors in what a pickle holds: its root, or a dictionary somewhere in a checkpoint.</summary>
/// <param name="Key">Where they are, such as <c>state_dict</c>; null for the root itself.</param>
/// <param name="OtherKeys">Where other dictionaries are that could be meant, such as <c>model_ema</c>.</param>
/// <param name="Entries">The tensors.</param>
internal sealed record StateDict(string? Key, IReadOnlyList<string> OtherKeys, IReadOnlyList<WeightEntry> Entries)
{
    private const int MostKeysShown = 10;
    private const string WhatItIs = "A state dict is a dictionary of named tensors: torch.save(model.state_dict(), 'file.pth').";

    /// <summary>For a file of numpy arrays, which only Python can make tensors of.</summary>
    public const string HoldsArrays = "The file holds numpy arrays, not tensors. Make tensors of them in Python: " +
        "torch.save({name: torch.from_numpy(array) for name, array in arrays.items()}, 'file.pth').";

    // A checkpoint is a few dictionaries deep, and its keys are words. Bounds for files that are not.
    private const int Deepest = 8;
    private const int LongestKey = 200;

    /// <summary>Finds the state dict in <paramref name="root"/>; what else there is (an epoch, an optimiser) is passed over.</summary>
    /// <param name="root">What the unpickler made.</param>
    /// <param name="key">Where the user says that it is; null, or a key that is not there, for the one that is meant as a rule.</param>
    /// <param name="locate">Finds where the file has the elements of a storage.</param>
    /// <exception cref="InvalidDataException">
    /// There is none, there are several of which none has a usual name, or a tensor does not fit into its storage.
    /// </exception>
    public static StateDict Find(object? root, string? key, Func<PickledStorage, StoredBytes> locate)
    {
        List<Place> places = [.. Places(root).Where(place => place.TensorCount > 0)];
        Place? asked = key is null ? null : places.Find(place => place.Path == key);
        // An optimiser may have a tensor for each weight, by the same names. What an epoch leaves beside its state dict is small.
        places.RemoveAll(place => place.IsOptimizer);
        int half = places.Select(place => place.TensorCount).DefaultIfEmpty().Max() / 2;
        Place[] meant = [.. places.Where(place => place.TensorCount > half)];
        if (meant.Length == 0 && asked is null)
        {
            throw Nothing(root);
        }
        Place chosen = asked ?? Choose(meant);
        if (chosen.ArrayCount > chosen.TensorCount)
        {
            throw new InvalidDataException(HoldsArrays); // some counters may be tensors
        }
        return new StateDict(
            chosen.Parent is null ? null : chosen.Path,
            [.. meant.Where(place => place != chosen).Select(place => place.Path).Take(MostKeysShown)],
            Read((PickledDictionary)chosen.Value, locate));
    }

    private static Place Choose(Place[] places)
    {
        Place[][] ranked = [.. places.GroupBy(place => CheckpointKeys.Rank(place.Path)).OrderBy(group => group.Key)
            .Select(group => group.ToArray())];
        return ranked[0] is [Place only]
            ? only
            : throw new WeightDataException(
                $"The file holds several dictionaries of tensors: {Show(ranked[0], place => $"'{place.Path}' ({place.TensorCount})")}.")
            {
                Remedy = Remedy.NameStateDict,
                About = ranked[0][0].Path,
            };
    }

    /// <summary>Every collection in <paramref name="root"/>, the outer ones first; each once, so that a circle has an end.</summary>
    private static IEnumerable<Place> Places(object? root)
    {
        var seen = new HashSet<object>(ReferenceEqualityComparer.Instance);
        var waiting = new Queue<Place>();
        Visit(root, null, "");
        while (waiting.TryDequeue(out Place? place))
        {
            yield return place;
            foreach ((object? key, object? value) in place.Items)
            {
                if (place.Depth < Deepest && Name(key) is { Length: > 0 and <= LongestKey } name)
                {
                    Visit(value, place, name);
                }
            }
        }

        void Visit(object? value, Place? parent, string key)
        {
            if (value is PickledDictionary or List<object?> or object?[] && seen.Add(value))
            {
                waiting.Enqueue(new Place(parent, key, value));
            }
        }
    }

    private static string? Name(object? key) => key is long number ? number.ToString(CultureInfo.InvariantCulture) : key as string;

    private static List<WeightEntry> Read(PickledDictionary dictionary, Func<PickledStorage, StoredBytes> locate)
    {
        var entries = new List<WeightEntry>();
        var names = new HashSet<string>();
        foreach ((object? key, object? value) in dictionary)
        {
            if (value is not PickledTensor tensor)
            {
                continue;
            }
            if (key is not string name || !names.Add(name))
            {
                throw new InvalidDataException($"The dictionary has two tensors under '{key}', or one whose key is not text.");
            }
            entries.Add(Entry(name, tensor, locate));
        }
        return entries;
    }

    /// <summary>A tensor of a pickle, checked against what is stored of it.</summary>
    public static WeightEntry Entry(string name, PickledTensor tensor, Func<PickledStorage, StoredBytes> locate)
    {
        try
        {
            long[] shape = Sizes(tensor.Shape);
            PickledStorage storage = tensor.Storage;
            StoredBytes bytes = locate(storage);
            if (storage.Count > bytes.Length / ElementTypes.Size(storage.Type))
            {
                throw new InvalidDataException(
                    $"its storage '{storage.Key}' should hold {storage.Count} {storage.Type} elements, the file has {bytes.Length} bytes " +
                    $"of it.");
            }
            TensorLayout layout = TensorLayout.Create(bytes, storage.Type, tensor.Offset, shape, Sizes(tensor.Strides));
            return new WeightEntry(name, storage.Type, shape) { Layout = layout };
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"The tensor '{name}' cannot be read: {e.Message}", e);
        }
    }

    private static long[] Sizes(object?[] values) =>
        values.Length <= TensorLayout.MaxDimensions && values.All(value => value is long)
            ? Array.ConvertAll(values, value => (long)value!)
            : throw new InvalidDataException(
                $"it has {values.Length} dimensions (at most {TensorLayout.MaxDimensions} are possible) or sizes that are not integers.");

    private static InvalidDataException Nothing(object? root)
    {
        (string? model, string @class) = (root as PickledDictionary)?.Where(pair => pair.Value is PickledObject { IsNumpy: false })
            .Select(pair => (pair.Key as string, ((PickledObject)pair.Value!).Class)).FirstOrDefault() ?? (null, "");
        if (model is null && Places(root).Any(place => place.ArrayCount > 0 && !place.IsOptimizer))
        {
            return new InvalidDataException(HoldsArrays);
        }
        if (root is not PickledDictionary dictionary)
        {
            return new InvalidDataException($"The file holds {Describe(root)}. {WhatItIs}");
        }
        if (dictionary.Count == 0)
        {
            return new InvalidDataException($"The file holds an empty dictionary. {WhatItIs}");
        }
        string keys = Show(dictionary, pair => $"'{pair.Key}' ({Describe(pair.Value)})");
        string advice = model is null ? WhatItIs : PickledModels.Advice(@class, model);
        return new InvalidDataException($"The file holds a dictionary without a state dict, but with {keys}. {advice}");
    }

    private static string Show<T>(IReadOnlyCollection<T> items, Func<T, string> text) =>
        string.Join(", ", items.Take(MostKeysShown).Select(text))
            + (items.Count > MostKeysShown ? $" and {items.Count - MostKeysShown} more" : "");

    private static string Describe(object? value) => value switch
    {
        PickledTensor => "a single tensor",
        PickledStorage => "a storage without names and shapes",
        PickledObject { IsArray: true } => "a numpy array",
        PickledObject made => $"an object of '{made.Class}'",
        PickledGlobal global => $"the class '{global.Name}'",
        PickledDictionary => "a dictionary",
        List<object?> => "a list",
        object?[] => "a tuple",
        string => "a text",
        null => "nothing",
        _ => "a plain value",
    };

    /// <summary>
    /// A collection, and the way to it from the root. The way is put together when asked for: a hostile file has very many.
    /// </summary>
    private sealed class Place(Place? parent, string key, object value)
    {
        public Place? Parent { get; } = parent;

        public object Value { get; } = value;

        public int Depth { get; } = parent is null ? 0 : parent.Depth + 1;

        public bool IsOptimizer { get; } = parent is { IsOptimizer: true } || key.Contains("optim", StringComparison.OrdinalIgnoreCase);

        public int TensorCount { get; } = value is PickledDictionary dictionary ? dictionary.Count(pair => pair.Value is PickledTensor) : 0;

        public int ArrayCount => Items.Count(item => item.Value is PickledObject { IsArray: true });

        public string Path => Parent?.Parent is null ? key : $"{Parent.Path}.{key}";

        public IEnumerable<(object? Key, object? Value)> Items => Value switch
        {
            PickledDictionary dictionary => dictionary.Select(pair => (pair.Key, pair.Value)),
            IEnumerable<object?> list => list.Select((item, index) => ((object?)(long)index, item)),
            _ => [],
        };
    }
}
