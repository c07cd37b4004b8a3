using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace EasyExplain.Runtime;

/// <summary>
/// A libtorch that computes on NVIDIA's GPUs, too: the user's own, to be loaded in place of the one that EasyExplain brings.
/// </summary>
/// <remarks>
/// TorchSharp's own library is the same for both, but it fits one version of libtorch only. libtorch's archive and PyTorch's Python package
/// each say their version in a file beside the folder <c>lib</c>; the library itself says it when it is loaded.
/// </remarks>
/// <param name="Folder">The folder of its libraries, as a full path.</param>
internal sealed partial record CudaBuild(string Folder)
{
    /// <summary>The environment variable that names it: the folder of its libraries, or the one that has them in <c>lib</c>.</summary>
    public const string Variable = "EASYEXPLAIN_LIBTORCH";

    /// <summary>The libtorch that this TorchSharp was made for; a test keeps it in step.</summary>
    public const string Version = "2.10.0";

    private const string WhatToGet =
        $"Get libtorch {Version} for CUDA (from pytorch.org, or as the folder torch of Python's torch {Version}), and let {Variable} " +
        $"name its folder before the first model is imported";

    /// <summary>What the variable says; null where it is not set.</summary>
    public static string? Named => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } folder ? folder : null;

    /// <summary>Looks at the build in a folder, and loads nothing.</summary>
    /// <param name="named">What <see cref="Variable"/> says.</param>
    /// <exception cref="DeviceException">It is not there, or not what is needed.</exception>
    public static CudaBuild At(string? named)
    {
        if (named is null)
        {
            throw new DeviceException(DeviceFault.CudaBuildNotNamed,
                $"The libtorch that comes with EasyExplain computes on the CPU alone. {WhatToGet}.");
        }
        string root = Path.GetFullPath(named);
        if (!Directory.Exists(root))
        {
            throw new DeviceException(DeviceFault.CudaBuildNotFound,
                $"{Variable} names '{named}', and there is no such folder. {WhatToGet}.");
        }
        var build = new CudaBuild(File.Exists(Path.Combine(root, "lib", FileOf("torch_cpu"))) ? Path.Combine(root, "lib") : root);
        if (!build.Has("torch_cpu"))
        {
            throw new DeviceException(DeviceFault.CudaBuildNotFound,
                $"{Variable} names '{named}', and there is no {FileOf("torch_cpu")} in it or in its folder lib. {WhatToGet}.");
        }
        if (!build.Has("torch_cuda"))
        {
            throw new DeviceException(DeviceFault.CudaBuildCpuOnly,
                $"{Variable} names '{named}', which is a libtorch for the CPU alone: {FileOf("torch_cuda")} is not in '{build.Folder}'. " +
                $"{WhatToGet}.");
        }
        if (build.StatedVersion() is { } stated && stated != Version)
        {
            throw build.OfAnotherVersion(stated);
        }
        return build;
    }

    /// <summary>Loads it; from then on, whoever asks for a library of libtorch by name gets this one.</summary>
    /// <exception cref="DeviceException">
    /// The loader refuses, or it is of another version than its folder says. The process can use no libtorch any more.
    /// </exception>
    public void Load()
    {
        // What PowerShell's $env: says would not reach the driver otherwise.
        NativeEnvironment.PutOwn("CUDA_VISIBLE_DEVICES", "CUDA_DEVICE_ORDER", "CUDA_MODULE_LOADING", "PYTORCH_ALLOC_CONF",
            "PYTORCH_CUDA_ALLOC_CONF");
        try
        {
            IntPtr cpu = LibTorch.LoadCpu(Folder);
            if (LoadedVersion(cpu) is var version && version != Version)
            {
                throw OfAnotherVersion(version);
            }
            if (OperatingSystem.IsWindows())
            {
                // cuDNN and others load parts of themselves by name, which Windows looks for beside the program.
                foreach (string library in new[] { "cu*.dll", "nv*.dll", "caffe2_nvrtc.dll" }.SelectMany(pattern =>
                    Directory.GetFiles(Folder, pattern)))
                {
                    NativeLibrary.TryLoad(library, out _);
                }
            }
            NativeLibrary.Load(Path.Combine(Folder, FileOf("torch_cuda")));
            NativeLibrary.Load(Path.Combine(Folder, FileOf("torch")));
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            throw new DeviceException(DeviceFault.CudaBuildNotLoaded,
                $"The libtorch in '{Folder}', which {Variable} names, does not load: a library that it needs may be missing. Mend that " +
                $"or unset {Variable}, and start a new session. " +
                $"The loader said: {e.Message}", e);
        }
    }

    /// <summary>The file name of one of libtorch's libraries on this platform.</summary>
    public static string FileOf(string library) => NativeLibraries.FileNames(library, NativeLibraries.OSPlatformName())[0];

    private bool Has(string library) => File.Exists(Path.Combine(Folder, FileOf(library)));

    private DeviceException OfAnotherVersion(string version) => new(DeviceFault.CudaBuildVersionMismatch,
        $"The libtorch in '{Folder}', which {Variable} names, is {version}; EasyExplain's TorchSharp needs {Version}. {WhatToGet}, in a " +
        $"new session.");

    /// <summary>The version that the folder of <c>lib</c> states, without what it was built for: of "2.10.0+cu128" the 2.10.0.</summary>
    private string? StatedVersion() => new[] { "build-version", "version.py" }
        .Select(file => Path.Combine(Folder, "..", file)).Where(File.Exists)
        .Select(file => VersionNumber().Match(File.ReadAllText(file))).FirstOrDefault(found => found.Success)?.Value;

    /// <summary>The version that the library says it has.</summary>
    public static unsafe string LoadedVersion(IntPtr library)
    {
        if (!NativeLibrary.TryGetExport(library, "aoti_torch_abi_version", out IntPtr export))
        {
            return "older than 2.9";
        }
        ulong version = ((delegate* unmanaged<ulong>)export)(); // a byte each for major, minor and patch, from the highest
        return $"{version >> 56}.{(version >> 48) & 0xFF}.{(version >> 40) & 0xFF}";
    }

    [GeneratedRegex(@"\d+\.\d+\.\d+")]
    private static partial Regex VersionNumber();
}
