using System.Management.Automation;
using System.Reflection;

namespace EasyExplain.Loader;

/// <summary>Makes the public types of an assembly in a context of its own known to scripts: <c>[EasyExplain.Models.CamModel]</c>.</summary>
/// <remarks>
/// PowerShell looks for types in the default context only. Its table of type accelerators, which about_Classes shows how to fill, takes any
/// name for any type. The names stay when the module is removed, as the types do: other runspaces may be using them.
/// </remarks>
internal static class TypeNames
{
    /// <summary>Registers every public type under its full name.</summary>
    public static void Register(Assembly assembly)
    {
        Type accelerators = typeof(PSObject).Assembly.GetType("System.Management.Automation.TypeAccelerators", throwOnError: true)!;
        var add = accelerators.GetMethod("Add", [typeof(string), typeof(Type)])!.CreateDelegate<Action<string, Type>>();
        foreach (Type type in assembly.GetExportedTypes())
        {
            add(type.FullName!, type);
        }
    }
}
