using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace EasyExplain.Tests.Browser;

public class GalleryTests(Reports reports) : IClassFixture<Reports>
{
    [BrowserFact]
    public Task Filters_count_exactly() => FiltersCount(reports.Small);

    [BrowserFact]
    public Task In_a_single_file_filters_count_exactly() => FiltersCount(reports.Single);

    private async Task FiltersCount(string report)
    {
        await using OpenPage page = await reports.Open(report, "#gallery");
        await OpenPage.Has(page.Count, "172 of 172 images");
        await page.Field("Verdict").SelectOptionAsync("wrong");
        await OpenPage.Has(page.Count, "12 of 172 images");
        await page.Field("Predicted").SelectOptionAsync("=cat");
        await OpenPage.Has(page.Count, "5 of 172 images");
        await page.Field("Expected").SelectOptionAsync("=" + MadeAudit.Script);
        await OpenPage.Has(page.Count, "2 of 172 images");
        await page.Page.GetByText("Clear filters").ClickAsync();
        await OpenPage.Has(page.Count, "172 of 172 images");

        // Of 40 horses, those from 0.51 in steps of 0.01 to 0.9.
        await page.Field("Expected").SelectOptionAsync("=horse");
        await page.Page.GetByLabel("Probability from").FillAsync("80");
        await page.Page.GetByLabel("Probability from").PressAsync("Enter");
        await OpenPage.Has(page.Count, "11 of 172 images");
        await page.Page.GetByLabel("Probability to").FillAsync("85");
        await page.Page.GetByLabel("Probability to").PressAsync("Enter");
        await OpenPage.Has(page.Count, "6 of 172 images");
        await page.Page.GetByText("Clear filters").ClickAsync();

        await page.Page.GetByLabel("File name contains").FillAsync("<SCRIPT>");
        await OpenPage.Has(page.Count, "1 of 172 images");
        await page.Page.GetByLabel("File name contains").FillAsync("no such file");
        await OpenPage.Has(page.Count, "0 of 172 images");
        await Expect(page.Page.Locator(".empty")).ToBeVisibleAsync();
        Assert.Empty(page.Complaints);
    }

    [BrowserFact]
    public async Task A_number_of_the_confusion_matrix_opens_its_images_and_back_leaves_them()
    {
        await using OpenPage page = await reports.Open(reports.Small);
        await page.Page.Locator(".matrix tbody tr").Nth(0).Locator("td").Nth(1).GetByRole(AriaRole.Link).ClickAsync();
        await OpenPage.Has(page.Count, "7 of 172 images");
        Assert.Equal(Enumerable.Range(60, 7), await page.Images());
        await Expect(page.Page.Locator(".scroller")).ToBeInViewportAsync();
        await page.Page.GoBackAsync();
        await OpenPage.Has(page.Count, "172 of 172 images");
        await page.Field("Verdict").SelectOptionAsync("wrong");
        await page.Field("Predicted").SelectOptionAsync("=cat");
        await page.Page.GoBackAsync();
        await Expect(page.Field("Predicted")).ToHaveValueAsync("*");
        await Expect(page.Field("Verdict")).ToHaveValueAsync("wrong");
    }

    [BrowserFact]
    public async Task A_finding_shows_its_images_and_all_of_them_in_the_gallery()
    {
        await using OpenPage page = await reports.Open(reports.Small, "#finding-0");
        ILocator strip = page.Page.Locator("#finding-0 .strip .tile");
        await Expect(strip).ToHaveCountAsync(7);
        await page.Page.Locator("#finding-0 .all a").ClickAsync();
        await OpenPage.Has(page.Count, "7 of 172 images");
        await Expect(page.Page.Locator(".about")).ToContainTextAsync("7 images of 67 called cat are taken for dog.");
    }

    [BrowserFact]
    public async Task The_surest_mistakes_come_first()
    {
        await using OpenPage page = await reports.Open(reports.Small, "#gallery");
        await page.Page.GetByLabel("Sorted by").SelectOptionAsync("mistakes");
        await Expect(page.Tiles.First).ToHaveAttributeAsync("data-image", "66");
        int[] images = await page.Images();
        Assert.Equal([66, 69, 161, 65], images[..4]); // 0.9 each; then of the 7 cats the one with 0.4/7 less
    }

    [BrowserFact]
    public async Task A_link_restores_a_state()
    {
        await using OpenPage page = await reports.Open(reports.Small,
            "#gallery?expected=cat&verdict=wrong&sort=sure&image=64&map=0&opacity=80&threshold=10&colors=gray");
        await OpenPage.Has(page.ViewerTitle, "cat/1-004.png");
        await Expect(page.Viewer.Locator("header")).ToContainTextAsync("3 of 7");
        await OpenPage.Has(page.Viewer.Locator("[aria-pressed=true]"), "layer2");
        await Expect(page.Viewer.GetByLabel("Opacity")).ToHaveValueAsync("80");
        await Expect(page.Viewer.GetByLabel("Hide below")).ToHaveValueAsync("10");
        await Expect(page.Viewer.GetByLabel("Colours")).ToHaveValueAsync("gray");
        await page.Page.Keyboard.PressAsync("Escape");
        await OpenPage.Has(page.Count, "7 of 172 images");
        int[] images = await page.Images();
        Assert.Equal([66, 65, 64, 63, 62, 61, 60], images);
    }

