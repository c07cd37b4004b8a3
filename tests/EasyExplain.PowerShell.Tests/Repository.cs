namespace EasyExplain.PowerShell.Tests;

/// <summary>Where things lie in the clone these tests were built in.</summary>
internal static class Repository
{
    /// <summary>The folder of EasyExplain.PowerShell.sln.</summary>
    public static string Root { get; } = Find();

    /// <summary>The assembly of another project, built beside this one in the same configuration, for the same framework and runtime.</summary>
    public static string BuiltAssembly(string projectFolder, string name)
    {
        string self = Path.Combine(Root, "tests", "EasyExplain.PowerShell.Tests");
        return Path.Combine(Root, projectFolder, Path.GetRelativePath(self, AppContext.BaseDirectory), name);
    }

    private static string Find()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "EasyExplain.PowerShell.sln")))
        {
            folder = folder.Parent;
        }
        return folder?.FullName ?? throw new DirectoryNotFoundException("These tests run from inside the repository.");
    }
}
