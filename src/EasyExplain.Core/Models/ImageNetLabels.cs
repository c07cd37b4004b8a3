using System.Reflection;

namespace EasyExplain.Models;

/// <summary>What the 1000 classes of ImageNet are called, in the order that torchvision's weights have them.</summary>
public static class ImageNetLabels
{
    private static readonly Lazy<IReadOnlyList<string>> Labels = new(() =>
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("ImageNetLabels.txt")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    });

    /// <summary>1000 names, torchvision's.</summary>
    public static IReadOnlyList<string> All => Labels.Value;
}
