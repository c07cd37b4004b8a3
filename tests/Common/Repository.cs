namespace EasyExplain.Tests;

/// <summary>Where things lie in the clone these tests were built in.</summary>
internal static class Repository
{
    /// <summary>The folder of EasyExplain.PowerShell.sln.</summary>
    public static string Root { get; } = Find();

    /// <summary>A file of tests/data.</summary>
    public static string Data(params string[] parts) => Path.Combine([Root, "tests", "data", .. parts]);

    /// <summary>A photo of the examples.</summary>
    public static string Photo(string name) => Path.Combine(Root, "examples", "photos", name);

    /// <summary>A file of the developers' folder beside the checkout, which a clone does not have.</summary>
    public static string Shared(string path) => Path.GetFullPath(Path.Combine(Root, "..", "shared", path));

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
