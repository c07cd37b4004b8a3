using Microsoft.Data.Sqlite;

namespace EasyExplain.Audit.Store;

/// <summary>A statement that is made once and run often; its values are $1, $2 and so on.</summary>
internal sealed class Statement : IDisposable
{
    private readonly SqliteCommand _command;

    /// <summary>Prepares it.</summary>
    public Statement(SqliteConnection connection, string sql)
    {
        _command = connection.CreateCommand();
        _command.CommandText = sql;
    }

    /// <summary>Runs it for these values; says how many rows it changed.</summary>
    public int Run(params ReadOnlySpan<object?> values)
    {
        Bind(values);
        return _command.ExecuteNonQuery();
    }

    /// <summary>The first value of what it finds; null where it finds nothing.</summary>
    public object? Ask(params ReadOnlySpan<object?> values)
    {
        Bind(values);
        return _command.ExecuteScalar() is { } found and not DBNull ? found : null;
    }

    /// <summary>All that it finds.</summary>
    public SqliteDataReader Find(params ReadOnlySpan<object?> values)
    {
        Bind(values);
        return _command.ExecuteReader();
    }

    /// <inheritdoc/>
    public void Dispose() => _command.Dispose();

    // SQLite has no NaN; what it has in its place is NULL.
    private void Bind(ReadOnlySpan<object?> values)
    {
        for (int index = 0; index < values.Length; index++)
        {
            if (index == _command.Parameters.Count)
            {
                _command.Parameters.Add(new SqliteParameter { ParameterName = $"${index + 1}" });
            }
            _command.Parameters[index].Value = values[index] switch
            {
                null or double.NaN => DBNull.Value,
                string text => StoredText.Of(text),
                var value => value,
            };
        }
    }
}
