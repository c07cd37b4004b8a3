using EasyExplain.Architectures;

namespace EasyExplain.Models;

/// <summary>A file that is not there, and is called as an architecture is: its weights were meant.</summary>
/// <param name="path">The file.</param>
/// <param name="architecture">The architecture.</param>
/// <param name="hasWeights">Whether torchvision publishes weights of it.</param>
internal sealed class ArchitectureNamedException(string path, Architecture architecture, bool hasWeights)
    : FileNotFoundException($"There is no file '{path}'. {architecture.Name} is an architecture.", path)
{
    /// <summary>The architecture's name.</summary>
    public string Architecture { get; } = architecture.Name;

    /// <summary>Whether torchvision publishes weights of it.</summary>
    public bool HasWeights { get; } = hasWeights;
}
