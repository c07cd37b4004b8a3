using System.Globalization;
using TorchSharp;
using static EasyExplain.Runtime.HeldNumbers;
using static TorchSharp.torch;

namespace EasyExplain.Import.Onnx;

/// <summary>A tensor of an .onnx file (TensorProto): where its numbers are, and of what kind.</summary>
internal sealed class OnnxTensor
{
    private const int MostLinks = 16;

    // float_data, int32_data, int64_data, double_data or uint64_data: of one kind only
    private readonly List<ReadOnlyMemory<byte>> _typed = [];
    private readonly Dictionary<string, string> _external = [];
    private ReadOnlyMemory<byte>? _raw;
    private bool _isExternal;
    private int _typedField;

    /// <summary>Its name.</summary>
    public string Name { get; private set; } = "";

    /// <summary>Its sizes, outermost first.</summary>
    public long[] Shape { get; private set; } = [];

    /// <summary>The type of its numbers, see <see cref="OnnxType"/>.</summary>
    public int Type { get; private set; }

    /// <summary>Reads where everything is.</summary>
    public static OnnxTensor Parse(ReadOnlyMemory<byte> bytes)
    {
        var tensor = new OnnxTensor();
        var shape = new List<long>();
        foreach (ProtobufField field in Protobuf.Fields(bytes))
        {
            switch (field.Number)
            {
                case 1: shape.AddRange(field.Integers); break;
                case 2: tensor.Type = (int)field.Integer; break;
                case 4 or 5 or 7 or 10 or 11:
                    tensor._typedField = field.Number;
                    tensor._typed.Add(field.Bytes.IsEmpty ? OnePacked(field) : field.Bytes);
                    break;
                case 8: tensor.Name = field.Text; break;
                case 9: tensor._raw = field.Bytes; break;
                case 13:
                    (string key, string value) = Entry(field.Bytes);
                    tensor._external[key] = value;
                    break;
                case 14: tensor._isExternal = field.Integer == 1; break;
            }
        }
        tensor.Shape = [.. shape];
        return tensor;
    }

    /// <summary>A key and its value (StringStringEntryProto).</summary>
    public static (string Key, string Value) Entry(ReadOnlyMemory<byte> bytes)
    {
        (string key, string value) = ("", "");
        foreach (ProtobufField field in Protobuf.Fields(bytes))
        {
            (key, value) = field.Number switch { 1 => (field.Text, value), 2 => (key, field.Text), _ => (key, value) };
        }
        return (key, value);
    }

    /// <summary>It as a value, whose numbers are read when they are needed.</summary>
    /// <param name="folder">Where the model is.</param>
    public FixedTensor ToFixed(string folder) => new(Name, Shape, () => Read(folder)) { DeclaredType = Type };

    /// <summary>The numbers: fractions as float32, integers as int64, or bool. A new tensor.</summary>
    /// <param name="folder">Where the model is; data outside of it must be there.</param>
    /// <exception cref="InvalidDataException">They are not there, not all there, or of a kind that is not known.</exception>
    public Tensor Read(string folder)
    {
        using DisposeScope scope = NewDisposeScope();
        if (OnnxSmallNumbers.Bits(Type) is { } bits)
        {
            return ReadSmall(folder, bits).MoveToOuterDisposeScope();
        }
        ScalarType stored = Type switch
        {
            1 => ScalarType.Float32,
            2 => ScalarType.Byte,
            3 => ScalarType.Int8,
            4 or 5 => ScalarType.Int16,
            6 or 12 => ScalarType.Int32,
            7 or 13 => ScalarType.Int64,
            9 => ScalarType.Bool,
            10 => ScalarType.Float16,
            11 => ScalarType.Float64,
            16 => ScalarType.BFloat16,
            _ => throw new InvalidDataException($"The tensor '{Name}' is of ONNX's type {Type}, which is not known here."),
        };
        long count = Count();
        ReadOnlyMemory<byte> bytes = _isExternal ? ReadExternal(folder, count * stored.ElementSize()) : _raw ?? FromTyped(stored, count);
        if (bytes.Length != count * stored.ElementSize())
        {
            throw new InvalidDataException(
                $"The tensor '{Name}' has {bytes.Length} bytes, but its shape [{string.Join(", ", Shape)}] needs " +
                $"{count * stored.ElementSize()}.");
        }
        // A bool in memory must be 0 or 1, whatever the file says; so it is read as a number and asked.
        Tensor values = empty(Shape, dtype: stored == ScalarType.Bool ? ScalarType.Byte : stored);
        bytes.Span.CopyTo(values.bytes);
        values = stored == ScalarType.Bool ? values.ne(Zero)
            : values.to(values.is_floating_point() ? ScalarType.Float32 : ScalarType.Int64);
        values = Type switch // 16 and 32 bits without a sign
        {
            4 => values.bitwise_and(tensor(0xFFFFL)),
            12 => values.bitwise_and(tensor(0xFFFFFFFFL)),
            _ => values,
        };
        return values.MoveToOuterDisposeScope();
    }

