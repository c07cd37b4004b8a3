using EasyExplain.Architectures;
using EasyExplain.Networks;

namespace EasyExplain.Tests.Architectures;

public class RegNetTests
{
    /// <summary>The largest member is missing in the listing of names and shapes; torchvision publishes its size.</summary>
    [Fact]
    public void TheLargest_HasThePublishedWidthsDepthsAndParameters()
    {
        using Network network = ArchitectureCatalog.Find("regnet_y_128gf").Build(1000);
        Assert.Equal(
            ["528 x 2", "1056 x 7", "2904 x 17", "7392 x 1"],
            Enumerable.Range(1, 4).Select(stage =>
            {
                long width = network.Shapes(3, 224, 224)[network.Find($"trunk_output.block{stage}")!.Node][0];
                int depth = Enumerable.Range(0, 27)
                    .Count(block => network.Find($"trunk_output.block{stage}.block{stage}-{block}") is not null);
                return $"{width} x {depth}";
            }));
        Assert.Equal(644_812_894, network.Parameters.Where(parameter => !parameter.IsBuffer).Sum(parameter => parameter.Count));
    }
}
