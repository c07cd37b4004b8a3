using System.Reflection;
using System.Runtime.Loader;

namespace EasyExplain.Loader;

/// <summary>The load context of EasyExplain.Core and of the packages that only it calls, in the versions that lie beside it.</summary>
/// <remarks>
/// PowerShell's modules share the default context, which holds one version of an assembly: whichever came first. What users hand in and out
/// stays there: TorchSharp.
/// </remarks>
internal sealed class ModuleContext : AssemblyLoadContext
{
    private const string CoreName = "EasyExplain.Core";

    private static readonly HashSet<string> Shared = [SharedTorch.Name, "EasyExplain.PowerShell", "EasyExplain.Loader"];

    private readonly string _folder;

    private ModuleContext(string folder) : base("EasyExplain") => _folder = folder;

    /// <summary>Loads Core into a context of its own; whoever asks for it in the default context is given this one.</summary>
    /// <param name="folder">The folder of the module's assemblies.</param>
    /// <returns>Core, or null where a script has loaded it into the default context itself: then the cmdlets use that one.</returns>
    public static Assembly? LoadCore(string folder)
    {
        if (Default.Assemblies.Any(assembly => assembly.GetName().Name == CoreName))
        {
            return null;
        }
        Assembly core = new ModuleContext(folder).LoadFromAssemblyName(new AssemblyName(CoreName));
        // This is asked before Assembly.LoadFrom looks beside the assembly that asks.
        Default.Resolving += (_, name) => name.Name == CoreName ? core : null;
        return core;
    }

    /// <inheritdoc/>
    protected override Assembly? Load(AssemblyName name)
    {
        string file = Path.Combine(_folder, name.Name + ".dll");
        return !Shared.Contains(name.Name!) && File.Exists(file) ? LoadFromAssemblyPath(file) : null;
    }

    /// <summary>Loads natives that lie beside Core.</summary>
    /// <remarks>
    /// The runtime's own search comes later, and starts in a table of names that all contexts share: another module's would do for it.
    /// </remarks>
    protected override IntPtr LoadUnmanagedDll(string name)
    {
        string extension = OperatingSystem.IsWindows() ? ".dll" : OperatingSystem.IsMacOS() ? ".dylib" : ".so";
        string? file = new[] { name, "lib" + name }.Select(stem => Path.Combine(_folder, stem + extension)).FirstOrDefault(File.Exists);
        return file is null ? IntPtr.Zero : LoadUnmanagedDllFromPath(file);
    }
}
