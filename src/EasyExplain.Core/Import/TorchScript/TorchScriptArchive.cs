using System.Numerics;
using System.Text;
using System.Text.Json;
using EasyExplain.Import.TorchScript.Code;
using EasyExplain.Weights;
using static TorchSharp.torch;

namespace EasyExplain.Import.TorchScript;

/// <summary>
/// What torch.jit.save writes: a zip archive with the module tree and its tensors (data.pkl, data/), constants (constants.pkl, constants/)
/// and the code of its classes (code/). Nothing of that is ever run by anything but <see cref="Interpreter"/>, which knows only its own
/// operators.
/// </summary>
internal sealed class TorchScriptArchive
{
    // The code of the largest torchvision models is some megabytes, in pieces of some kilobytes.
    private const long LargestSource = 8 << 20;
    private const long LargestCode = 64 << 20;
    private const int DeepestTree = 200;
    private const int DeepestValue = 200;

    private readonly PyTorchArchive _archive;
    private readonly Dictionary<string, SourceFile?> _sources;
    private readonly Dictionary<string, FixedTensor> _tensors = new(StringComparer.Ordinal);
    private readonly Dictionary<object, object?> _converted = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, StoredBytes> _storages = new(StringComparer.Ordinal);
    private long _codeLeft = LargestCode;

    /// <summary>Reads the tree and the constants; code and values are read when they are needed.</summary>
    /// <exception cref="InvalidDataException">The file is no such archive, or broken.</exception>
    public TorchScriptArchive(PyTorchArchive archive) : this(archive, new Dictionary<string, SourceFile?>(StringComparer.Ordinal))
    {
    }

    private TorchScriptArchive(PyTorchArchive archive, Dictionary<string, SourceFile?> sources)
    {
        (_archive, _sources) = (archive, sources);
        if (!archive.IsTorchScript)
        {
            throw new InvalidDataException(
                "The file is a state dict from torch.save, not a TorchScript archive from torch.jit.save: it has no code.");
        }
        archive.CheckByteOrder();
        Root = Read("data") as ScriptObject ?? throw new InvalidDataException("The archive's data.pkl holds no module.");
        Constants = Read("constants") switch { object?[] all => all, List<object?> all => all, _ => [] };
        Config = ReadConfig();
        NameModules();
        for (int i = 0; i < Constants.Count; i++)
        {
            if (Constants[i] is ScriptTensor { Content: FixedTensor constant })
            {
                constant.Name = $"CONSTANTS.c{i}";
            }
        }
    }

    /// <summary>The module that was saved.</summary>
    public ScriptObject Root { get; }

    /// <summary>CONSTANTS.c0, CONSTANTS.c1 and so on.</summary>
    public IReadOnlyList<object?> Constants { get; }

    /// <summary>
    /// The values of extra/config.txt, where an exporter noted what the model is, by keys; empty where there is none, or it is no JSON
    /// object.
    /// </summary>
    public IReadOnlyDictionary<string, string> Config { get; }

    /// <summary>All tensors that lie in the file.</summary>
    public IEnumerable<FixedTensor> Tensors => _tensors.Values;

    /// <summary>The code of a Python module, such as <c>__torch__.torch.nn.functional</c>; null if the archive has none.</summary>
    /// <exception cref="InvalidDataException">It is not what torch.jit.save writes.</exception>
    public SourceFile? Source(string name)
    {
        if (!_sources.TryGetValue(name, out SourceFile? source))
        {
            string path = $"code/{name.Replace('.', '/')}.py";
            _sources[name] = source = _archive.Find(path) is { } code ? Parse(code, path) : null;
        }
        return source;
    }

    /// <summary>The tree as it is in the file, for another run, which may change it; code that was read is kept.</summary>
    public TorchScriptArchive Again() => new(_archive, _sources);

    private SourceFile Parse(ZipBytes bytes, string path)
    {
        _codeLeft -= bytes.Length;
        if (bytes.Length > LargestSource || _codeLeft < 0)
        {
            throw new InvalidDataException($"The archive's code is larger than any model's: '{path}' has {bytes.Length} bytes.");
        }
        var text = new byte[bytes.Length];
        bytes.From(0, content => content.ReadExactly(text));
        try
        {
            return Parser.Read(Encoding.UTF8.GetString(text));
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }
        catch (InsufficientExecutionStackException e)
        {
            throw new InvalidDataException($"{path}: The code is nested too deeply.", e);
        }
    }

    private Dictionary<string, string> ReadConfig()
    {
        if (_archive.Find("extra/config.txt") is not { Length: <= UltralyticsMetadata.LongestText } bytes)
        {
            return [];
        }
        var text = new byte[bytes.Length];
        bytes.From(0, content => content.ReadExactly(text));
        try
        {
            using JsonDocument json = JsonDocument.Parse(text);
            return json.RootElement.ValueKind != JsonValueKind.Object ? [] : json.RootElement.EnumerateObject()
                .GroupBy(property => property.Name, StringComparer.Ordinal)
                .ToDictionary(same => same.Key, same =>
                same.Last().Value is { ValueKind: JsonValueKind.String } said ? said.GetString()! : same.Last().Value.GetRawText());
        }
        catch (JsonException)
        {
            return [];
        }
    }

