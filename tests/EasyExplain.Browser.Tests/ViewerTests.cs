using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace EasyExplain.Tests.Browser;

public class ViewerTests(Reports reports) : IClassFixture<Reports>
{
    [BrowserFact]
    public async Task Arrow_keys_go_on_in_the_filtered_order_and_escape_goes_back_to_the_tile()
    {
        await using OpenPage page = await reports.Open(reports.Small, "#gallery?verdict=wrong");
        await page.Tiles.First.ClickAsync();
        await OpenPage.Has(page.ViewerTitle, "cat/1-000.png");
        await page.Page.Keyboard.PressAsync("ArrowRight");
        await page.Page.Keyboard.PressAsync("ArrowRight");
        await page.Page.Keyboard.PressAsync("ArrowLeft");
        await OpenPage.Has(page.ViewerTitle, "cat/1-001.png");
        await page.Page.Keyboard.PressAsync("End");
        await OpenPage.Has(page.ViewerTitle, "odd/0-001.png");
        await Expect(page.Viewer.Locator("header")).ToContainTextAsync("12 of 12");
        await page.Page.Keyboard.PressAsync("Home");
        await page.Page.Keyboard.PressAsync("ArrowRight");
        await page.Page.Keyboard.PressAsync("Escape");
        await Expect(page.Viewer).ToHaveCountAsync(0);
        await Expect(page.Page.Locator(".scroller [data-image='61']")).ToBeFocusedAsync();
        Assert.Equal("#gallery?verdict=wrong", await page.Hash());
        Assert.Empty(page.Complaints);
    }

    [BrowserFact]
    public async Task An_image_is_shown_with_what_is_known_of_it()
    {
        await using OpenPage page = await reports.Open(reports.Small, "#gallery?image=66");
        await Expect(page.Viewer.Locator(".facts")).ToContainTextAsync("wrong");
        await Expect(page.Viewer.Locator(".top li")).ToHaveCountAsync(4);
        await Expect(page.Viewer.Locator(".top li").First).ToContainTextAsync("dog");
        await Expect(page.Viewer.Locator(".top li").First).ToContainTextAsync("90 %");
        await OpenPage.Has(page.Viewer.Locator(".in-findings"), "Confused pair: cat ↔ dog");
        await page.Viewer.GetByText("side by side").ClickAsync();
        await Expect(page.Viewer.Locator(".every-layer figcaption")).ToHaveTextAsync(["original", "layer2", "layer3", "layer2+layer3"]);

        ILocator near = page.Viewer.Locator(".near button");
        await Expect(near).ToHaveCountAsync(6);
        string name = (await near.First.Locator(".unseen").First.TextContentAsync())!.Split(':')[0];
        await near.First.ClickAsync();
        await OpenPage.Has(page.ViewerTitle, name);
    }

    [BrowserFact]
    public async Task A_findings_image_opens_and_closing_goes_back_to_it()
    {
        await using OpenPage page = await reports.Open(reports.Small, "#finding-0");
        ILocator tile = page.Page.Locator("#finding-0 .strip .tile").Nth(2);
        await tile.ClickAsync();
        await OpenPage.Has(page.ViewerTitle, "cat/1-002.png");
        await Expect(page.Viewer.Locator("header")).ToContainTextAsync("3 of 7");
        await page.Viewer.GetByLabel("Close").ClickAsync();
        await Expect(page.Viewer).ToHaveCountAsync(0);
        await Expect(tile).ToBeFocusedAsync();
        Assert.Equal("#finding-0", await page.Hash());
    }

    [BrowserFact]
    public async Task The_original_is_shown_where_it_is_found_and_else_the_thumbnail_says_why()
    {
        await using OpenPage page = await reports.Open(reports.WithOriginals, "#gallery?image=64&map=none");
        await Expect(page.Viewer.Locator(".remark")).ToContainTextAsync("The original; the image has 64 × 48 pixels.");
        (_, _, int blue) = await page.Color(page.Viewer.Locator(".large"));
        Assert.InRange(blue, 180, 220); // a blue one lies there
        await page.Page.Keyboard.PressAsync("ArrowRight");
        await Expect(page.Viewer.Locator(".remark")).ToContainTextAsync("The original is not where the report expects it");
        (int red, _, _) = await page.Color(page.Viewer.Locator(".large"));
        Assert.InRange(red, 180, 220); // the thumbnail
    }
}
