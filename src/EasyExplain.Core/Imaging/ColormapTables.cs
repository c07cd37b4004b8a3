using System.Reflection;

namespace EasyExplain.Imaging;

/// <summary>The colours of the colormaps.</summary>
public static class ColormapTables
{
    private const int Size = 256;

    private static readonly Lazy<IReadOnlyDictionary<Colormap, byte[]>> Tables = new(Read);

    /// <summary>The table of a colormap.</summary>
    /// <param name="colormap">The map.</param>
    /// <returns>[256, 3]: red, green and blue of 256 even steps from 0 to 1.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such colormap.</exception>
    public static ReadOnlySpan<byte> Of(Colormap colormap) => Tables.Value.TryGetValue(colormap, out byte[]? table)
        ? table
        : throw new ArgumentOutOfRangeException(nameof(colormap), colormap, $"Known are {string.Join(", ", Enum.GetNames<Colormap>())}.");

    /// <summary>The entry of a table that paints a value, as matplotlib picks it.</summary>
    /// <param name="value">0 to 1; what lies outside is clamped, not-a-number counts as 0.</param>
    /// <returns>0 to 255.</returns>
    public static int IndexOf(float value) => value > 0 ? (int)Math.Min(value * Size, Size - 1) : 0;

    /// <summary>The same of a value from −1 to 1, with 0 in the middle of the table.</summary>
    public static int SignedIndexOf(float value) => IndexOf((value + 1) / 2);

    private static Dictionary<Colormap, byte[]> Read()
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("colormaps.txt")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Where(line => !line.StartsWith('#'))
            .Select(line => line.Split(' '))
            .ToDictionary(parts => Enum.Parse<Colormap>(parts[0], ignoreCase: true), parts => Convert.FromHexString(parts[1]));
    }
}
