using System.Text.Json;
using EasyExplain.Weights;
using static TorchSharp.torch;

namespace EasyExplain.Import.Exported;

/// <summary>
/// What torch.export.save writes since PyTorch 2.9: a zip archive with the graph (models/model.json) and each tensor's bytes
/// (data/weights/, data/constants/), which a list beside them describes. Its schema is torch/_export/serde/schema.py; no pickle in it is
/// read.
/// </summary>
internal sealed class ExportedArchive
{
    private const long LargestGraph = 256 << 20;
    private const int NewestSchema = 8;
    private const string Save = "torch.export.save(torch.export.load('old.pt2'), 'new.pt2')";

    private readonly ZipMembers _members;
    private readonly string _folder;
    private readonly Dictionary<string, (string Folder, JsonElement Meta)> _payloads = new(StringComparer.Ordinal);

    /// <summary>Reads the graph, and where the tensors are.</summary>
    /// <exception cref="InvalidDataException">It is no such archive, of another version, or broken.</exception>
    public ExportedArchive(ZipMembers members)
    {
        ExportedLayout layout = ExportedLayout.Of(members.Names) ?? throw new InvalidDataException("torch.export has not written it.");
        if (layout.Outdated is { } by)
        {
            throw new InvalidDataException(
                $"It is an archive of torch.export as {by} wrote it, with its weights in pickles, which are not read. " +
                $"In PyTorch 2.9 or newer write it again: {Save}.");
        }
        string model = layout.Models switch
        {
            [var only] => only,
            [] => throw new InvalidDataException(
                "The archive has no graph (models/model.json): a model that was compiled ahead of time cannot be explained. Save what " +
                "torch.export.export gives with torch.export.save(exported, 'file.pt2')."),
            var several when several.Contains("model") => "model",
            var several => throw new InvalidDataException(
                $"The archive holds {several.Count} models ({string.Join(", ", several.Take(5))}). Save the one to explain by itself: " +
                "torch.export.save(exported, 'file.pt2')."),
        };
        (_members, _folder) = (members, layout.Folder);
        if (members.Text(_folder + "byteorder", 6) is not (null or "little"))
        {
            throw new InvalidDataException(PyTorchArchive.BigEndian);
        }
        Program = Parse($"models/{model}.json");
        long major = Program.Get("schema_version").Get("major").GetInt64();
        if (major != NewestSchema)
        {
            throw new InvalidDataException($"Its graph is written in version {major} of the schema, and version {NewestSchema} is known. " +
                $"{(major < NewestSchema ? $"In PyTorch 2.9 or newer write it again: {Save}." : "A newer EasyExplain may know it.")}");
        }
        foreach (string folder in (string[])["weights", "constants"])
        {
            string config = $"data/{folder}/{model}_{folder}_config.json";
            if (members.Names.Contains(_folder + config))
            {
                foreach (JsonProperty payload in Parse(config).Get("config").EnumerateObject())
                {
                    _payloads[payload.Name] = ($"data/{folder}/", payload.Value);
                }
            }
        }
    }

    /// <summary>The exported program.</summary>
    public JsonElement Program { get; }

    /// <summary>A weight, a buffer or a constant.</summary>
    /// <param name="name">Its name in the module.</param>
    /// <param name="isBuffer">Whether it is no parameter that was trained.</param>
    /// <exception cref="InvalidDataException">It is not there, or does not fit into the bytes that are stored of it.</exception>
    public FixedTensor Tensor(string name, bool isBuffer)
    {
        if (!_payloads.TryGetValue(name, out (string Folder, JsonElement Meta) payload))
        {
            throw new InvalidDataException($"The archive has no tensor '{name}'.");
        }
        if (payload.Meta.Get("use_pickle").GetBoolean())
        {
            throw new InvalidDataException(
                $"The archive has '{name}' in a pickle, which is not read: it is no plain tensor. Export the model with plain ones.");
        }
        try
        {
            JsonElement meta = payload.Meta.Get("tensor_meta");
            string member = _folder + payload.Folder + payload.Meta.Get("path_name").GetString();
            ZipBytes bytes = _members.Find(member) ?? throw new InvalidDataException($"there is no member '{member}'.");
            ScalarType type = ExportedTypes.Stored(meta.Get("dtype").GetInt64());
            long[] shape = Numbers(meta.Get("sizes"));
            TensorLayout layout = TensorLayout.Create(
                bytes, type, Number(meta.Get("storage_offset")), shape, Numbers(meta.Get("strides")));
            bool isReal = type is ScalarType.Float16 or ScalarType.BFloat16 or ScalarType.Float32 or ScalarType.Float64;
            return new FixedTensor(name, shape, isReal ? layout.ReadFloat32 : layout.Read, isReal ? ScalarType.Float32 : type)
            {
                IsBuffer = isBuffer,
            };
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"The tensor '{name}' cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Sizes that are plain numbers.</summary>
    private static long[] Numbers(JsonElement sizes) => sizes.GetArrayLength() <= TensorLayout.MaxDimensions
        ? [.. sizes.EnumerateArray().Select(Number)]
        : throw new InvalidDataException($"it has {sizes.GetArrayLength()} dimensions; at most {TensorLayout.MaxDimensions} are possible.");

    private static long Number(JsonElement size) => size.Get("as_int").GetInt64();

    private JsonElement Parse(string name)
    {
        ZipBytes member = _members.Find(_folder + name) ?? throw new InvalidDataException($"The archive has no '{name}'.");
        if (member.Length > LargestGraph)
        {
            throw new InvalidDataException($"The archive's '{name}' has {member.Length} bytes, more than any model's.");
        }
        byte[] text = new byte[member.Length];
        member.From(0, content => content.ReadExactly(text));
        try
        {
            return JsonDocument.Parse(text).RootElement;
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"The archive's '{name}' is no JSON: {e.Message}", e);
        }
    }
}
