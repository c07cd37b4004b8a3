using System.Globalization;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;

namespace EasyExplain.Tests.Import.Exported;

/// <summary>
/// An archive as torch.export.save writes it, of a graph that is written down in PyTorch's own way, a line an operation:
/// <c>conv2d = torch.ops.aten.conv2d.default (%x, %p_conv_weight, None, [2, 2])</c>. By torch/_export/serde/schema.py.
/// </summary>
internal sealed class WrittenArchive
{
    private readonly JsonArray _inputs = [], _nodes = [], _specs = [];
    private readonly JsonObject _config = [];
    private readonly List<(string Name, byte[] Bytes)> _weights = [];
    private readonly HashSet<string> _sizes = new(StringComparer.Ordinal);
    private string[] _results = [];

    /// <summary>The sizes of the picture; null for an open batch.</summary>
    public long?[] Picture { get; init; } = [null, 3, 8, 8];

    /// <summary>What else the archive holds, or holds in place of what it should.</summary>
    public Dictionary<string, byte[]> Members { get; } = new(StringComparer.Ordinal);

    /// <summary>The folder that everything is in.</summary>
    public string Folder { get; init; } = "archive/";

    /// <summary>Adds the operations and the results.</summary>
    /// <param name="lines">Lines; <c>name = placeholder</c> is what <see cref="Weight"/> has given, or the picture x.</param>
    public WrittenArchive Graph(IEnumerable<string> lines)
    {
        foreach (string line in lines.Select(line => line.Trim()).Where(line => line.Length > 0))
        {
            if (line.StartsWith("return ", StringComparison.Ordinal))
            {
                _results = [.. line["return ".Length..].Trim('(', ')', ' ').Split(',', StringSplitOptions.RemoveEmptyEntries)
                    .Select(name => name.Trim(' ', '%'))];
            }
            else if (line.Split(' ', 4) is [var name, "=", var target, ..] parts && target != "placeholder")
            {
                Node(name, target, parts[3]);
            }
        }
        return this;
    }

    /// <summary>Adds a weight; the graph calls it p_ and its name, with _ for points.</summary>
    public WrittenArchive Weight(string name, IReadOnlyList<long> shape, float[] values, string kind = "parameter", string? called = null)
    {
        Tensor(name, shape, MemoryMarshal.AsBytes<float>(values).ToArray(), 7, kind, called ?? "p_" + name.Replace('.', '_'));
        return this;
    }

    /// <summary>Adds whole numbers.</summary>
    public WrittenArchive Whole(string name, IReadOnlyList<long> shape, long[] values, string kind, string called)
    {
        Tensor(name, shape, MemoryMarshal.AsBytes<long>(values).ToArray(), 5, kind, called);
        return this;
    }

