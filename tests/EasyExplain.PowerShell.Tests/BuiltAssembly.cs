namespace EasyExplain.PowerShell.Tests;

internal static class BuiltAssembly
{
    /// <summary>
    /// The assembly of another project, built beside this one in the same configuration, for the same framework and runtime.
    /// </summary>
    public static string Of(string projectFolder, string name)
    {
        string self = Path.Combine(Repository.Root, "tests", "EasyExplain.PowerShell.Tests");
        return Path.Combine(Repository.Root, projectFolder, Path.GetRelativePath(self, AppContext.BaseDirectory), name);
    }
}
