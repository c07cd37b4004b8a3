using Microsoft.Playwright;

namespace EasyExplain.Tests.Browser;

/// <summary>The browser that pages are tested in: one that the machine has, since Playwright's own would be another 170 MB.</summary>
internal static class Chromium
{
    /// <summary>The program; null where there is none.</summary>
    public static string? Program { get; } = Places().FirstOrDefault(File.Exists);

    public static Task<IBrowser> Start(IPlaywright playwright) => playwright.Chromium.LaunchAsync(new()
    {
        ExecutablePath = Program,
        // Chromium's sandbox is not for root, whom containers run tests as.
        Args = OperatingSystem.IsWindows() || Environment.UserName != "root" ? [] : ["--no-sandbox"],
    });

    private static IEnumerable<string> Places()
    {
        if (Environment.GetEnvironmentVariable("CHROMIUM_PATH") is { Length: > 0 } path)
        {
            yield return path;
        }
        string[] names = OperatingSystem.IsWindows() ? ["chrome.exe", "msedge.exe"] : ["chromium", "chromium-browser", "google-chrome"];
        foreach (string folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator))
        {
            foreach (string name in names)
            {
                yield return Path.Combine(folder, name);
            }
        }
    }
}

/// <summary>A test that needs a browser; skipped, with the reason, where there is none.</summary>
internal sealed class BrowserFactAttribute : FactAttribute
{
    public BrowserFactAttribute()
    {
        if (Chromium.Program is null)
        {
            Skip = "needs Chromium: in the PATH, or where CHROMIUM_PATH says";
        }
    }
}
