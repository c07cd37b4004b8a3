using static TorchSharp.torch;

namespace EasyExplain.Weights;

/// <summary>
/// An opened weight file: the table of its tensors. Their values are read one by one, when asked for, straight into the tensor's memory.
/// </summary>
/// <remarks>
/// Read are safetensors and state dicts written by torch.save, in its zip format (PyTorch 1.6 and later) and its legacy format. Nothing in
/// a file is ever executed, and what a file says of itself is checked against what is there before memory is taken for it.
/// The file stays open until <see cref="Dispose"/>. One thread at a time.
/// </remarks>
public sealed class WeightFile : IDisposable
{
    private const int LongestMessage = 1500;

    private readonly IReadOnlyList<OpenedFile> _files;
    private readonly WeightTable _table;
    private bool _disposed;

    private WeightFile(string path, IReadOnlyList<OpenedFile> files, WeightTable table) => (Path, _files, _table) = (path, files, table);

    /// <summary>The file, as it was named to <see cref="Open"/>; of shards their table.</summary>
    public string Path { get; }

    /// <summary><c>safetensors</c>, <c>PyTorch zip</c> or <c>PyTorch legacy</c>.</summary>
    public string Format => _table.Format;

    /// <summary>Where in a checkpoint the tensors are, such as <c>state_dict</c>; null when they are what the file holds.</summary>
    public string? Key => _table.Key;

    /// <summary>Where in the checkpoint other tensors are that could be meant, such as <c>model_ema</c>; the first ten.</summary>
    public IReadOnlyList<string> OtherKeys => _table.OtherKeys;

    /// <summary>The tensors, in the order of the file; no name appears twice.</summary>
    public IReadOnlyList<WeightEntry> Entries => _table.Entries;

    /// <summary>The texts a safetensors file carries about itself; empty for the other formats.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _table.Metadata;

    /// <summary>Opens a weight file and reads its table. What it is, is told by its content; libtorch is not needed yet.</summary>
    /// <param name="path">The file.</param>
    /// <param name="key">
    /// Where in a checkpoint the tensors are: a dictionary's key (<c>model_ema</c>, or <c>ema.state_dict</c> for one within another), or
    /// what stands before a dot in the tensors' names and is left out of them. Null for the usual ones: the largest dictionary of tensors;
    /// of several so large the one with a usual name such as <c>state_dict</c> or <c>model</c>; averaged ones only if there are no others.
    /// </param>
    /// <exception cref="WeightFileException">
    /// The file is not a weight file, is broken, holds a whole Python object, or several dictionaries of which none has a usual name, or
    /// nothing under <paramref name="key"/>.
    /// </exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read, or is a folder.</exception>
    public static WeightFile Open(string path, string? key = null) => FromOpened(OpenedFile.Open(path), key);

