using EasyExplain.Architectures;
using EasyExplain.Checkpoints;
using EasyExplain.Models;

namespace EasyExplain.Tests.Checkpoints;

/// <summary>Names of other libraries, and the architectures that are asked for by them.</summary>
public class NameTableTests
{
    private static readonly NameTable Table = new(
        ("stem.*", "first.*"),
        ("s1.b#.conv#.*", "block1-#-1.conv#+1.*"),
        ("stages.#.bn.weight", "norm.weight.#"),
        ("stages.*", "rest.*"));

    [Theory]
    [InlineData("stem.weight", "first.weight")]
    [InlineData("stem.conv.bias", "first.conv.bias")]
    [InlineData("s1.b10.conv2.weight", "block1-9.conv3.weight")]
    [InlineData("stages.3.bn.weight", "norm.weight.3")]
    [InlineData("stages.3.bn.bias", "rest.3.bn.bias")] // the first row that fits counts
    [InlineData("stages.x.bn.weight", "rest.x.bn.weight")]
    [InlineData("s1.b.conv2.weight", "s1.b.conv2.weight")] // no number
    [InlineData("s1.b1111111111.conv2.weight", "s1.b1111111111.conv2.weight")] // none that a network has
    [InlineData("my.stem.weight", "my.stem.weight")] // a name is taken as a whole
    [InlineData("stem", "stem")]
    [InlineData("", "")]
    public void AName_BecomesWhatItsRowSays(string theirs, string own) => Assert.Equal(own, Table[theirs]);

    [Theory]
    [InlineData("mobilenetv3_large_100")]
    [InlineData("MobileNetV3_Large_100")]
    [InlineData("mobilenetv3_large_100.ra_in1k")] // with the name of the weights
    public void ATimmName_FindsItsArchitecture(string name) =>
        Assert.Equal("mobilenetv3_large_100", ArchitectureCatalog.Find(name).Name);

    [Fact]
    public void OneNameOfBothLibraries_StandsForBoth_TorchvisionsFirst()
    {
        IReadOnlyList<Architecture> named = ArchitectureCatalog.Named("efficientnet_b0");
        Assert.Equal(["classifier.1.weight", "classifier.weight"], named.Select(one => one.HeadInFiles));
        Assert.Equal("classifier.weight", Assert.Single(ArchitectureCatalog.Named("efficientnet_b0.ra_in1k")).HeadInFiles);
        Assert.Equal(ArchitectureCatalog.Names.Distinct(), ArchitectureCatalog.Names);
    }

    [Fact]
    public void AMisspeltName_HasNearOnesOfBoth()
    {
        var error = Assert.Throws<ModelImportException>(() => ArchitectureCatalog.Find("mobilenet3_large_100"));
        Assert.StartsWith("There is no architecture 'mobilenet3_large_100'. Near: mobilenetv3_large_100,", error.Message);
    }
}
