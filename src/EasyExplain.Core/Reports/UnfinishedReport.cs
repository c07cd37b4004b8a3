using System.Globalization;
using EasyExplain.Reports.Packs;
using EasyExplain.Runtime;

namespace EasyExplain.Reports;

/// <summary>
/// A report that appears whole or not at all. Its data lie in a folder of their own beside the index, <c>index_files/1a2b3c4d</c>, which
/// nothing names until the index is moved into place in the end; only then does the data of an older report go.
/// </summary>
internal sealed class UnfinishedReport : IDisposable
{
    private const string MarkerName = "report.txt"; // tells that a folder is ours, and which index it belongs to

    private readonly string _index;
    private readonly string _allData; // the folder of data folders
    private readonly Stack<string> _made = new(); // folders that were not there before, the outer ones first
    private bool _finished;

    /// <summary>Begins it.</summary>
    /// <param name="index">The index file to make, such as report/index.html. Its folder is made where it is missing.</param>
    /// <param name="hasData">Whether there are files beside the index; not in a report of a single file.</param>
    /// <exception cref="IOException">A folder cannot be made, or the disk is full.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written to.</exception>
    public UnfinishedReport(string index, bool hasData)
    {
        _index = Path.GetFullPath(index);
        string folder = Path.GetDirectoryName(_index) ?? _index, name = Path.GetFileNameWithoutExtension(_index) + "_files";
        _allData = Path.Combine(folder, name);
        try
        {
            Make(folder);
            if (hasData)
            {
                string id = NewId();
                (DataFolder, DataUrl) = (Path.Combine(_allData, id), $"{Uri.EscapeDataString(name)}/{id}/");
                Make(DataFolder);
                File.WriteAllText(Path.Combine(DataFolder, MarkerName), Marker);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The folder for the data, which is there and new; null of a single file.</summary>
    public string? DataFolder { get; }

    /// <summary>What the index finds the data by: a relative URL with a / at its end; empty of a single file.</summary>
    public string DataUrl { get; } = "";

    private string Marker =>
        $"{Path.GetFileName(_index)}\nThis folder holds what that report shows. It is removed when EasyExplain writes the report anew.\n";

    /// <summary>Writes the index and moves it into place; then the data of older reports of this name are removed.</summary>
    /// <param name="write">Writes the index.</param>
    /// <exception cref="IOException">The disk is full.</exception>
    /// <exception cref="UnauthorizedAccessException">The index may not be written over.</exception>
    public void Finish(Action<Stream> write)
    {
        WholeFile.Write(_index, overwrite: true, write);
        _finished = true;
        RemoveOlder();
    }

    /// <summary>Leaves nothing behind of a report that was not finished.</summary>
    public void Dispose()
    {
        if (_finished)
        {
            return;
        }
        // Not to be thrown over the error that brought us here.
        Try(() =>
        {
            if (DataFolder is not null && _made.Contains(DataFolder))
            {
                Directory.Delete(DataFolder, recursive: true);
                _made.Pop();
            }
            while (_made.TryPop(out string? folder))
            {
                Directory.Delete(folder); // with anything of somebody else's in it, it stays
            }
        });
    }

    private void Make(string folder)
    {
        if (Directory.Exists(folder))
        {
            return;
        }
        if (Path.GetDirectoryName(folder) is { } parent)
        {
            Make(parent);
        }
        Directory.CreateDirectory(folder);
        _made.Push(folder);
    }

    private string NewId()
    {
        string id;
        do
        {
            id = Random.Shared.NextInt64(1L << 32).ToString("x8", CultureInfo.InvariantCulture);
        }
        while (Path.Exists(Path.Combine(_allData, id)));
        return id;
    }

    /// <summary>What cannot be removed is in nobody's way: the next report tries again.</summary>
    private void RemoveOlder()
    {
        if (!Directory.Exists(_allData))
        {
            return;
        }
        Try(() =>
        {
            foreach (string folder in Directory.GetDirectories(_allData).Where(folder => folder != DataFolder && IsOurs(folder)))
            {
                Try(() => Directory.Delete(folder, recursive: true));
            }
            if (DataFolder is null && !Directory.EnumerateFileSystemEntries(_allData).Any())
            {
                Directory.Delete(_allData);
            }
        });
    }

    /// <summary>Whether a folder is the data of a report of this name, and nothing else is in it.</summary>
    private bool IsOurs(string folder)
    {
        string marker = Path.Combine(folder, MarkerName);
        return Path.GetFileName(folder) is { Length: 8 } id && id.All(char.IsAsciiHexDigitLower)
            && !new DirectoryInfo(folder).Attributes.HasFlag(FileAttributes.ReparsePoint)
            && File.Exists(marker)
            && File.ReadAllText(marker).StartsWith(Path.GetFileName(_index) + "\n", StringComparison.Ordinal)
            && Directory.EnumerateFileSystemEntries(folder).All(entry => entry == marker || PackFolder.IsDataFile(entry));
    }

    private static void Try(Action work)
    {
        try
        {
            work();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }
}
