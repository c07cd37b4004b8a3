using EasyExplain.Audit;
using EasyExplain.Audit.Findings;
using EasyExplain.Reports;
using Microsoft.Playwright;

namespace EasyExplain.Tests.Browser;

/// <summary>
/// A browser for the tests of a class, which run beside those of other classes, and the reports that they look at, made as they are asked
/// for.
/// </summary>
public sealed class Reports : IAsyncLifetime
{
    private readonly string _root = Directory.CreateTempSubdirectory("easyexplain-page-").FullName;
    private readonly Lazy<string> _small, _single, _withOriginals, _large;
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public Reports()
    {
        _small = new(() => Write("small", folder => MadeAudit.Small(folder)));
        _single = new(() => Write("single", folder => MadeAudit.Small(folder)));
        _withOriginals = new(() =>
        {
            string index = Write("originals", folder => MadeAudit.Small(folder), originals: "");
            string folder = Path.GetDirectoryName(index)!;
            Directory.CreateDirectory(Path.Combine(folder, "cat"));
            File.Copy(Path.Combine(folder, "2.png"), Path.Combine(folder, "cat", "1-004.png"));
            return index;
        });
        _large = new(() => Write("large", folder => (MadeAudit.Large(folder, 10_000), [])));
    }

    /// <summary>172 images, as <see cref="MadeAudit.Small"/> says, in an index and its folder.</summary>
    public string Small => _small.Value;

    /// <summary>The same in a single file.</summary>
    public string Single => _single.Value;

    /// <summary>The same, which looks for originals beside itself: a blue one is there of image 64, and none of others.</summary>
    public string WithOriginals => _withOriginals.Value;

    /// <summary>10,000 images.</summary>
    public string Large => _large.Value;

    public async Task InitializeAsync()
    {
        if (Chromium.Program is not null)
        {
            Assertions.SetDefaultExpectTimeout(20_000);
            _playwright = await Playwright.CreateAsync();
            _browser = await Chromium.Start(_playwright);
        }
    }

    public async Task DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.CloseAsync();
        }
        _playwright?.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    /// <summary>Opens a report in a window of its own and waits until its gallery is there.</summary>
    /// <param name="report">The index.</param>
    /// <param name="hash">Which part or state of it.</param>
    /// <param name="width">The window's width in pixels.</param>
    /// <param name="dark">Whether the reader likes it dark.</param>
    /// <param name="script">Whether the browser runs scripts.</param>
    internal async Task<OpenPage> Open(string report, string hash = "", int width = 1280, bool dark = false, bool script = true)
    {
        IBrowserContext context = await _browser!.NewContextAsync(new()
        {
            ViewportSize = new() { Width = width, Height = 900 },
            ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light,
            JavaScriptEnabled = script,
        });
        var opened = new OpenPage(await context.NewPageAsync());
        await opened.Page.GotoAsync(new Uri(report).AbsoluteUri + hash);
        if (script)
        {
            await opened.Page.Locator(".count").WaitForAsync();
        }
        return opened;
    }

    private string Write(string name, Func<string, (CamAuditRow[] Rows, CamIssue[] Issues)> make, string? originals = null)
    {
        string folder = Directory.CreateDirectory(Path.Combine(_root, name)).FullName;
        (CamAuditRow[] rows, CamIssue[] issues) = make(folder);
        string index = Path.Combine(folder, "index.html");
        new Report(ReportSource.Of(rows), new FoundIssues([.. issues], []))
        {
            Title = $"A report <b>{MadeAudit.Script}",
            IsSingleFile = name == "single",
            Originals = originals,
        }.Write(index);
        return index;
    }
}
