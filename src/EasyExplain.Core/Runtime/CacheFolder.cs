namespace EasyExplain.Runtime;

/// <summary>Where the user's caches are: what lies there can be made again.</summary>
internal static class CacheFolder
{
    private const string Variable = "XDG_CACHE_HOME";

    /// <summary>
    /// $XDG_CACHE_HOME/easyexplain, or else ~/.cache/easyexplain; on Windows easyexplain in the user's local application data.
    /// </summary>
    public static string Path => System.IO.Path.Combine(
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } chosen ? System.IO.Path.GetFullPath(chosen)
        : OperatingSystem.IsWindows() ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
        : System.IO.Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"), "easyexplain");
}
