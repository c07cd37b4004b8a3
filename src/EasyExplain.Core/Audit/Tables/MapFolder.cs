using System.Globalization;

namespace EasyExplain.Audit.Tables;

/// <summary>
/// The maps of a table's rows as NumPy arrays, a file for each layer and for the fused map: <c>layer3.npy</c> has at <c>[i]</c> the map of
/// row i, zeros where that row has none; <c>layer3.against.npy</c> what speaks against the class, of maps with signs. Maps of a layer
/// that has more than one size, as in audits of several models, stand by their size: <c>layer3_16x16.npy</c>.
/// </summary>
/// <param name="folder">The folder; it must exist.</param>
/// <param name="overwrite">Whether files that are there give way.</param>
internal sealed class MapFolder(string folder, bool overwrite) : IDisposable
{
    private const int LongestName = 100;

    private static readonly char[] Forbidden = [.. Path.GetInvalidFileNameChars().Union("<>:\"/\\|?*")];

    private readonly Dictionary<(string Layer, int Height, int Width), NumpyStack> _stacks = [];
    private readonly HashSet<string> _names = new(StringComparer.OrdinalIgnoreCase);
    private long _rows;

    /// <summary>Takes the maps of one more row.</summary>
    /// <exception cref="IOException">A file is there and may not be overwritten, or the disk is full.</exception>
    public void Add(CamAuditRow row)
    {
        foreach (StoredMap map in row.StoredMaps)
        {
            Put(map.Layer, map, map.Values);
            if (map.Against is { } against)
            {
                Put(map.Layer + ".against", map, against);
            }
        }
        _rows++;
    }

    private void Put(string name, StoredMap map, byte[] values)
    {
        var key = (name, map.Height, map.Width);
        if (!_stacks.TryGetValue(key, out NumpyStack? stack))
        {
            string file = Path.Combine(folder, NameFor(map with { Layer = name }));
            _stacks[key] = stack = new NumpyStack(file, map.Height, map.Width, overwrite);
        }
        stack.Put(_rows, values);
    }

    /// <summary>Gives the files their names.</summary>
    public void Finish()
    {
        foreach (NumpyStack stack in _stacks.Values)
        {
            stack.Finish(_rows);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (NumpyStack stack in _stacks.Values)
        {
            stack.Dispose();
        }
    }

    private string NameFor(StoredMap map)
    {
        string layer = string.Concat(map.Layer.Select(letter => Forbidden.Contains(letter) ? '-' : letter));
        layer = layer.Length > LongestName ? layer[..LongestName] : layer;
        string name = $"{layer}.npy";
        for (int number = 1; !_names.Add(name); number++)
        {
            name = string.Create(CultureInfo.InvariantCulture,
                $"{layer}_{map.Height}x{map.Width}{(number == 1 ? "" : $" ({number})")}.npy");
        }
        return name;
    }
}
