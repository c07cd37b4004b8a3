using System.Management.Automation;
using EasyExplain.Runtime;

namespace EasyExplain.PowerShell;

/// <summary>
/// Runs at Import-Module and Remove-Module: tells the loader where this module's native libraries lie, and takes it back.
/// </summary>
public sealed class ModuleInitializer : IModuleAssemblyInitializer, IModuleAssemblyCleanup
{
    /// <inheritdoc/>
    public void OnImport() => NativeLibraries.Register();

    /// <inheritdoc/>
    public void OnRemove(PSModuleInfo psModuleInfo) => NativeLibraries.Unregister();
}
