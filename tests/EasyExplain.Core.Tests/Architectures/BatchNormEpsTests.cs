using EasyExplain.Architectures;
using EasyExplain.Networks;
using EasyExplain.Networks.Operators;

namespace EasyExplain.Tests.Architectures;

public class BatchNormEpsTests
{
    /// <summary>ε stands in no weight file, and a wrong one hides in the goldens' tolerance; these are torchvision's.</summary>
    [Theory]
    [InlineData("mobilenet_v2", 1e-5)]
    [InlineData("mobilenet_v3_small", 1e-3)]
    [InlineData("mobilenet_v3_large", 1e-3)]
    [InlineData("efficientnet_b0", 1e-5)]
    [InlineData("efficientnet_b1", 1e-5)]
    [InlineData("efficientnet_b2", 1e-5)]
    [InlineData("efficientnet_b3", 1e-5)]
    [InlineData("efficientnet_b4", 1e-5)]
    [InlineData("efficientnet_b5", 1e-3)]
    [InlineData("efficientnet_b6", 1e-3)]
    [InlineData("efficientnet_b7", 1e-3)]
    [InlineData("efficientnet_v2_s", 1e-3)]
    [InlineData("efficientnet_v2_m", 1e-3)]
    [InlineData("efficientnet_v2_l", 1e-3)]
    [InlineData("regnet_x_400mf", 1e-5)]
    [InlineData("regnet_y_400mf", 1e-5)]
    public void EveryBatchNorm_HasTorchvisionsEps(string name, double eps)
    {
        using Network network = ArchitectureCatalog.Find(name).Build(10);
        Assert.All(network.Nodes.Select(node => node.Operator).OfType<BatchNorm2d>(), batchNorm => Assert.Equal(eps, batchNorm.Eps));
    }
}
