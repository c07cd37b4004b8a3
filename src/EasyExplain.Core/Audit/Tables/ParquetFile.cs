using EasyExplain.Runtime;
using Parquet;
using Parquet.Schema;

namespace EasyExplain.Audit.Tables;

/// <summary>Rows as Apache Parquet, compressed with Snappy; times are UTC, in microseconds.</summary>
internal sealed class ParquetFile : ITableFile
{
    private const int GroupSize = 8192; // rows that are held until they are written together

    private readonly UnfinishedFile _file;
    private readonly DataField[] _fields = [.. AuditColumn.All.Select(FieldOf)];
    private readonly List<object?[]> _rows = [];
    private readonly ParquetWriter _writer;

    /// <summary>Begins it.</summary>
    /// <exception cref="IOException">The folder is missing, or the disk is full.</exception>
    public ParquetFile(string path, bool overwrite)
    {
        _file = new UnfinishedFile(path, overwrite);
        _writer = ParquetWriter.CreateAsync(new ParquetSchema(_fields), _file.Content).GetAwaiter().GetResult();
    }

    /// <inheritdoc/>
    public void Add(CamAuditRow row)
    {
        _rows.Add([.. AuditColumn.All.Select(column => column.Value(row))]);
        if (_rows.Count == GroupSize)
        {
            WriteGroup();
        }
    }

    /// <inheritdoc/>
    public void Finish()
    {
        if (_rows.Count > 0)
        {
            WriteGroup();
        }
        _writer.DisposeAsync().AsTask().GetAwaiter().GetResult(); // writes the footer
        _file.Finish();
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private static DataField FieldOf(AuditColumn column) => column.Type switch
    {
        var type when type == typeof(string) => new DataField(column.Name, typeof(string), isNullable: true),
        var type when type == typeof(DateTime) => new DateTimeDataField(
            column.Name, DateTimeFormat.Timestamp, isAdjustedToUTC: true, DateTimeTimeUnit.Micros, isNullable: true),
        var type => new DataField(column.Name, type, isNullable: true),
    };

    private void WriteGroup()
    {
        using ParquetRowGroupWriter group = _writer.CreateRowGroup();
        for (int column = 0; column < _fields.Length; column++)
        {
            Write(group, column).GetAwaiter().GetResult();
        }
        _rows.Clear();
    }

    private Task Write(ParquetRowGroupWriter group, int column)
    {
        DataField field = _fields[column];
        Type type = AuditColumn.All[column].Type;
        return type == typeof(string) ? group.WriteAsync(field, (string[])[.. _rows.Select(row => (string)row[column]!)])
            : type == typeof(long) ? group.WriteAsync<long>(field, Column<long>(column))
            : type == typeof(double) ? group.WriteAsync<double>(field, Column<double>(column))
            : type == typeof(bool) ? group.WriteAsync<bool>(field, Column<bool>(column))
            : group.WriteAsync<DateTime>(field, Column<DateTime>(column));
    }

    private ReadOnlyMemory<T?> Column<T>(int column)
        where T : struct =>
        (T?[])[.. _rows.Select(row => (T?)row[column])];
}