    /// <summary>The file's bytes.</summary>
    public byte[] ToBytes()
    {
        var members = new Dictionary<string, byte[]>(StringComparer.Ordinal)
        {
            ["archive_format"] = "pt2"u8.ToArray(),
            ["byteorder"] = "little"u8.ToArray(),
            ["models/model.json"] = Encoding.UTF8.GetBytes(Program().ToJsonString()),
            ["data/weights/model_weights_config.json"] =
                Encoding.UTF8.GetBytes(new JsonObject { ["config"] = _config.DeepClone() }.ToJsonString()),
            ["data/constants/model_constants_config.json"] = """{"config": {}}"""u8.ToArray(),
        };
        foreach (var (name, bytes) in _weights.Select(weight => ("data/weights/" + weight.Name, weight.Bytes))
            .Concat(Members.Select(member => (member.Key, member.Value))))
        {
            members[name] = bytes;
        }
        using var file = new MemoryStream();
        using (var zip = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, bytes) in members)
            {
                using Stream member = zip.CreateEntry(Folder + name, CompressionLevel.NoCompression).Open();
                member.Write(bytes);
            }
        }
        return file.ToArray();
    }

    private JsonObject Program()
    {
        var picture = new JsonObject { ["as_tensor"] = new JsonObject { ["name"] = "x" } };
        return new JsonObject
        {
            ["schema_version"] = new JsonObject { ["major"] = 8, ["minor"] = 17 },
            ["graph_module"] = new JsonObject
            {
                ["graph"] = new JsonObject
                {
                    ["inputs"] = new JsonArray(),
                    ["nodes"] = _nodes.DeepClone(),
                    ["tensor_values"] = new JsonObject
                    {
                        ["x"] = new JsonObject
                        {
                            ["sizes"] = new JsonArray([.. Picture.Select(size => size is { } known ? new JsonObject { ["as_int"] = known }
                                : new JsonObject { ["as_expr"] = new JsonObject { ["expr_str"] = "s0" } })]),
                        },
                    },
                },
                ["signature"] = new JsonObject
                {
                    ["input_specs"] = new JsonArray([.. _specs.Select(spec => spec!.DeepClone()),
                        new JsonObject { ["user_input"] = new JsonObject { ["arg"] = picture } }]),
                    ["output_specs"] = new JsonArray([.. _results.Select(name => new JsonObject
                    {
                        ["user_output"] = new JsonObject
                        {
                            ["arg"] = new JsonObject { ["as_tensor"] = new JsonObject { ["name"] = name } },
                        },
                    })]),
                },
                ["module_call_graph"] = new JsonArray(),
            },
        };
    }

    private void Tensor(string name, IReadOnlyList<long> shape, byte[] bytes, int type, string kind, string called)
    {
        var strides = new long[shape.Count];
        for (long i = shape.Count - 1, step = 1; i >= 0; step *= shape[(int)i--])
        {
            strides[i] = step;
        }
        string member = $"weight_{_weights.Count}";
        _weights.Add((member, bytes));
        _config[name] = new JsonObject
        {
            ["path_name"] = member,
            ["use_pickle"] = false,
            ["tensor_meta"] = new JsonObject
            {
                ["dtype"] = type,
                ["sizes"] = Sizes(shape),
                ["strides"] = Sizes(strides),
                ["storage_offset"] = new JsonObject { ["as_int"] = 0 },
            },
        };
        _specs.Add(new JsonObject
        {
            [kind] = new JsonObject { ["arg"] = new JsonObject { ["name"] = called }, [kind + "_name"] = name },
        });

        static JsonArray Sizes(IEnumerable<long> sizes) => new([.. sizes.Select(size => new JsonObject { ["as_int"] = size })]);
    }

    private void Node(string name, string target, string arguments)
    {
        bool isSize = target.StartsWith("operator.", StringComparison.Ordinal) || target.Contains("sym_size", StringComparison.Ordinal);
        if (isSize)
        {
            _sizes.Add(name);
        }
        object? parsed = new Literal(arguments).Read();
        _nodes.Add(new JsonObject
        {
            ["target"] = target.StartsWith("operator.", StringComparison.Ordinal) ? "_" + target : target,
            ["inputs"] = new JsonArray([.. ((List<object?>)parsed!).Select((value, i) => new JsonObject
            {
                ["name"] = $"a{i}",
                ["arg"] = Argument(value, target),
                ["kind"] = 1,
            })]),
            ["outputs"] = new JsonArray(isSize
                ? new JsonObject { ["as_sym_int"] = new JsonObject { ["as_name"] = name } }
                : new JsonObject { ["as_tensor"] = new JsonObject { ["name"] = name } }),
        });
    }

    private JsonObject Argument(object? value, string target) => value switch
    {
        null => new JsonObject { ["as_none"] = true },
        bool yes => new JsonObject { ["as_bool"] = yes },
        long number => new JsonObject { ["as_int"] = number },
        double number => new JsonObject { ["as_float"] = number },
        Reference(var name) when _sizes.Contains(name) => new JsonObject { ["as_sym_int"] = new JsonObject { ["as_name"] = name } },
        Reference(var name) => new JsonObject { ["as_tensor"] = new JsonObject { ["name"] = name } },
        List<object?> list when list.Exists(item => item is Reference(var name) && _sizes.Contains(name)) => new JsonObject
        {
            ["as_sym_ints"] = new JsonArray([.. list.Select(item => item is Reference(var name)
                ? new JsonObject { ["as_name"] = name } : new JsonObject { ["as_int"] = (long)item! })]),
        },
        List<object?> list when target.Contains("index.Tensor", StringComparison.Ordinal) => new JsonObject
        {
            ["as_optional_tensors"] = new JsonArray([.. list.Select(item => Argument(item, ""))]),
        },
        List<object?> list when list.Exists(item => item is Reference) => new JsonObject
        {
            ["as_tensors"] = new JsonArray([.. list.Select(item => new JsonObject { ["name"] = ((Reference)item!).Name })]),
        },
        List<object?> list => new JsonObject { ["as_ints"] = new JsonArray([.. list.Select(item => JsonValue.Create((long)item!))]) },
        _ => new JsonObject { ["as_string"] = (string)value },
    };

    private sealed record Reference(string Name);

    /// <summary>Python's literals, and %names.</summary>
    private sealed class Literal(string text)
    {
        private int _at;

        public object? Read()
        {
            Skip();
            if (text[_at] is '(' or '[')
            {
                _at++;
                var items = new List<object?>();
                for (Skip(); text[_at] is not (')' or ']'); Skip())
                {
                    items.Add(Read());
                }
                _at++;
                return items;
            }
            int start = _at;
            while (_at < text.Length && text[_at] is not (',' or ' ' or ')' or ']'))
            {
                _at++;
            }
            string word = text[start.._at];
            return word switch
            {
                "None" => null,
                "True" => true,
                "False" => false,
                _ when word[0] == '%' => new Reference(word[1..]),
                _ when long.TryParse(word, CultureInfo.InvariantCulture, out long whole) => whole,
                _ when double.TryParse(word, CultureInfo.InvariantCulture, out double number) => number,
                _ => word.Trim('\''),
            };
        }

        private void Skip()
        {
            while (text[_at] is ' ' or ',')
            {
                _at++;
            }
        }
    }
}
