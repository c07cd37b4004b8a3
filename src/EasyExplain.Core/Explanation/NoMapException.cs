namespace EasyExplain.Explanation;

/// <summary>A result of an earlier run, of which there is no map to draw.</summary>
internal sealed class NoMapException : NotSupportedException
{
    /// <summary>An explanation that pictures of an earlier run tell.</summary>
    /// <param name="path">The photo.</param>
    public NoMapException(string? path)
        : base($"'{path}' was not explained again, so there is no map to draw.") => Path = path;

    /// <summary>A row of an audit.</summary>
    /// <param name="path">The photo.</param>
    /// <param name="why">Why there is no map.</param>
    public NoMapException(string path, string why)
        : base($"'{path}' cannot be drawn: {why}") => (Path, IsOfRow) = (path, true);

    /// <summary>The photo.</summary>
    public string? Path { get; }

    /// <summary>Whether a row of an audit lacks it.</summary>
    public bool IsOfRow { get; }
}
