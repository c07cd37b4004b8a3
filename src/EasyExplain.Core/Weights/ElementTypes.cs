using static TorchSharp.torch;

namespace EasyExplain.Weights;

/// <summary>The element types that are read and written, and what each format calls them.</summary>
internal static class ElementTypes
{
    private static readonly (ScalarType Type, int Size, string Safetensors, string Storage)[] Table =
    [
        (ScalarType.Float32, 4, "F32", "torch.FloatStorage"),
        (ScalarType.Float64, 8, "F64", "torch.DoubleStorage"),
        (ScalarType.Float16, 2, "F16", "torch.HalfStorage"),
        (ScalarType.BFloat16, 2, "BF16", "torch.BFloat16Storage"),
        (ScalarType.Byte, 1, "U8", "torch.ByteStorage"),
        (ScalarType.Int8, 1, "I8", "torch.CharStorage"),
        (ScalarType.Int16, 2, "I16", "torch.ShortStorage"),
        (ScalarType.Int32, 4, "I32", "torch.IntStorage"),
        (ScalarType.Int64, 8, "I64", "torch.LongStorage"),
        (ScalarType.Bool, 1, "BOOL", "torch.BoolStorage"),
    ];

    // A storage without a type counts in bytes; PyTorch 1.12 called its class with an underscore.
    private static readonly string[] UntypedStorages =
        ["torch.storage.UntypedStorage", "torch.storage._UntypedStorage", "torch.UntypedStorage"];

    /// <summary>The names safetensors uses for the types that are read, for error messages.</summary>
    public static string SafetensorsNames => string.Join(", ", Table.Select(row => row.Safetensors));

    /// <summary>The size of one element in bytes.</summary>
    public static int Size(ScalarType type) => Row(type).Size;

    /// <summary>The name that safetensors uses.</summary>
    /// <exception cref="ArgumentException">The type is none of the table's.</exception>
    public static string SafetensorsName(ScalarType type) => Row(type).Safetensors;

    /// <summary>The type that safetensors calls <paramref name="name"/>, or null.</summary>
    public static ScalarType? FromSafetensors(string? name) => Find(row => row.Safetensors == name);

    /// <summary>The element type of PyTorch's storage class <paramref name="name"/>, or null.</summary>
    public static ScalarType? FromStorageClass(string name) =>
        UntypedStorages.Contains(name) ? ScalarType.Byte : Find(row => row.Storage == name);

    private static ScalarType? Find(Func<(ScalarType Type, int Size, string Safetensors, string Storage), bool> match) =>
        Table.Where(match).Select(row => (ScalarType?)row.Type).FirstOrDefault();

    private static (ScalarType Type, int Size, string Safetensors, string Storage) Row(ScalarType type) =>
        Array.Find(Table, row => row.Type == type) is { Size: > 0 } found
            ? found
            : throw new ArgumentException(
                $"Tensors of type {type} are not supported; supported are {string.Join(", ", Table.Select(row => row.Type))}.");
}
