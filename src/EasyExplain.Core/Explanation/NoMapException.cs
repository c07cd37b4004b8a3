namespace EasyExplain.Explanation;

/// <summary>An explanation of an earlier run, of which there are pictures and a row, but no map to draw.</summary>
/// <param name="path">The photo.</param>
internal sealed class NoMapException(string? path)
    : NotSupportedException($"'{path}' was not explained again, so there is no map to draw.")
{
    /// <summary>The photo.</summary>
    public string? Path { get; } = path;
}
