using EasyExplain.Runtime;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Runtime;

public sealed class ComputeDeviceTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("libtorch [1] ").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("cpu")]
    [InlineData("CPU")]
    public void TheCpu_IsAlwaysThere(string name)
    {
        Assert.True(ComputeDevice.IsCpu(name));
        Assert.Equal(CPU, ComputeDevice.Find(name));
    }

    [Theory]
    [InlineData("gpu")]
    [InlineData("cuda1")]
    [InlineData("cuda:x")]
    [InlineData("cuda:-1")]
    [InlineData("cuda:1:2")]
    [InlineData("cpu:1")]
    public void AnotherName_IsRefused_WithThoseThatThereAre(string name)
    {
        var error = Assert.Throws<DeviceException>(() => ComputeDevice.IsCpu(name));
        Assert.Equal(DeviceFault.UnknownDevice, error.Fault);
        Assert.Contains($"'{name}'", error.Message, StringComparison.Ordinal);
        Assert.Contains("cpu, cuda", error.Message, StringComparison.Ordinal);
        Assert.Contains("cuda:1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ABuildNamedTooLate_IsRefused_ForAProcessHasOneLibtorch()
    {
        NativeLibraries.LoadTorch();
        foreach (string library in new[] { "torch_cpu", "torch_cuda" })
        {
            File.WriteAllBytes(Path.Combine(_folder, CudaBuild.FileOf(library)), []);
        }
        var error = Assert.Throws<DeviceException>(() => ComputeDevice.Find("cuda:1", _folder));
        Assert.Equal(DeviceFault.LibTorchAlreadyLoaded, error.Fault);
        Assert.Contains("'cuda:1'", error.Message, StringComparison.Ordinal);
        Assert.Contains($"'{_folder}'", error.Message, StringComparison.Ordinal);
        Assert.Contains("new session", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 0, DeviceFault.CudaUnavailable, "no GPU")]
    [InlineData(1, 1, DeviceFault.DeviceNotFound, "one GPU, which is cuda:0")]
    [InlineData(4, 4, DeviceFault.DeviceNotFound, "4 GPUs, which are cuda:0 to cuda:3")]
    public void AGpuThatIsNotThere_IsRefused_WithThoseThatAre(int index, int count, DeviceFault fault, string says)
    {
        var error = Assert.Throws<DeviceException>(() => ComputeDevice.Demand(index, count));
        Assert.Equal(fault, error.Fault);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(3, 4)]
    public void AGpuThatIsThere_IsTaken(int index, int count) => ComputeDevice.Demand(index, count);
}
