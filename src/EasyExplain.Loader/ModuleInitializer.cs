using System.Management.Automation;

namespace EasyExplain.Loader;

/// <summary>
/// Runs at Import-Module before anything of the cmdlets' assembly does: decides where the assemblies that it needs come from.
/// </summary>
public sealed class ModuleInitializer : IModuleAssemblyInitializer
{
    private static readonly object Gate = new();
    private static bool _done;

    /// <inheritdoc/>
    public void OnImport()
    {
        // Once in a process, whichever runspace comes first.
        lock (Gate)
        {
            if (!_done)
            {
                // This assembly lies beside the manifest, the others below.
                string folder = Path.Combine(Path.GetDirectoryName(typeof(ModuleInitializer).Assembly.Location)!, "bin");
                SharedTorch.Load(folder);
                if (ModuleContext.LoadCore(folder) is { } core)
                {
                    TypeNames.Register(core);
                }
                _done = true;
            }
        }
    }
}