    [BrowserFact]
    public async Task A_link_that_makes_no_sense_shows_the_gallery()
    {
        await using OpenPage page = await reports.Open(reports.Small,
            "#gallery?image=9999&slice=7x&map=at&colors=constructor&opacity=NaN&least=-3&sort=toString&__proto__=1&issue=99999&text=%zz");
        await Expect(page.Count).ToContainTextAsync("of 172 images");
        await Expect(page.Viewer).ToHaveCountAsync(0);
        Assert.Empty(page.Complaints);
    }

    [BrowserFact]
    public async Task Opacity_colours_layer_and_threshold_change_what_is_drawn()
    {
        // All horses are of one blue. Their maps are 0, 128 and 255 nearly everywhere in the middle square of 64×48.
        await using OpenPage page = await reports.Open(reports.Small, "#gallery?expected=horse&opacity=0");
        ILocator canvas = page.Tiles.First.Locator("canvas");
        await canvas.WaitForAsync();
        Near((60, 60, 200), await page.Color(canvas));
        await Set("Opacity", "100");
        Near((127, 0, 0), await page.Color(canvas));
        Near((60, 60, 200), await page.Color(canvas, x: 0.05));
        await page.Field("Colours").SelectOptionAsync("gray");
        Near((255, 255, 255), await page.Color(canvas));
        await page.Field("Map").SelectOptionAsync("1");
        Near((64, 64, 64), await page.Color(canvas)); // squared, as Export-CamOverlay draws it
        await Set("Hide below", "60");
        Near((60, 60, 200), await page.Color(canvas));

        Task Set(string slider, string value) => page.Page.GetByLabel(slider).FillAsync(value);
    }

    [BrowserFact]
    public async Task Arrow_keys_walk_through_the_tiles_and_enter_opens_one()
    {
        await using OpenPage page = await reports.Open(reports.Small, "#gallery?verdict=wrong");
        await page.Tiles.First.FocusAsync();
        await page.Page.Keyboard.PressAsync("ArrowRight");
        await page.Page.Keyboard.PressAsync("End");
        await Expect(page.Page.Locator(".scroller [data-image='161']")).ToBeFocusedAsync();
        await page.Page.Keyboard.PressAsync("Enter");
        await OpenPage.Has(page.ViewerTitle, "odd/0-001.png");
    }

    [BrowserFact]
    public async Task Only_packs_that_are_seen_are_loaded_and_little_is_in_the_page_at_once()
    {
        await using OpenPage page = await reports.Open(reports.Large, "#gallery");
        await page.Tiles.First.Locator("canvas").WaitForAsync();
        Assert.Equal(["pack-0000.js"], Packs());

        int most = 0;
        for (int i = 0; i < 40; i++)
        {
            most = Math.Max(most, await page.Page.EvaluateAsync<int>(
                """
                async () => {
                    const scroller = document.querySelector(".scroller");
                    scroller.scrollTop += 997;
                    await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
                    return document.querySelectorAll("#gallery *").length;
                }
                """));
        }
        Assert.InRange(most, 100, 2000);
        await page.Page.EvaluateAsync("document.querySelector('.scroller').scrollTop = 1e9");
        await page.Page.Locator(".scroller [data-image='9999'] canvas").WaitForAsync();
        Assert.Contains("pack-0099.js", Packs());
        Assert.DoesNotContain("pack-0070.js", Packs());

        string[] Packs() => [.. page.Requests.Select(request => request.Split('/')[^1])
            .Where(name => name.StartsWith("pack-", StringComparison.Ordinal) && name.EndsWith(".js", StringComparison.Ordinal))];
    }

    [BrowserFact]
    public async Task An_image_that_is_gone_and_a_pack_that_is_missing_say_so()
    {
        string folder = Path.Combine(Path.GetDirectoryName(reports.Small)!, "damaged");
        CopyFolder(Path.GetDirectoryName(reports.Small)!, folder);
        File.Delete(Directory.GetFiles(folder, "pack-0001.js", SearchOption.AllDirectories).Single());
        await using OpenPage page = await reports.Open(Path.Combine(folder, "index.html"), "#gallery");
        await OpenPage.Has(page.Tiles.First.Locator(".picture"), "The image is gone or has changed.");
        await page.Field("Expected").SelectOptionAsync("=horse");
        await Expect(page.Tiles.First.Locator(".picture")).ToContainTextAsync("pack-0001.js is missing or damaged");
        await page.Tiles.First.ClickAsync();
        await Expect(page.Viewer.Locator(".missing")).ToContainTextAsync("pack-0001.js is missing or damaged");
    }

    private static void CopyFolder(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (string file in Directory.GetFiles(from))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }
        foreach (string folder in Directory.GetDirectories(from).Where(folder => folder != to))
        {
            CopyFolder(folder, Path.Combine(to, Path.GetFileName(folder)));
        }
    }

    /// <summary>The same colour, but for what JPEG makes of it.</summary>
    private static void Near((int Red, int Green, int Blue) expected, (int Red, int Green, int Blue) color)
    {
        Assert.InRange(color.Red, expected.Red - 12, expected.Red + 12);
        Assert.InRange(color.Green, expected.Green - 12, expected.Green + 12);
        Assert.InRange(color.Blue, expected.Blue - 12, expected.Blue + 12);
    }
}
