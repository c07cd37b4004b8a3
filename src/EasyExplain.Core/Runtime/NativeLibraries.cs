using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using TorchSharp;

namespace EasyExplain.Runtime;

/// <summary>
/// Finds the native libraries (libtorch, SkiaSharp, SQLite) for the managed assemblies that ask for them.
/// </summary>
/// <remarks>
/// PowerShell does not look into <c>runtimes/&lt;rid&gt;/native</c> of a module's folder, and the host process lies elsewhere. So the
/// loader's last question is answered here: first the folder of this assembly, then <c>runtimes/&lt;rid&gt;/native</c> below it. There
/// libtorch lies, so that the question is asked at all: a process has one libtorch, and it may be a <see cref="CudaBuild"/> somewhere else.
/// Only assemblies of EasyExplain are answered: other modules share the context of TorchSharp, and bring libraries of the same names.
/// </remarks>
public static class NativeLibraries
{
    private static readonly object Gate = new();
    private static bool _registered;

    /// <summary>The folder that holds this assembly, where the search starts.</summary>
    public static string BaseFolder { get; } = Path.GetDirectoryName(typeof(NativeLibraries).Assembly.Location)!;

    /// <summary>
    /// Answers the loader's questions from now on, and sets what libtorch reads when it loads; harmless when called again.
    /// </summary>
    public static void Register()
    {
        lock (Gate)
        {
            if (_registered)
            {
                return;
            }
            foreach (AssemblyLoadContext context in Contexts())
            {
                context.ResolvingUnmanagedDll += Resolve;
            }
            _registered = true;
        }
        // Asked by name, the loader would give TorchSharp that one, before its last question is put to us.
        if (LibTorch.HasRival() && PackagedTorch() is { } packaged)
        {
            TryLoad(packaged);
        }
    }

    /// <summary>Stops answering; what is loaded stays loaded.</summary>
    public static void Unregister()
    {
        lock (Gate)
        {
            if (_registered)
            {
                foreach (AssemblyLoadContext context in Contexts())
                {
                    context.ResolvingUnmanagedDll -= Resolve;
                }
                _registered = false;
            }
        }
    }

    /// <summary>
    /// Loads libtorch now: a CUDA build where <see cref="CudaBuild.Variable"/> names one that fits, else the one for the CPU that lies
    /// here.
    /// </summary>
    /// <exception cref="DllNotFoundException">
    /// libtorch is missing or does not load; the message says where it was looked for and what helps.
    /// </exception>
    /// <exception cref="DeviceException">The CUDA build does not load.</exception>
    public static void LoadTorch()
    {
        Register();
        try
        {
            LibTorch.Load(CudaBuild.Named, PackagedTorch()
                ?? throw new DllNotFoundException($"There is no {CudaBuild.FileOf("LibTorchSharp")}."));
            torch.InitializeDeviceType(DeviceType.CPU);
            ThreadLimit.Set();
        }
        catch (Exception e) when (e is NotSupportedException or DllNotFoundException or TypeInitializationException
            or BadImageFormatException)
        {
            string rid = RuntimeId(OSPlatformName(), RuntimeInformation.ProcessArchitecture);
            throw new DllNotFoundException(
                $"libtorch could not be loaded for {rid}. Looked in: {string.Join(", ", SearchFolders(BaseFolder, rid))}. " +
                "EasyExplain runs on linux-x64 (glibc 2.34 or later), win-x64 and osx-arm64; build it on the machine that runs it, " +
                $"or use the package made for {rid}. The loader said: {e.GetBaseException().Message}", e);
        }
    }

    /// <summary>The folders in which a library is looked for, best first.</summary>
    internal static IReadOnlyList<string> SearchFolders(string baseFolder, string rid) =>
        [baseFolder, Path.Combine(baseFolder, "runtimes", rid, "native")];

    /// <summary>The file names under which a platform keeps the library <paramref name="name"/>.</summary>
    internal static IReadOnlyList<string> FileNames(string name, string os) => os switch
    {
        "win" => [name + ".dll"],
        "osx" => ["lib" + name + ".dylib", name + ".dylib"],
        _ => ["lib" + name + ".so", name + ".so"],
    };

    /// <summary>The portable runtime identifier, such as <c>linux-x64</c>.</summary>
    internal static string RuntimeId(string os, Architecture architecture) => $"{os}-{architecture.ToString().ToLowerInvariant()}";

    /// <summary>The first existing file for <paramref name="name"/>, or null.</summary>
    internal static string? Find(string name, string baseFolder, string os, Architecture architecture) =>
        FirstOf(name, SearchFolders(baseFolder, RuntimeId(os, architecture)), os);

    private static string? FirstOf(string name, IReadOnlyList<string> folders, string os)
    {
        IReadOnlyList<string> files = Path.HasExtension(name) ? [name, .. FileNames(name, os)] : FileNames(name, os);
        return folders.SelectMany(folder => files.Select(file => Path.Combine(folder, file))).FirstOrDefault(File.Exists);
    }

    /// <summary>The platform's part of a runtime identifier.</summary>
    internal static string OSPlatformName() => OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux";

    private static string? PackagedTorch() =>
        Path.GetDirectoryName(Find("LibTorchSharp", BaseFolder, OSPlatformName(), RuntimeInformation.ProcessArchitecture));

    /// <summary>TorchSharp's context, and that of the rest: one and the same in a program that is no PowerShell module.</summary>
    private static IEnumerable<AssemblyLoadContext> Contexts() =>
        new[] { typeof(torch).Assembly, typeof(NativeLibraries).Assembly }.Select(assembly => AssemblyLoadContext.GetLoadContext(assembly)!)
            .Distinct();

    private static bool IsOurs(Assembly assembly) =>
        assembly == typeof(torch).Assembly || Path.GetDirectoryName(assembly.Location) == BaseFolder;

    /// <summary>Loads libtorch where it can be; who imports a model is told why not.</summary>
    private static void TryLoad(string packaged)
    {
        try
        {
            LibTorch.Load(CudaBuild.Named, packaged);
        }
        catch (Exception e) when (e is DeviceException or DllNotFoundException or BadImageFormatException)
        {
        }
    }

    private static IntPtr Resolve(Assembly assembly, string name)
    {
        if (!IsOurs(assembly))
        {
            return IntPtr.Zero;
        }
        if ((name is "torch_cpu" or "torch_cuda" or "LibTorchSharp") && PackagedTorch() is { } packaged)
        {
            TryLoad(packaged); // somebody uses TorchSharp before a model is imported
        }
        string? file = FirstOf(name, LibTorch.Folder is { } chosen ? [chosen] : [], OSPlatformName())
            ?? Find(name, BaseFolder, OSPlatformName(), RuntimeInformation.ProcessArchitecture);
        return file is not null && NativeLibrary.TryLoad(file, out IntPtr handle) ? handle : IntPtr.Zero;
    }
}
