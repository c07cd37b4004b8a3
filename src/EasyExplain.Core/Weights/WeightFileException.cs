using EasyExplain.Runtime;

namespace EasyExplain.Weights;

/// <summary>A weight file cannot be used; the message names the file, what is wrong with it and what would have been right.</summary>
public sealed class WeightFileException : UserFaultException
{
    /// <summary>Says what is wrong with the file at <paramref name="path"/>.</summary>
    public WeightFileException(string path, string message, Exception? inner = null)
        : base($"{path}: {message}", inner) => Path = path;

    /// <summary>The file, as it was named by the caller.</summary>
    public string Path { get; }
}
