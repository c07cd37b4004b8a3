using System.Runtime.InteropServices;
using EasyExplain.Runtime;

namespace EasyExplain.Tests.Runtime;

public sealed class NativeLibrariesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("easyexplain [1] ").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("linux", Architecture.X64, "libLibTorchSharp.so", "linux-x64")]
    [InlineData("win", Architecture.X64, "LibTorchSharp.dll", "win-x64")]
    [InlineData("osx", Architecture.Arm64, "libLibTorchSharp.dylib", "osx-arm64")]
    public void FindsLibrary_BesideTheAssembly_OrBelowRuntimes(string os, Architecture architecture, string file, string rid)
    {
        Assert.Null(NativeLibraries.Find("LibTorchSharp", _folder, os, architecture));

        string nested = Path.Combine(Directory.CreateDirectory(Path.Combine(_folder, "runtimes", rid, "native")).FullName, file);
        File.WriteAllBytes(nested, []);
        Assert.Equal(nested, NativeLibraries.Find("LibTorchSharp", _folder, os, architecture));

        string flat = Path.Combine(_folder, file);
        File.WriteAllBytes(flat, []);
        Assert.Equal(flat, NativeLibraries.Find("LibTorchSharp", _folder, os, architecture));
    }

    [Fact]
    public void DoesNotTake_AnotherPlatformsLibrary()
    {
        string other = Directory.CreateDirectory(Path.Combine(_folder, "runtimes", "win-x64", "native")).FullName;
        File.WriteAllBytes(Path.Combine(other, "LibTorchSharp.dll"), []);
        Assert.Null(NativeLibraries.Find("LibTorchSharp", _folder, "linux", Architecture.X64));
    }

    [Fact]
    public void LoadTorch_LeavesATorchThatComputes()
    {
        NativeLibraries.LoadTorch();
        using TorchSharp.torch.Tensor three = TorchSharp.torch.ones(3);
        Assert.Equal(3f, three.sum().item<float>());
    }
}
