using System.Globalization;
using System.IO.Compression;
using EasyExplain.Architectures;
using EasyExplain.Networks;

namespace EasyExplain.Tests.Architectures;

/// <summary>Every built-in torchvision architecture against the state dict and module tree that torchvision 0.14 itself has.</summary>
public class TorchvisionNamesTests
{
    // not torchvision's; too large for the machine that made the list; newer than the list
    private static readonly string[] NotListed = ["resnet20", "regnet_y_128gf", "maxvit_t"];

    public static TheoryData<string> Names => [.. ArchitectureCatalog.All.Select(known => known.Name).Except(NotListed)];

    private static readonly Lazy<Dictionary<string, string[]>> Listed = new(() =>
    {
        using var packed = new GZipStream(File.OpenRead(Repository.Data("architectures", "torchvision.txt.gz")),
            CompressionMode.Decompress);
        using var text = new StreamReader(packed);
        return text.ReadToEnd().Split("# ", StringSplitOptions.RemoveEmptyEntries)
            .Select(block => block.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            .ToDictionary(lines => lines[0].Split(' ')[0]);
    });

    [Theory]
    [MemberData(nameof(Names))]
    public void Tensors_HaveTorchvisionsNamesAndShapes(string name)
    {
        Architecture architecture = ArchitectureCatalog.Find(name);
        using Network network = architecture.Build(1000, 224, 224);
        Assert.Equal(
            Lines(name, "tensor").Where(line => !architecture.Ignores(line.Split(' ')[0])),
            network.Parameters.Select(parameter => $"{parameter.Name} {string.Join(',', parameter.Shape)}").Order(StringComparer.Ordinal));
        if (!Lines(name, "tensor").Any(line => architecture.Ignores(line.Split(' ')[0])))
        {
            Assert.Equal(
                long.Parse(Listed.Value[name][0].Split(' ')[1], CultureInfo.InvariantCulture),
                network.Parameters.Where(parameter => !parameter.IsBuffer).Sum(parameter => parameter.Count));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void EveryModuleOfTorchvisionsTree_IsALayer(string name)
    {
        Architecture architecture = ArchitectureCatalog.Find(name);
        using Network network = architecture.Build(1000, 224, 224);
        Assert.Equal(
            Lines(name, "module").Where(line => !architecture.Ignores(line.Split(' ')[0] + ".weight")),
            network.Layers.Select(layer => $"{layer.Name} {layer.Type}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void EveryClassifierOfTorchvision_IsInTheCatalog_AndNothingElse() =>
        Assert.Equal(Listed.Value.Keys.Order(StringComparer.Ordinal),
            ArchitectureCatalog.All.Select(known => known.Name).Except(NotListed).Order(StringComparer.Ordinal));

    [Fact]
    public void MaxViT_HasAsManyParametersAsTorchvisionSays()
    {
        using Network network = ArchitectureCatalog.Find("maxvit_t").Build(1000);
        Assert.Equal(30_919_624, network.Parameters.Where(parameter => !parameter.IsBuffer).Sum(parameter => parameter.Count));
    }

    private static IEnumerable<string> Lines(string architecture, string kind) => Listed.Value[architecture]
        .Where(line => line.StartsWith(kind + " ", StringComparison.Ordinal)).Select(line => line[(kind.Length + 1)..])
        .Order(StringComparer.Ordinal);
}
