using System.Globalization;
using EasyExplain.Imaging;
using Microsoft.Playwright;

namespace EasyExplain.Tests.Browser;

/// <summary>A page in a window, and all that it did which a report must not do.</summary>
internal sealed class OpenPage : IAsyncDisposable
{
    private readonly List<string> _complaints = [];
    private readonly List<string> _requests = [];

    public OpenPage(IPage page)
    {
        Page = page;
        page.SetDefaultTimeout(20_000);
        page.PageError += (_, error) => _complaints.Add(error);
        page.Console += (_, message) => _complaints.Add($"{message.Type}: {message.Text}");
        page.Request += (_, request) => _requests.Add(request.Url);
        page.Dialog += (_, dialog) =>
        {
            _complaints.Add($"a dialog: {dialog.Message}");
            _ = dialog.DismissAsync();
        };
    }

    public IPage Page { get; }

    /// <summary>Errors, messages (a broken content policy is one) and dialogs.</summary>
    public IReadOnlyList<string> Complaints => _complaints;

    /// <summary>The addresses of all that was loaded.</summary>
    public IReadOnlyList<string> Requests => _requests;

    public ILocator Count => Page.Locator(".count");

    public ILocator Tiles => Page.Locator(".scroller .tile");

    public ILocator Viewer => Page.Locator("dialog.viewer");

    public ILocator ViewerTitle => Page.Locator("#viewer-title");

    /// <summary>A control by its whole label.</summary>
    public ILocator Field(string label) => Page.GetByLabel(label, new() { Exact = true });

    public Task<string> Hash() => Page.EvaluateAsync<string>("location.hash");

    /// <summary>Waits until an element has this text, all of it.</summary>
    public static Task Has(ILocator element, string text) => Assertions.Expect(element).ToHaveTextAsync(text);

    /// <summary>The colour in the middle of an element, or at shares of its width and height, on the screen.</summary>
    public async Task<(int Red, int Green, int Blue)> Color(ILocator element, double x = 0.5, double y = 0.5)
    {
        using var png = new MemoryStream(await element.ScreenshotAsync());
        Photo photo = ImageDecoder.Decode(png);
        int at = ((int)(y * photo.Height) * photo.Width + (int)(x * photo.Width)) * 3;
        return (photo.Rgb[at], photo.Rgb[at + 1], photo.Rgb[at + 2]);
    }

    /// <summary>The images of the tiles in the page, in their order.</summary>
    public async Task<int[]> Images() => [.. (await Tiles.EvaluateAllAsync<string[]>("tiles => tiles.map(tile => tile.dataset.image)"))
        .Select(image => int.Parse(image, CultureInfo.InvariantCulture))];

    public async ValueTask DisposeAsync() => await Page.Context.CloseAsync();
}