    private object? Read(string name)
    {
        if (_archive.Find($"{name}.pkl") is not { } pickle)
        {
            return null;
        }
        return Convert(PyTorchArchive.Unpickle(pickle, script: true), name, 0);
    }

    /// <summary>What the unpickler made, as the script's values; what is shared stays so.</summary>
    private object? Convert(object? value, string folder, int depth)
    {
        if (depth > DeepestValue)
        {
            throw new InvalidDataException($"The archive's values are nested deeper than {DeepestValue}.");
        }
        if (value is List<object?> or object?[] or PickledDictionary && _converted.TryGetValue(value, out object? known))
        {
            return known;
        }
        switch (value)
        {
            case long number: return new Size(number);
            case BigInteger: throw new InvalidDataException("The archive has an integer of more than 64 bits.");
            case PickledTensor tensor: return Tensor(tensor, folder);
            case PickledObject made:
                var result = new ScriptObject(made.Class);
                _converted[value] = result;
                foreach ((object? key, object? attribute) in made)
                {
                    result.Attributes[key as string ?? throw new InvalidDataException("The archive has an attribute without a name.")] =
                        Convert(attribute, folder, depth + 1);
                }
                return result;
            case PickledDictionary pairs:
                var dictionary = new Dictionary<object, object?>();
                _converted[value] = dictionary;
                foreach ((object? key, object? item) in pairs)
                {
                    object plain = Convert(key, folder, depth + 1) is { } k and (string or Size or double or bool) ? k
                        : throw new InvalidDataException("The archive has a dictionary with keys that are not plain values.");
                    dictionary[plain] = Convert(item, folder, depth + 1);
                }
                return dictionary;
            case List<object?> items:
                var list = new List<object?>();
                _converted[value] = list;
                list.AddRange(items.Select(item => Convert(item, folder, depth + 1)));
                return list;
            case object?[] items:
                var tuple = new object?[items.Length];
                _converted[value] = tuple;
                for (int i = 0; i < items.Length; i++)
                {
                    tuple[i] = Convert(items[i], folder, depth + 1);
                }
                return tuple;
            case PickledGlobal name: return new ScriptName(name.Name);
            case null or bool or double or string: return value;
            default: throw new InvalidDataException($"The archive has a value of a kind that no module has ({value.GetType().Name}).");
        }
    }

    private ScriptTensor Tensor(PickledTensor tensor, string folder)
    {
        string key = $"{folder}/{tensor.Storage.Key}/{tensor.Storage.Type}/{tensor.Offset}/" +
            $"{string.Join(',', tensor.Shape)}/{string.Join(',', tensor.Strides)}";
        if (!_tensors.TryGetValue(key, out FixedTensor? known))
        {
            known = Fixed(StateDict.Entry(key, tensor, storage => Locate(storage, folder)));
            _tensors.Add(key, known);
        }
        return new ScriptTensor(known);
    }

    private static FixedTensor Fixed(WeightEntry entry)
    {
        bool isReal = entry.Type is ScalarType.Float16 or ScalarType.BFloat16 or ScalarType.Float32 or ScalarType.Float64;
        TensorLayout layout = entry.Layout!;
        return new FixedTensor(entry.Name, [.. entry.Shape], isReal ? layout.ReadFloat32 : layout.Read, isReal ? ScalarType.Float32
            : entry.Type)
        { IsBuffer = true };
    }

    private StoredBytes Locate(PickledStorage storage, string folder)
    {
        string name = $"{folder}/{storage.Key}";
        if (!_storages.TryGetValue(name, out StoredBytes? bytes))
        {
            _storages.Add(name, bytes = _archive.Storage(name));
        }
        return bytes;
    }

    /// <summary>
    /// Gives each module and each tensor the path of its first place in the tree, parents before children, as torch does.
    /// </summary>
    private void NameModules()
    {
        var named = new HashSet<object>(ReferenceEqualityComparer.Instance);
        Root.Path = "";
        Visit(Root, 0);

        void Visit(ScriptObject module, int depth)
        {
            if (depth > DeepestTree)
            {
                throw new InvalidDataException($"The archive's module tree is deeper than {DeepestTree}.");
            }
            IReadOnlyList<string> parameters = Parameters(module.Class);
            foreach ((string name, object? value) in module.Attributes)
            {
                string path = module.Path!.Length == 0 ? name : $"{module.Path}.{name}";
                if (value is ScriptTensor { Content: FixedTensor tensor } && named.Add(tensor))
                {
                    tensor.Name = path;
                    tensor.IsBuffer = !parameters.Contains(name);
                }
                else if (value is ScriptObject { Path: null } child)
                {
                    child.Path = path;
                    Visit(child, depth + 1);
                }
            }
        }
    }

    /// <summary>The names that the class's <c>__parameters__</c> lists.</summary>
    private IReadOnlyList<string> Parameters(string type)
    {
        int dot = type.LastIndexOf('.');
        return dot > 0 && Source(type[..dot]) is { } source && source.Classes.TryGetValue(type[(dot + 1)..], out Class? found)
            && found.Attributes.FirstOrDefault(attribute => attribute.Name == "__parameters__").Value is Sequence list
            ? [.. list.Items.OfType<Literal>().Select(item => item.Value).OfType<string>()]
            : [];
    }
}
