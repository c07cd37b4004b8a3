using EasyExplain.Runtime;

namespace EasyExplain.Audit.Truth;

/// <summary>Ground truth cannot be read; the message names the file and what is wrong in it.</summary>
/// <param name="path">The file or folder.</param>
/// <param name="message">What is wrong, without its name.</param>
/// <param name="inner">What lies behind it.</param>
public sealed class TruthException(string path, string message, Exception? inner = null)
    : UserFaultException($"'{path}' {message}", inner)
{
    /// <summary>The file or folder.</summary>
    public string Path { get; } = path;

    /// <summary>Where in the file something is wrong, such as "line 3".</summary>
    internal static TruthException At(string path, string place, string message, Exception? inner = null) =>
        new(path, $"makes no sense at {place}: {message}", inner);

    /// <summary>The text of a small file.</summary>
    /// <exception cref="TruthException">It is too large to be one.</exception>
    internal static string ReadSmall(string path, int most)
    {
        long length = new FileInfo(path).Length;
        return length <= most ? File.ReadAllText(path)
            : throw new TruthException(path, FormattableString.Invariant($"has {length:N0} bytes, and no more than {most:N0} are read."));
    }
}
