using System.Reflection;
using System.Runtime.Loader;

namespace EasyExplain.Loader;

/// <summary>The load context of EasyExplain.Core and of the packages that only it calls, in the versions that lie here.</summary>
/// <remarks>
/// All of PowerShell's modules share the default context, which holds one version of an assembly: whichever came first. What users hand in
/// and out stays there, or they could not name it: TorchSharp and the cmdlets.
/// </remarks>
internal sealed class ModuleContext : AssemblyLoadContext
{
    /// <summary>The assembly that everything private is loaded for.</summary>
    public const string Core = "EasyExplain.Core";

    private static readonly HashSet<string> Shared = [SharedTorch.Name, "EasyExplain.PowerShell", "EasyExplain.Loader"];

    private readonly string _folder;

    /// <param name="folder">The folder of the module's assemblies.</param>
    public ModuleContext(string folder) : base("EasyExplain") => _folder = folder;

    /// <summary>Loads Core here, and answers the default context with it whenever somebody there asks for it.</summary>
    public Assembly LoadCore()
    {
        Assembly core = LoadFromAssemblyName(new AssemblyName(Core));
        // Asked before Assembly.LoadFrom looks beside the assembly that asks.
        Default.Resolving += (_, name) => name.Name == Core ? core : null;
        return core;
    }

    /// <inheritdoc/>
    protected override Assembly? Load(AssemblyName name)
    {
        string file = Path.Combine(_folder, name.Name + ".dll");
        return !Shared.Contains(name.Name!) && File.Exists(file) ? LoadFromAssemblyPath(file) : null;
    }
}
