using static Microsoft.Playwright.Assertions;

namespace EasyExplain.Tests.Browser;

/// <summary>Names of files and labels are anybody's.</summary>
public class SafetyTests(Reports reports) : IClassFixture<Reports>
{
    [BrowserFact]
    public Task Nothing_runs_from_names_and_nothing_is_asked_of_the_network() => LookAtAll(reports.Small);

    [BrowserFact]
    public Task In_a_single_file_nothing_runs_from_names_either() => LookAtAll(reports.Single);

    private async Task LookAtAll(string report)
    {
        await using OpenPage page = await reports.Open(report);
        foreach (string id in new[] { "summary", "classes-0", "confusion-0", "findings", "gallery" })
        {
            await page.Page.Locator($"#{id}").ScrollIntoViewIfNeededAsync();
        }
        await page.Page.EvaluateAsync("location.hash = '#gallery?sort=file'");
        await page.Field("Expected").SelectOptionAsync("=" + MadeAudit.Script);
        await page.Page.GetByLabel("File name contains").FillAsync(MadeAudit.Image);
        await page.Page.GetByText("Clear filters").ClickAsync();
        string[] names = [$"1 {MadeAudit.Script}", $"2 {MadeAudit.Image}", $"3 {MadeAudit.Backwards}"];
        foreach (string name in names.Select(name => $"cat/0-00{name}.png"))
        {
            await page.Page.GetByLabel("File name contains").FillAsync(name.Split('\n')[0]);
            await OpenPage.Has(page.Count, "1 of 172 images");
            await page.Tiles.First.ClickAsync();
            Assert.Equal(name, await page.ViewerTitle.Locator("bdi").EvaluateAsync<string>("name => name.textContent"));
            await Expect(page.Viewer.Locator(".top li").First).ToBeVisibleAsync();
            await page.Page.Keyboard.PressAsync("Escape");
        }
        Assert.Equal("undefined", await page.Page.EvaluateAsync<string>("typeof window.__hacked"));
        Assert.Equal(0, await page.Page.EvaluateAsync<int>("document.querySelectorAll('img[onerror], b, script[src*=hacked]').length"));
        Assert.Empty(page.Complaints);
        string folder = new Uri(Path.GetDirectoryName(report)! + "/").AbsoluteUri;
        Assert.All(page.Requests, request => Assert.True(
            request.StartsWith(folder, StringComparison.Ordinal) || request.StartsWith("data:image/", StringComparison.Ordinal), request));
    }

    [BrowserFact]
    public async Task Without_script_the_summary_and_the_findings_are_there()
    {
        await using OpenPage page = await reports.Open(reports.Small, script: false);
        await Expect(page.Page.Locator("#finding-0 .sentence")).ToBeVisibleAsync();
        await Expect(page.Page.Locator("#summary p").First).ToBeVisibleAsync();
        await Expect(page.Page.Locator("#finding-0 .members img").First).ToBeVisibleAsync();
        await Expect(page.Page.Locator("#gallery-root")).ToBeHiddenAsync();
    }
}
