using System.Diagnostics;
using System.Runtime.InteropServices;

namespace EasyExplain.Runtime;

/// <summary>
/// Which libtorch this process has: a <see cref="CudaBuild"/>, or the one for the CPU that EasyExplain brings. There can be only one.
/// </summary>
/// <remarks>
/// Its libraries are loaded by their full paths, those first that others need. A loader that is asked for a name looks elsewhere first: in
/// LD_LIBRARY_PATH, or where the system has a libtorch of its own. What is loaded already is taken for the name from then on.
/// </remarks>
internal static class LibTorch
{
    private static readonly object Gate = new();
    private static string? _folder;
    private static CudaBuild? _cuda;
    private static DeviceException? _broken;
    private static bool _begun;
    private static bool _complete;

    /// <summary>The folder of the libtorch that is loaded, or is about to be; null where that is open.</summary>
    public static string? Folder
    {
        get
        {
            lock (Gate)
            {
                return _folder ??= LoadedByOthers();
            }
        }
    }

    /// <summary>
    /// Loads libtorch, and TorchSharp's library over it: the CUDA build that was named, where it fits, else the one in
    /// <paramref name="packaged"/>.
    /// </summary>
    /// <param name="named">What <see cref="CudaBuild.Variable"/> says.</param>
    /// <param name="packaged">The folder of EasyExplain's own, which has TorchSharp's library too.</param>
    /// <exception cref="DeviceException">
    /// The CUDA build does not load, and did not before, or somebody has loaded a libtorch of another version.
    /// </exception>
    /// <exception cref="DllNotFoundException">A library is missing, or the loader refuses it.</exception>
    public static void Load(string? named, string packaged)
    {
        lock (Gate)
        {
            if (_complete)
            {
                return;
            }
            Choose(named, packaged);
            nint torch = LoadCpu(Folder!);
            if (CudaBuild.LoadedVersion(torch) is var version && version != CudaBuild.Version)
            {
                throw new DeviceException(DeviceFault.LibTorchAlreadyLoaded,
                    $"This process has loaded libtorch {version} from '{Folder}', and can load no other; EasyExplain's TorchSharp needs " +
                    $"{CudaBuild.Version}. " +
                    "Start a new session, and import EasyExplain before whatever loads that one.");
            }
            NnPack.SwitchOff(torch);
            NativeLibrary.Load(Path.Combine(Folder!, CudaBuild.FileOf("torch")));
            NativeLibrary.Load(Path.Combine(packaged, CudaBuild.FileOf("LibTorchSharp")));
            _complete = true;
        }
    }

    /// <summary>Loads the CUDA build that was named, unless it is loaded.</summary>
    /// <param name="named">What <see cref="CudaBuild.Variable"/> says; it may be unset once a CUDA build is loaded.</param>
    /// <exception cref="DeviceException">There is none, it does not fit or load, or another libtorch is loaded.</exception>
    public static void DemandCuda(string? named)
    {
        lock (Gate)
        {
            if (named is null && _cuda is not null)
            {
                return;
            }
            CudaBuild asked = CudaBuild.At(named);
            if (Folder is { } loaded && loaded != asked.Folder)
            {
                throw new DeviceException(DeviceFault.LibTorchAlreadyLoaded,
                    $"This process has loaded the libtorch in '{loaded}', and can load no other. Start a new session, and let " +
                    $"{CudaBuild.Variable} name '{asked.Folder}' there " +
                    "before the first model is imported.");
            }
            Choose(named, packaged: null);
        }
    }

    /// <summary>Whether the loader would find another libtorch by its name, which TorchSharp asks for before anybody can answer.</summary>
    public static bool HasRival() =>
        RivalFolders().Any(folder => File.Exists(Path.Combine(folder, CudaBuild.FileOf("torch_cpu")))) || IsInLoaderCache();

    /// <summary>Loads a libtorch's library for the CPU, after those that it needs.</summary>
    /// <returns>Its handle.</returns>
    /// <exception cref="DllNotFoundException">A library is missing, or the loader refuses it.</exception>
    public static nint LoadCpu(string folder)
    {
        // libgomp's name has a hash. Elsewhere than on Linux the loader looks into a library's own folder first.
        foreach (string needed in new[] { "libgomp*", "libc10.so" }.SelectMany(pattern => Directory.GetFiles(folder, pattern)))
        {
            NativeLibrary.Load(needed);
        }
        return NativeLibrary.Load(Path.Combine(folder, CudaBuild.FileOf("torch_cpu")));
    }

    /// <summary>Decides, if that is open. A CUDA build is loaded at once.</summary>
    private static void Choose(string? named, string? packaged)
    {
        if (_broken is not null)
        {
            throw _broken;
        }
        if (!_begun)
        {
            _begun = true;
            WaitPolicy.Set();
            OneDnnLimit.Set();
            NativeEnvironment.PutOwn(ThreadLimit.Users);
        }
        if (Folder is not null)
        {
            return;
        }
        try
        {
            _cuda = named is null ? null : CudaBuild.At(named);
        }
        catch (DeviceException)
        {
            // The CPU does without; who asks for a GPU is told.
        }
        _folder = _cuda?.Folder ?? packaged;
        try
        {
            _cuda?.Load();
        }
        catch (DeviceException e)
        {
            _broken = e;
            throw;
        }
    }

    private static string[] RivalFolders()
    {
        string variable = OperatingSystem.IsWindows() ? "PATH" : OperatingSystem.IsMacOS() ? "DYLD_LIBRARY_PATH" : "LD_LIBRARY_PATH";
        return (Environment.GetEnvironmentVariable(variable) ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>
    /// Whether glibc's list of what lies in the system's folders has a libtorch of that very name, as development packages bring it.
    /// </summary>
    private static bool IsInLoaderCache()
    {
        try
        {
            return OperatingSystem.IsLinux() && File.ReadAllBytes("/etc/ld.so.cache").AsSpan().IndexOf("libtorch_cpu.so\0"u8) >= 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static string? LoadedByOthers()
    {
        string file = CudaBuild.FileOf("torch_cpu");
        using Process own = Process.GetCurrentProcess();
        return own.Modules.Cast<ProcessModule>().FirstOrDefault(module => Path.GetFileName(module.FileName) == file) is { } loaded
            ? Path.GetDirectoryName(loaded.FileName)
            : null;
    }
}
