using static TorchSharp.torch;

namespace EasyExplain.Import.Exported;

/// <summary>The types of numbers as torch.export counts them (ScalarType in torch/_export/serde/schema.py).</summary>
internal static class ExportedTypes
{
    private const long Bool = 12, BFloat16 = 13;

    /// <summary>The type of a stored tensor.</summary>
    /// <exception cref="InvalidDataException">It is none that is read.</exception>
    public static ScalarType Stored(long type) => type switch
    {
        >= 1 and <= 8 => (ScalarType)(type - 1),
        Bool => ScalarType.Bool,
        BFloat16 => ScalarType.BFloat16,
        _ => throw new InvalidDataException($"its numbers are of type {type}, which is not known here."),
    };

    /// <summary>The number that ATen has for a type.</summary>
    public static long OfAten(long type) => type switch
    {
        >= 1 and <= Bool => type - 1,
        BFloat16 => 15,
        _ => type,
    };
}
