using EasyExplain.Models.Architectures;
using EasyExplain.Networks;

namespace EasyExplain.Tests.Models;

/// <summary>Every built-in torchvision architecture against the state dict and module tree that torchvision 0.14 itself has.</summary>
public class TorchvisionNamesTests
{
    public static TheoryData<string> Names => [.. Listed.Value.Keys];

    private static readonly Lazy<Dictionary<string, string[]>> Listed = new(() =>
        File.ReadAllText(Repository.Data("architectures", "torchvision.txt")).Split("# ", StringSplitOptions.RemoveEmptyEntries)
            .Select(block => block.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            .ToDictionary(lines => lines[0].Split(' ')[0]));

    [Theory]
    [MemberData(nameof(Names))]
    public void Tensors_HaveTorchvisionsNamesAndShapes(string architecture)
    {
        using Network network = Catalog.Find(architecture).Build(1000);
        Assert.Equal(
            Lines(architecture, "tensor"),
            network.Parameters.Select(parameter => $"{parameter.Name} {string.Join(',', parameter.Shape)}").Order(StringComparer.Ordinal));
        Assert.Equal(
            long.Parse(Listed.Value[architecture][0].Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture),
            network.Parameters.Where(parameter => !parameter.IsBuffer).Sum(parameter => parameter.Count));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void EveryModuleOfTorchvisionsTree_IsALayer(string architecture)
    {
        using Network network = Catalog.Find(architecture).Build(1000);
        Assert.Equal(
            Lines(architecture, "module"),
            network.Layers.Select(layer => $"{layer.Name} {layer.Type}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void EveryArchitectureOfTheCatalog_IsChecked() =>
        Assert.Equal(Catalog.All.Select(known => known.Name).Except(["resnet20"]).Order(StringComparer.Ordinal), Listed.Value.Keys.Order(StringComparer.Ordinal));

    private static IEnumerable<string> Lines(string architecture, string kind) => Listed.Value[architecture]
        .Where(line => line.StartsWith(kind + " ", StringComparison.Ordinal)).Select(line => line[(kind.Length + 1)..]).Order(StringComparer.Ordinal);
}
