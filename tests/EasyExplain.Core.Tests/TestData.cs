using System.Runtime.CompilerServices;

namespace EasyExplain.Tests;

/// <summary>Where the tests' files lie.</summary>
internal static class TestData
{
    /// <summary>The folder with EasyExplain.PowerShell.sln.</summary>
    public static string RepoRoot { get; } = Path.GetFullPath(Path.Combine(SourceFolder(), "..", ".."));

    /// <summary>A file of tests/data.</summary>
    public static string File(params string[] parts) => Path.Combine([RepoRoot, "tests", "data", .. parts]);

    /// <summary>A file of the developers' folder beside the checkout, which a clone does not have.</summary>
    public static string Shared(params string[] parts) => Path.GetFullPath(Path.Combine([RepoRoot, "..", "shared", .. parts]));

    private static string SourceFolder([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
