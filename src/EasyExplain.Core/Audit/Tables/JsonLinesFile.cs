using System.Text.Encodings.Web;
using System.Text.Json;
using EasyExplain.Runtime;

namespace EasyExplain.Audit.Tables;

/// <summary>Rows as JSON Lines: an object a line, UTF-8, every column in each; null where there is no value.</summary>
internal sealed class JsonLinesFile : ITableFile
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly UnfinishedFile _file;
    private readonly BufferedStream _content;
    private readonly Utf8JsonWriter _json;

    /// <summary>Begins it.</summary>
    /// <exception cref="IOException">The folder is missing, or the disk is full.</exception>
    public JsonLinesFile(string path, bool overwrite)
    {
        _file = new UnfinishedFile(path, overwrite);
        _content = new BufferedStream(_file.Content, 1 << 16);
        _json = new Utf8JsonWriter(_content, Options);
    }

    /// <inheritdoc/>
    public void Add(CamAuditRow row)
    {
        _json.WriteStartObject();
        foreach (AuditColumn column in AuditColumn.All)
        {
            _json.WritePropertyName(column.Name);
            JsonSerializer.Serialize(_json, column.Value(row), column.Type == typeof(string) ? typeof(string) : typeof(object));
        }
        _json.WriteEndObject();
        _json.Flush();
        _json.Reset();
        _content.WriteByte((byte)'\n');
    }

    /// <inheritdoc/>
    public void Finish()
    {
        _content.Flush();
        _file.Finish();
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
