namespace EasyExplain.Benchmarks;

/// <summary>Where things lie in the clone this program was built in.</summary>
internal static class Checkout
{
    /// <summary>The folder of EasyExplain.PowerShell.sln.</summary>
    public static string Root { get; } = Find();

    /// <summary>The folder with the photos of the examples.</summary>
    public static string Photos => Path.Combine(Root, "examples", "photos");

    /// <summary>Our own host of the PowerShell engine, built in the same configuration as this program.</summary>
    public static string Host => Path.Combine(
        Root, "src", "EasyExplain.Host", Path.GetRelativePath(Path.Combine(Root, "tests", "EasyExplain.Benchmarks"), AppContext.BaseDirectory), "EasyExplain.Host.dll");

    private static string Find()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "EasyExplain.PowerShell.sln")))
        {
            folder = folder.Parent;
        }
        return folder?.FullName ?? throw new DirectoryNotFoundException("This program runs from inside the repository.");
    }
}
