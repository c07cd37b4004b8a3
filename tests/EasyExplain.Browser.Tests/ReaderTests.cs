using System.Text;
using System.Text.RegularExpressions;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace EasyExplain.Tests.Browser;

/// <summary>Readers have keyboards, phones, dark rooms and printers.</summary>
public class ReaderTests(Reports reports) : IClassFixture<Reports>
{
    [BrowserFact]
    public Task Axe_finds_nothing_in_the_dark() => AxeFindsNothing("", 1280, dark: true);

    [BrowserFact]
    public Task Axe_finds_nothing_on_a_phone() => AxeFindsNothing("", 390, dark: false);

    [BrowserFact]
    public Task Axe_finds_nothing_in_an_image() => AxeFindsNothing("#gallery?image=66", 1280, dark: false);

    [BrowserFact]
    public Task Axe_finds_nothing_in_an_image_on_a_phone_in_the_dark() => AxeFindsNothing("#gallery?image=66", 390, dark: true);

    private async Task AxeFindsNothing(string hash, int width, bool dark)
    {
        await using OpenPage page = await reports.Open(reports.Small, hash, width, dark);
        ILocator picture = hash == "" ? page.Tiles.First : page.Viewer.Locator(".near .picture").First;
        await picture.WaitForAsync(new() { State = WaitForSelectorState.Attached });
        AxeResult result = hash == "" ? await page.Page.RunAxe() : await page.Viewer.RunAxe();
        string[] violations = [.. result.Violations.SelectMany(violation => violation.Nodes.Select(node =>
            $"{violation.Id}: {node.Html}: {string.Join(' ', node.Any.Select(check => check.Message))}"))];
        Assert.True(violations.Length == 0, string.Join('\n', violations));
        Assert.NotEmpty(result.Passes);
    }

    [BrowserFact]
    public async Task A_phone_does_not_scroll_sideways()
    {
        await using OpenPage page = await reports.Open(reports.Small, width: 390);
        Assert.Equal(390, await page.Page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
        await page.Page.EvaluateAsync("location.hash = '#gallery?image=66'");
        await page.Viewer.Locator(".large").WaitForAsync();
        Assert.Equal(390, await page.Page.EvaluateAsync<int>("document.querySelector('.viewer').scrollWidth"));
    }

    [BrowserFact]
    public async Task It_prints_in_some_pages()
    {
        await using OpenPage page = await reports.Open(reports.Large);
        string pdf = Encoding.Latin1.GetString(await page.Page.PdfAsync(new() { PreferCSSPageSize = true, Format = "A4" }));
        MatchCollection boxes = Regex.Matches(pdf, @"/MediaBox \[0 0 ([0-9.]+) ([0-9.]+)\]");
        Assert.InRange(boxes.Count, 2, 12);
        Assert.All(boxes, box => Assert.StartsWith("595", box.Groups[1].Value, StringComparison.Ordinal));
    }
}
