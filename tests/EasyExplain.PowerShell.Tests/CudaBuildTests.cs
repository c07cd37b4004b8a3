using System.Runtime.InteropServices;

namespace EasyExplain.PowerShell.Tests;

/// <summary>
/// What a process computes with that has a CUDA build of libtorch named, seen from outside: each in a process of the host. The build is a
/// copy of the packaged libtorch with a library under the name of CUDA's that does nothing: as good as the real one without a GPU.
/// </summary>
public sealed class CudaBuildTests : IDisposable
{
    private const string Loaded = "[IO.File]::ReadAllLines('/proc/self/maps') -match '/lib(torch|torch_cpu|torch_cuda|c10)[.]so' " +
        "-replace '^[^/]*' | & { begin { $seen = @{} } process { $seen[$_] = 1 } end { $seen.Keys } }";
    private const string Told = "catch { $_.FullyQualifiedErrorId.Split(',')[0]; $_.Exception.Message }";

    private static readonly string Host = BuiltAssembly.Of("src/EasyExplain.Host", "EasyExplain.Host.dll");
    private static readonly string Packaged = Path.Combine(Repository.Root, "bin", "runtimes", "linux-x64", "native");

    private readonly string _folder = Directory.CreateTempSubdirectory("libtorch [1] ").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [LinuxFact]
    public void TheNamedBuild_IsLoadedInPlaceOfThePackagedOne_AndServesTheCpuToo()
    {
        string lib = PutCudaBuild();
        string photo = Path.Combine(Repository.Root, "examples", "photos", "cat.jpg");

        string output = Run($"try {{ Import-CamModel -Device cuda }} {Told}; (Import-CamModel | Invoke-CamExplanation -LiteralPath " +
            $"'{photo}' -Method LayerCAM).Label; {Loaded}", _folder);

        string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("CudaUnavailable", lines[0]);
        Assert.Contains("'cuda'", lines[1], StringComparison.Ordinal);
        Assert.Equal("cat", lines[2]);
        Assert.Equal(new[] { "libc10.so", "libtorch.so", "libtorch_cpu.so", "libtorch_cuda.so" }.Select(file => Path.Combine(lib, file)),
            lines[3..].Order(StringComparer.Ordinal));
    }

    /// <summary>TorchSharp itself would load the libtorch beside it, and then find the other one: two in a process end it.</summary>
    [LinuxFact]
    public void TheNamedBuild_IsLoaded_WhenAUserTouchesTorchSharpFirst()
    {
        string lib = PutCudaBuild();

        string output = Run($"$n = [TorchSharp.torch]::get_num_threads(); try {{ Import-CamModel -Device cuda }} {Told}; {Loaded}",
            _folder);

        Assert.StartsWith("CudaUnavailable\n", output, StringComparison.Ordinal);
        Assert.Contains(Path.Combine(lib, "libtorch_cpu.so"), output, StringComparison.Ordinal);
        Assert.DoesNotContain(Path.Combine(Packaged, "libtorch_cpu.so"), output, StringComparison.Ordinal);
    }

    [LinuxFact]
    public void AGpuWithoutABuild_IsAskedForInVain_AndWhatToGetIsSaid()
    {
        string[] lines = Run($"try {{ Import-CamModel -Architecture resnet50 -Weights Default -Device cuda:1 }} {Told}; {Loaded}", "")
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal("CudaBuildNotNamed", lines[0]);
        Assert.Contains("EASYEXPLAIN_LIBTORCH", lines[1], StringComparison.Ordinal);
        Assert.Equal(2, lines.Length); // no libtorch is loaded: the variable can still be set
    }

    [LinuxFact]
    public void ABuildNamedAfterAModelWasImported_AsksForANewSession()
    {
        PutCudaBuild();
        string[] lines = Run($"$m = Import-CamModel; $env:EASYEXPLAIN_LIBTORCH = '{_folder}'; try {{ Import-CamModel -Device cuda }} " +
            $"{Told}", "").Split('\n');

        Assert.Equal("LibTorchAlreadyLoaded", lines[0]);
        Assert.Contains($"'{Packaged}'", lines[1], StringComparison.Ordinal);
        Assert.Contains("new session", lines[1], StringComparison.Ordinal);
    }

    [LinuxFact]
    public void ABuildThatDoesNotFit_LeavesTheCpuToThePackagedOne()
    {
        string output = Run($"(Import-CamModel).Device.ToString(); try {{ Import-CamModel -Device cuda }} {Told}",
            Path.Combine(_folder, "gone"));

        Assert.StartsWith("cpu\nCudaBuildNotFound\n", output, StringComparison.Ordinal);
    }

    /// <summary>Here the library itself says what it is, or rather does not: the folder has no file that would.</summary>
    [LinuxFact]
    public void ALibraryOfAnotherVersion_IsRefused_AndNoOtherIsLoadedAfterIt()
    {
        foreach (string library in new[] { "torch_cpu", "torch_cuda", "torch" })
        {
            PutStandIn($"lib{library}.so");
        }

        string[] lines = Run($"try {{ Import-CamModel -Device cuda }} {Told}; try {{ Import-CamModel }} {Told}", _folder)
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal("CudaBuildVersionMismatch", lines[0]);
        Assert.Contains("needs 2.10.0", lines[1], StringComparison.Ordinal);
        Assert.Equal("CudaBuildVersionMismatch", lines[2]);
        Assert.Contains("new session", lines[3], StringComparison.Ordinal);
    }

    [LinuxFact]
    public void ALibraryThatDoesNotLoad_IsNamed_WithWhatTheLoaderSaid()
    {
        File.WriteAllText(Path.Combine(_folder, "libtorch_cpu.so"), "no library");
        PutStandIn("libtorch_cuda.so");

        string output = Run($"try {{ Import-CamModel -Device cuda }} {Told}", _folder);

        Assert.StartsWith("CudaBuildNotLoaded\n", output, StringComparison.Ordinal);
        Assert.Contains("libtorch_cpu.so", output, StringComparison.Ordinal);
    }

    private static string Run(string command, string libtorch) =>
        ChildProcess.Run("env", [$"EASYEXPLAIN_LIBTORCH={libtorch}", "dotnet", Host, "-Command", command], Repository.Root).Output;

    private string PutCudaBuild()
    {
        string lib = Directory.CreateDirectory(Path.Combine(_folder, "lib")).FullName;
        foreach (string file in Directory.GetFiles(Packaged).Where(file => !file.EndsWith("libLibTorchSharp.so", StringComparison.Ordinal)))
        {
            File.Copy(file, Path.Combine(lib, Path.GetFileName(file)));
        }
        PutStandIn(Path.Combine("lib", "libtorch_cuda.so"));
        File.WriteAllText(Path.Combine(_folder, "build-version"), "2.10.0+cu128\n");
        return lib;
    }

    private void PutStandIn(string file) =>
        File.Copy(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "libSystem.Native.so"), Path.Combine(_folder, file));
}