    /// <summary>The same of a file that is open already, which it takes over.</summary>
    internal static WeightFile FromOpened(OpenedFile file, string? key)
    {
        try
        {
            return new WeightFile(file.Path, [file], Explain(file.Path, () => At(key, FileSignatures.FindReader(file)(file, key))));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Opens weights that lie in several files, as one: every tensor is in the file that the table says, and in no other.
    /// </summary>
    /// <param name="path">The table's file, for errors.</param>
    /// <param name="shardOf">The table: from a tensor's name to a shard's.</param>
    /// <param name="paths">From a shard's name to its path.</param>
    /// <param name="key">See <see cref="Open"/>.</param>
    /// <exception cref="WeightFileException">A shard is no weight file, or the table and the shards do not agree.</exception>
    internal static WeightFile OpenShards(string path, IReadOnlyDictionary<string, string> shardOf,
        IReadOnlyDictionary<string, string> paths, string? key)
    {
        var files = new List<OpenedFile>();
        try
        {
            var entries = new List<WeightEntry>();
            string format = "";
            foreach ((string shard, string file) in paths.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            {
                files.Add(OpenedFile.Open(file));
                OpenedFile opened = files[^1];
                WeightTable table = Explain(file, () => FileSignatures.FindReader(opened)(opened, null));
                foreach (WeightEntry entry in table.Entries)
                {
                    entries.Add(shardOf.GetValueOrDefault(entry.Name) == shard ? entry : throw new WeightFileException(file,
                        Printable($"It holds '{entry.Name}', which '{path}' does not say of it: shards must not overlap.")));
                }
                format = table.Format;
            }
            HashSet<string> found = [.. entries.Select(entry => entry.Name)];
            if (shardOf.FirstOrDefault(pair => !found.Contains(pair.Key)) is { Key: { } missing, Value: var where })
            {
                throw new WeightFileException(path, Printable($"It says that '{missing}' is in '{where}', which does not hold it."));
            }
            var whole = new WeightTable($"{format} in {files.Count} shards", entries);
            return new WeightFile(path, files, Explain(path, () => At(key, whole)));
        }
        catch
        {
            files.ForEach(file => file.Dispose());
            throw;
        }
    }

    /// <summary>Reads the values of a tensor.</summary>
    /// <param name="entry">One of <see cref="Entries"/>.</param>
    /// <returns>
    /// A new contiguous tensor on the CPU, of the entry's shape and type, which the caller owns (or the caller's dispose scope).
    /// </returns>
    /// <exception cref="ArgumentException">The entry does not come from a file.</exception>
    /// <exception cref="WeightFileException">The values cannot be read: the file has changed, or its compressed data is broken.</exception>
    public Tensor Read(WeightEntry entry) => Explain(Path, Layout(entry).Read);

    /// <summary>Reads the values of a tensor as float32, whatever the file has them in.</summary>
    /// <inheritdoc cref="Read"/>
    /// <returns>
    /// A new contiguous float32 tensor on the CPU, of the entry's shape, which the caller owns (or the caller's dispose scope).
    /// </returns>
    public Tensor ReadFloat32(WeightEntry entry) => Explain(Path, Layout(entry).ReadFloat32);

    /// <summary>Closes the file. Tensors already read stay as they are.</summary>
    public void Dispose()
    {
        _disposed = true;
        foreach (OpenedFile file in _files)
        {
            file.Dispose();
        }
    }

    private TensorLayout Layout(WeightEntry entry)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return entry.Layout ?? throw new ArgumentException($"'{entry.Name}' is not an entry of {Path}.", nameof(entry));
    }

    /// <summary>The table of what is under <paramref name="key"/>, if the reader has found no dictionary there.</summary>
    private static WeightTable At(string? key, WeightTable table)
    {
        if (key is null || key == table.Key)
        {
            return table;
        }
        string prefix = key + ".";
        WeightEntry[] inside =
        [
            .. table.Entries.Where(entry => entry.Name.StartsWith(prefix, StringComparison.Ordinal))
                .Select(entry => entry with { Name = entry.Name[prefix.Length..] }),
        ];
        return inside.Length > 0 ? table with { Key = key, Entries = inside } : throw new InvalidDataException(
            $"There are no tensors under '{key}'. {(table.Key is null ? "The file" : $"The usual key is '{table.Key}', which")} holds " +
            $"{table.Entries.Count} " +
            $"tensors, the first '{table.Entries.FirstOrDefault()?.Name}'." +
            (table.OtherKeys.Count > 0 ? $" There are also tensors under '{string.Join("', '", table.OtherKeys)}'." : ""));
    }

    /// <summary>
    /// Inside, wrong data is an <see cref="InvalidDataException"/>, as .NET's zip reader has it; here it gets the file's name.
    /// </summary>
    private static T Explain<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (EndOfStreamException e)
        {
            throw new WeightFileException(path, "The file ends in the middle of its data; it may have been cut off.", e);
        }
        catch (InvalidDataException e)
        {
            throw new WeightFileException(path, Printable(e.Message), e);
        }
        catch (WeightDataException e)
        {
            throw new WeightFileException(path, Printable(e.Message), e)
            {
                Remedy = e.Remedy,
                About = e.About is null ? null : Printable(e.About),
            };
        }
    }

    /// <summary>A message may quote names from the file, which can be long and full of control characters.</summary>
    private static string Printable(string message) =>
        string.Concat(message.Take(LongestMessage).Select(c => char.IsControl(c) ? '?' : c)) + (message.Length > LongestMessage ? "…" : "");
}
