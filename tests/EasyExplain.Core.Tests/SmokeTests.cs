namespace EasyExplain.Tests;

public class SmokeTests
{
    [Fact]
    public void Torch_Loads()
    {
        EasyExplain.Runtime.NativeLibraries.LoadTorch();
        using var t = TorchSharp.torch.ones(3);
        Assert.Equal(3f, t.sum().item<float>());
    }
}
