namespace EasyExplain.Weights;

/// <summary>Finds the tensors in what a pickle holds.</summary>
internal static class StateDict
{
    private const int MostKeysShown = 10;
    private const string WhatItIs = "A state dict is a dictionary of named tensors: torch.save(model.state_dict(), 'file.pth').";

    /// <summary>The named tensors of <paramref name="root"/>, a dictionary; what else it holds (an epoch, a learning rate) is passed over.</summary>
    /// <param name="root">What the unpickler made.</param>
    /// <param name="locate">Finds where the file has the elements of a storage.</param>
    /// <exception cref="InvalidDataException">There is no dictionary, no tensor in it, or a tensor that does not fit into its storage.</exception>
    public static IReadOnlyList<WeightEntry> Entries(object? root, Func<PickledStorage, StoredBytes> locate)
    {
        if (root is not PickledDictionary dictionary)
        {
            throw new InvalidDataException($"The file holds {Describe(root)}. {WhatItIs}");
        }
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
        return entries.Count > 0 ? entries : throw NoTensors(dictionary);
    }

    private static WeightEntry Entry(string name, PickledTensor tensor, Func<PickledStorage, StoredBytes> locate)
    {
        try
        {
            long[] shape = Sizes(tensor.Shape);
            PickledStorage storage = tensor.Storage;
            StoredBytes bytes = locate(storage);
            if (storage.Count > bytes.Length / ElementTypes.Size(storage.Type))
            {
                throw new InvalidDataException(
                    $"its storage '{storage.Key}' should hold {storage.Count} {storage.Type} elements, the file has {bytes.Length} bytes of it.");
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

    private static InvalidDataException NoTensors(PickledDictionary dictionary)
    {
        string keys = string.Join(", ", dictionary.Take(MostKeysShown).Select(pair => $"'{pair.Key}' ({Describe(pair.Value)})"));
        string more = dictionary.Count > MostKeysShown ? $" and {dictionary.Count - MostKeysShown} more" : "";
        string? inner = dictionary.Where(pair => TensorCount(pair.Value) > 0).Select(pair => pair.Key as string).FirstOrDefault();
        string advice = inner is null ? WhatItIs : $"Save the inner one by itself: torch.save(checkpoint['{inner}'], 'file.pth').";
        string content = dictionary.Count == 0 ? "holds an empty dictionary" : $"holds a dictionary without tensors, but with {keys}{more}";
        return new InvalidDataException($"The file {content}. {advice}");
    }

    private static int TensorCount(object? value) => value is PickledDictionary inner ? inner.Count(pair => pair.Value is PickledTensor) : 0;

    private static string Describe(object? value) => value switch
    {
        PickledTensor => "a single tensor",
        PickledStorage => "a storage without names and shapes",
        PickledDictionary dictionary => TensorCount(dictionary) is > 0 and var count ? $"a dictionary of {count} tensors" : "a dictionary",
        List<object?> => "a list",
        object?[] => "a tuple",
        string => "a text",
        null => "nothing",
        _ => "a plain value",
    };
}
