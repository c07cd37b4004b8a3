using System.Reflection;
using System.Runtime.Loader;

namespace EasyExplain.Loader;

/// <summary>TorchSharp, in the default context: users make its tensors and modules, so everybody has to mean the same one.</summary>
internal static class SharedTorch
{
    public const string Name = "TorchSharp";

    /// <summary>Loads it, unless the same version is loaded.</summary>
    /// <param name="folder">The folder of the module's assemblies.</param>
    /// <exception cref="InvalidOperationException">Another version is loaded.</exception>
    public static void Load(string folder)
    {
        string file = Path.Combine(folder, Name + ".dll");
        Assembly? loaded = AssemblyLoadContext.Default.Assemblies.FirstOrDefault(assembly => assembly.GetName().Name == Name);
        if (loaded is null)
        {
            Assembly.LoadFrom(file); // LoadFrom: what it asks for is found beside it
        }
        else if (AssemblyName.GetAssemblyName(file).Version is { } needed && loaded.GetName().Version is { } found && found != needed)
        {
            throw new InvalidOperationException(
                $"EasyExplain needs TorchSharp {needed} ('{file}'), but this session has loaded TorchSharp {found} " +
                $"('{loaded.Location}'), " +
                "and can hold only one. Start a new session and import EasyExplain first.");
        }
    }
}
