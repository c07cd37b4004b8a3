using System.Reflection;
using System.Text;
using SkiaSharp;

namespace EasyExplain.Imaging;

/// <summary>Text in the font that this assembly carries, because a server may have none.</summary>
internal sealed class PanelText : IDisposable
{
    private const string Ellipsis = "…";

    private static readonly Lazy<SKTypeface> Typeface = new(() =>
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("DejaVuSans.ttf")!;
        using SKData data = SKData.Create(stream);
        return SKTypeface.FromData(data);
    });

    private readonly SKFont _font;
    private readonly SKPaint _paint;

    /// <summary>A text style.</summary>
    /// <param name="size">Pixels to the em.</param>
    /// <param name="color">The colour.</param>
    /// <param name="bold">Heavier strokes.</param>
    internal PanelText(float size, SKColor color, bool bold = false)
    {
        _font = new SKFont(Typeface.Value, size)
        {
            Edging = SKFontEdging.Antialias,
            Subpixel = true,
            Hinting = SKFontHinting.None,
            Embolden = bold,
        };
        _paint = new SKPaint { Color = color, IsAntialias = true };
    }

    /// <summary>The height of a line, in pixels.</summary>
    internal int LineHeight => (int)Math.Ceiling(_font.Spacing);

    /// <summary>Draws one line.</summary>
    /// <param name="canvas">Where to.</param>
    /// <param name="text">The text; control characters become spaces.</param>
    /// <param name="x">The left edge.</param>
    /// <param name="y">The line's upper edge.</param>
    /// <param name="width">
    /// The most pixels the line may take; longer text loses its middle, since layers' names differ at their ends.
    /// </param>
    internal void Draw(SKCanvas canvas, string text, float x, float y, float width) =>
        canvas.DrawText(Fit(text, width), x, y - _font.Metrics.Ascent, SKTextAlign.Left, _font, _paint);

    /// <summary>Draws a short text whose middle is at a point, its capitals' middle in height.</summary>
    internal void DrawCentered(SKCanvas canvas, string text, float x, float y) =>
        canvas.DrawText(text, x, y + _font.Metrics.CapHeight / 2, SKTextAlign.Center, _font, _paint);

    /// <inheritdoc/>
    public void Dispose()
    {
        _paint.Dispose();
        _font.Dispose();
    }

    /// <summary>How wide a line is, in pixels.</summary>
    internal float WidthOf(string text) => _font.MeasureText(text);

    /// <summary>The longest text that fits: the whole, or its two ends around an ellipsis.</summary>
    internal string Fit(string text, float width)
    {
        Rune[] runes = [.. text.EnumerateRunes().Select(rune => Rune.IsControl(rune) ? new Rune(' ') : rune)];
        int fits = 0, tooMany = runes.Length + 1;
        while (tooMany - fits > 1)
        {
            int kept = (fits + tooMany) / 2;
            (fits, tooMany) = _font.MeasureText(Shorten(runes, kept)) <= width ? (kept, tooMany) : (fits, kept);
        }
        return Shorten(runes, fits);
    }

    private static string Shorten(Rune[] runes, int kept) => kept == runes.Length
        ? string.Concat(runes)
        : string.Concat(runes[..((kept + 1) / 2)]) + Ellipsis + string.Concat(runes[(runes.Length - kept / 2)..]);
}