    /// <summary>Numbers of a type that libtorch has not.</summary>
    private Tensor ReadSmall(string folder, int bits)
    {
        long count = Count(), needed = (long)Math.Ceiling(count * (bits / 8.0));
        if (count > Array.MaxLength)
        {
            throw new InvalidDataException($"The tensor '{Name}' has {count} numbers, more than an array may hold.");
        }
        ReadOnlyMemory<byte> bytes = _isExternal ? ReadExternal(folder, needed) : _raw ?? Typed(needed, Math.Max(1, bits / 8));
        if (bytes.Length != needed)
        {
            throw new InvalidDataException(
                $"The tensor '{Name}' has {bytes.Length} bytes, but its shape [{string.Join(", ", Shape)}] needs {needed}.");
        }
        return OnnxSmallNumbers.AreFractions(Type)
            ? tensor(OnnxSmallNumbers.Fractions(Type, bytes.Span, count), Shape)
            : tensor(OnnxSmallNumbers.Integers(Type, bytes.Span, count), Shape);
    }

    private long Count()
    {
        try
        {
            return Shape.Any(size => size < 0) ? throw new OverflowException()
                : Shape.Aggregate((long)sizeof(double), (bytes, size) => checked(bytes * size)) / sizeof(double);
        }
        catch (OverflowException)
        {
            throw new InvalidDataException($"The tensor '{Name}' has an impossible shape, [{string.Join(", ", Shape)}].");
        }
    }

    /// <summary>One number that was not packed, as if it were.</summary>
    private static ReadOnlyMemory<byte> OnePacked(ProtobufField field) => field.Number switch
    {
        4 => BitConverter.GetBytes((uint)field.Integer),
        10 => BitConverter.GetBytes(field.Integer),
        _ => Varint(field.Integer),
    };

    private static byte[] Varint(ulong value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7)
        {
            bytes.Add((byte)(value | 0x80));
        }
        return [.. bytes, (byte)value];
    }

    /// <summary>Small types are kept in larger ones, one number each.</summary>
    private ReadOnlyMemory<byte> FromTyped(ScalarType stored, long count)
    {
        if (_typedField is 4 or 10)
        {
            return _typed.SelectMany(part => part.ToArray()).ToArray();
        }
        return Typed(count, (int)stored.ElementSize());
    }

    /// <summary>So many numbers, each of so many bytes.</summary>
    private byte[] Typed(long count, int size)
    {
        long[] numbers = [.. _typed.SelectMany(part => Protobuf.Packed(part, input => input.ReadInt64()))];
        if (numbers.Length != count)
        {
            throw new InvalidDataException(
                $"The tensor '{Name}' has {numbers.Length} numbers, but its shape is [{string.Join(", ", Shape)}].");
        }
        byte[] bytes = new byte[count * size];
        for (int i = 0; i < numbers.Length; i++)
        {
            BitConverter.GetBytes(numbers[i]).AsSpan(0, size).CopyTo(bytes.AsSpan(i * size));
        }
        return bytes;
    }

    /// <summary>From a file beside the model, and nowhere else.</summary>
    private ReadOnlyMemory<byte> ReadExternal(string folder, long length)
    {
        string location = _external.GetValueOrDefault("location", "");
        bool isRelative = location.Length > 0 && !location.Contains('\0') && !Path.IsPathRooted(location);
        if (!isRelative || Inside(Path.GetFullPath(folder), Path.GetFullPath(Path.Combine(folder, location))) is not { } path)
        {
            throw new InvalidDataException(
                $"The tensor '{Name}' says that it is in '{location}'; only files in the model's own folder are read.");
        }
        var file = new FileInfo(path);
        if (!file.Exists)
        {
            throw new InvalidDataException(
                $"The tensor '{Name}' is in '{path}', which is not there. An ONNX model with external data is several files; keep them " +
                $"together.");
        }
        string from = _external.GetValueOrDefault("offset", "0");
        if (!long.TryParse(from, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long offset))
        {
            throw new InvalidDataException($"The tensor '{Name}' begins at '{from}' of '{path}', which is no number.");
        }
        if (offset < 0 || length > Array.MaxLength || offset > file.Length - length)
        {
            throw new InvalidDataException(
                $"The tensor '{Name}' needs {length} bytes from {offset} on of '{path}', which has {file.Length}.");
        }
        byte[] bytes = new byte[length];
        if (length > 0) // else it may be no real file, and reading would wait for somebody to write
        {
            using FileStream stream = file.Open(FileMode.Open, FileAccess.Read, FileShare.Read);
            stream.Position = offset;
            stream.ReadExactly(bytes);
        }
        return bytes;
    }

    /// <summary>
    /// The file that a path in a folder stands for, without links; null if one of them leads out of the folder, or round in a circle.
    /// </summary>
    private static string? Inside(string root, string path)
    {
        string within = Path.TrimEndingDirectorySeparator(root) + Path.DirectorySeparatorChar;
        for (int links = 0; links < MostLinks && path.StartsWith(within, StringComparison.Ordinal); links++)
        {
            // The outermost link comes first: only of a folder that is none itself can be said where its links lead.
            string[] parts = path[within.Length..].Split(Path.DirectorySeparatorChar);
            string? link = Enumerable.Range(1, parts.Length).Select(count => Path.Combine([root, .. parts[..count]]))
                .FirstOrDefault(part => new FileInfo(part).LinkTarget is not null);
            if (link is null)
            {
                return path;
            }
            path = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(link)!, new FileInfo(link).LinkTarget!) + path[link.Length..]);
        }
        return null;
    }
}
