namespace EasyExplain.PowerShell.Tests;

public class GetCamLayerTests(ModuleSession session) : IClassFixture<ModuleSession>
{
    [Theory]
    [InlineData("Import-CamModel | Get-CamLayer layer?", "layer1 layer2 layer3")]
    [InlineData("$m = Import-CamModel; Get-CamLayer $m layer?", "layer1 layer2 layer3")]
    [InlineData("$m = Import-CamModel; Get-CamLayer -Model $m -Name layer3, conv1", "layer3 conv1")]
    [InlineData("Import-CamModel | Get-CamLayer layer2* -Type Conv2d",
        "layer2.0.conv1 layer2.0.conv2 layer2.0.downsample.0 layer2.1.conv1 layer2.1.conv2 layer2.2.conv1 layer2.2.conv2")]
    [InlineData("Import-CamModel | Get-CamLayer -Type Linear, AdaptiveAvg*", "avgpool fc")]
    [InlineData("Import-CamModel | Get-CamLayer | Where-Object IsDefault", "layer3")]
    [InlineData("Import-CamModel | Get-CamLayer | Where-Object { $_.OutputShape[1] -eq 64 -and $_.Type -eq 'BasicBlock' }",
        "layer3.0 layer3.1 layer3.2")]
    public void Layers_AreFoundByNameAndType(string script, string expected) =>
        Assert.Equal(expected, string.Join(' ', session.Run(script).OrThrow().Select(layer => layer.Properties["Name"].Value)));

    [Fact]
    public void ALayer_KnowsItsShapeItsParametersAndItsModel()
    {
        ModuleSession.Result layer = session.Run("Import-CamModel | Get-CamLayer layer3.0.conv1");
        Assert.Equal([1L, 64, 8, 8], layer.Get<long[]>("OutputShape"));
        Assert.Equal(64 * 32 * 3 * 3, layer.Get<long>("ParameterCount"));
        Assert.Equal("resnet20", session.Run("(Import-CamModel | Get-CamLayer layer3.0.conv1).Model.Architecture").OrThrow()
            .Single().BaseObject);
    }

    [Fact]
    public void AMisspeltName_IsAnError_WithNearNames()
    {
        ModuleSession.Result result = session.Run("Import-CamModel | Get-CamLayer layer4, layer1");
        Assert.Equal("LayerNotFound,EasyExplain.PowerShell.Cmdlets.GetCamLayerCommand", Assert.Single(result.Errors).FullyQualifiedErrorId);
        Assert.Contains("layer1, layer2, layer3", result.Errors[0].ToString(), StringComparison.Ordinal);
        Assert.Equal("layer1", Assert.Single(result.Output).Properties["Name"].Value);
    }
}
