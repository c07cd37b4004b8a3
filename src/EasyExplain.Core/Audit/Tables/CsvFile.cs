using System.Buffers;
using System.Globalization;
using EasyExplain.Runtime;

namespace EasyExplain.Audit.Tables;

/// <summary>
/// Rows as comma-separated values (RFC 4180): UTF-8, a header, numbers with a point in every culture, an empty field where there is no
/// value.
/// </summary>
/// <remarks>
/// A text that a spreadsheet would take for a formula stays as it is: these are names of files and labels, which whoever reads the file
/// must find again.
/// </remarks>
internal sealed class CsvFile : ITableFile
{
    private const string LineEnd = "\r\n";

    private static readonly SearchValues<char> NeedQuotes = SearchValues.Create(",\"\r\n");

    private readonly UnfinishedFile _file;
    private readonly StreamWriter _text;

    /// <summary>Begins it.</summary>
    /// <exception cref="IOException">The folder is missing, or the disk is full.</exception>
    public CsvFile(string path, bool overwrite)
    {
        _file = new UnfinishedFile(path, overwrite);
        _text = new StreamWriter(_file.Content, leaveOpen: true) { NewLine = LineEnd };
        _text.WriteLine(string.Join(',', AuditColumn.All.Select(column => column.Name)));
    }

    /// <inheritdoc/>
    public void Add(CamAuditRow row) => _text.WriteLine(string.Join(',', AuditColumn.All.Select(column => Field(column.Value(row)))));

    /// <inheritdoc/>
    public void Finish()
    {
        _text.Flush();
        _file.Finish();
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose(); // what the writer still has belongs to a file that is not wanted

    private static string Field(object? value)
    {
        string text = value switch
        {
            DateTime time => time.ToString("O", CultureInfo.InvariantCulture),
            _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
        };
        return text.AsSpan().ContainsAny(NeedQuotes) ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
    }
}
