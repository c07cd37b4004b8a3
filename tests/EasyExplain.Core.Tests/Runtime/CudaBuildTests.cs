using EasyExplain.Runtime;
using TorchSharp;

namespace EasyExplain.Tests.Runtime;

/// <summary>What is seen of a libtorch's folder before anything of it is loaded: the files are empty here.</summary>
public sealed class CudaBuildTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("libtorch [1] ").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void TheVersionAskedFor_IsThatOfTorchSharp()
    {
        NativeLibraries.LoadTorch();
        Assert.StartsWith(CudaBuild.Version + ".", torch.__version__ + ".", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("lib")]
    [InlineData("")]
    public void TheFolderOfLib_AndLibItself_AreTaken(string named)
    {
        Put("lib", "torch_cpu", "torch_cuda");
        File.WriteAllText(Path.Combine(_folder, "build-version"), "2.10.0+cu128\n");
        Assert.Equal(Path.Combine(_folder, "lib"), CudaBuild.At(Path.Combine(_folder, named)).Folder);
    }

    [Fact]
    public void AFolderWithoutAVersion_IsTaken_ForTheLibraryItselfSaysIt()
    {
        Put("", "torch_cpu", "torch_cuda");
        Assert.Equal(_folder, CudaBuild.At(_folder).Folder);
    }

    [Fact]
    public void NothingNamed_SaysWhatToGet_AndHowToNameIt()
    {
        string message = Problem(DeviceFault.CudaBuildNotNamed, null);
        Assert.Contains("libtorch 2.10.0", message, StringComparison.Ordinal);
        Assert.Contains("EASYEXPLAIN_LIBTORCH", message, StringComparison.Ordinal);
    }

    [Fact]
    public void AMissingFolder_IsNamed()
    {
        string missing = Path.Combine(_folder, "gone");
        Assert.Contains($"'{missing}', and there is no such folder", Problem(DeviceFault.CudaBuildNotFound, missing),
            StringComparison.Ordinal);
    }

    [Fact]
    public void AFolderWithoutLibtorch_IsNamed_WithTheFileThatIsMissing()
    {
        string message = Problem(DeviceFault.CudaBuildNotFound, _folder);
        Assert.Contains($"'{_folder}'", message, StringComparison.Ordinal);
        Assert.Contains(CudaBuild.FileOf("torch_cpu"), message, StringComparison.Ordinal);
    }

    [Fact]
    public void ALibtorchForTheCpu_IsCalledSo()
    {
        Put("lib", "torch_cpu", "torch", "c10");
        string message = Problem(DeviceFault.CudaBuildCpuOnly, _folder);
        Assert.Contains(CudaBuild.FileOf("torch_cuda"), message, StringComparison.Ordinal);
        Assert.Contains($"'{Path.Combine(_folder, "lib")}'", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("build-version", "2.9.1+cu128", "2.9.1")]
    [InlineData("version.py", "from typing import Optional\n__version__ = '2.10.1+cu130'\n", "2.10.1")]
    public void AnotherVersion_IsNamed_AndTheOneThatFits(string file, string content, string version)
    {
        Put("lib", "torch_cpu", "torch_cuda");
        File.WriteAllText(Path.Combine(_folder, file), content);
        string message = Problem(DeviceFault.CudaBuildVersionMismatch, _folder);
        Assert.Contains($"is {version};", message, StringComparison.Ordinal);
        Assert.Contains("needs 2.10.0", message, StringComparison.Ordinal);
    }

    private static string Problem(DeviceFault fault, string? named)
    {
        var error = Assert.Throws<DeviceException>(() => CudaBuild.At(named));
        Assert.Equal(fault, error.Fault);
        return error.Message;
    }

    private void Put(string folder, params string[] libraries)
    {
        string full = Directory.CreateDirectory(Path.Combine(_folder, folder)).FullName;
        foreach (string library in libraries)
        {
            File.WriteAllBytes(Path.Combine(full, CudaBuild.FileOf(library)), []);
        }
    }
}
