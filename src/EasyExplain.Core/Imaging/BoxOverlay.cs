using SkiaSharp;

namespace EasyExplain.Imaging;

/// <summary>A box to be drawn over a picture.</summary>
/// <param name="Part">Where, in pixels of the picture.</param>
/// <param name="Name">What stands at it where the picture is too small for more, such as its number.</param>
/// <param name="Caption">What stands at it.</param>
internal sealed record ColoredBox(PixelRegion Part, string Name, string Caption)
{
    /// <summary>The colour of its line.</summary>
    public PixelColor Color { get; init; } = new(255, 255, 255);

    /// <summary>Whether its line has gaps: it was not found there, but it is there.</summary>
    public bool IsDashed { get; init; }

    /// <summary>A line to be drawn in place of the box's own, in pixels of the picture; null for the box.</summary>
    public IReadOnlyList<LinePiece>? Outline { get; init; }
}

/// <summary>Draws boxes over a picture: bright lines with dark edges, seen on any photo and any heat, and words at them.</summary>
internal static class BoxOverlay
{
    private const int SmallestWithWords = 96; // pixels of the short side; a smaller picture has the names only
    private const int SmallestWithNames = 40;
    private static readonly SKColor Dark = new(0, 0, 0, 200);

    /// <summary>Draws boxes, the first ones above the others; nothing of them lies outside of the picture.</summary>
    /// <param name="picture">What is drawn on; unchanged.</param>
    /// <param name="boxes">The boxes.</param>
    /// <param name="note">A line in the upper left corner; null for none.</param>
    public static Photo Draw(Photo picture, IReadOnlyList<ColoredBox> boxes, string? note = null)
    {
        if (boxes.Count == 0 && note is null)
        {
            return picture;
        }
        using SKBitmap bitmap = SkiaPixels.ToBitmap(picture);
        using var canvas = new SKCanvas(bitmap);
        int shortSide = Math.Min(picture.Width, picture.Height), longSide = Math.Max(picture.Width, picture.Height);
        float line = Math.Clamp(MathF.Round(longSide / 250f), 1, 16);
        foreach (ColoredBox box in boxes.Reverse())
        {
            Frame(canvas, Inside(box.Part, picture, line * 1.5f), box, line);
        }
        float size = Math.Clamp(shortSide / 26f, 11, 72);
        using var text = new PanelText(shortSide < SmallestWithWords ? 9 : size, SKColors.White);
        var taken = new List<SKRect>();
        if (note is not null && shortSide >= SmallestWithNames)
        {
            Words(canvas, text, note, 0, 0, picture, taken);
        }
        // The first one's words are nearest to its box.
        foreach (ColoredBox box in boxes)
        {
            string words = shortSide >= SmallestWithWords ? box.Caption : shortSide >= SmallestWithNames ? box.Name : "";
            if (words.Length > 0)
            {
                SKRect frame = Inside(box.Part, picture, line * 1.5f);
                float above = frame.Top - 1.5f * line - Height(text);
                Words(canvas, text, words, frame.Left - 1.5f * line, above >= 0 ? above : frame.Top + 1.5f * line, picture, taken);
            }
        }
        return SkiaPixels.ToPhoto(bitmap);
    }

    private static void Frame(SKCanvas canvas, SKRect frame, ColoredBox box, float line)
    {
        using SKPathEffect? gaps = box.IsDashed ? SKPathEffect.CreateDash([4 * line, 3 * line], 0) : null;
        using var edge = new SKPaint { Style = SKPaintStyle.Stroke, StrokeWidth = 3 * line, Color = Dark, PathEffect = gaps };
        using var bright = new SKPaint
        {
            Style = SKPaintStyle.Stroke,
            StrokeWidth = line,
            Color = new SKColor(box.Color.Red, box.Color.Green, box.Color.Blue),
            PathEffect = gaps,
        };
        if (box.Outline is null)
        {
            canvas.DrawRect(frame, edge);
            canvas.DrawRect(frame, bright);
            return;
        }
        (edge.StrokeCap, bright.StrokeCap) = (SKStrokeCap.Square, SKStrokeCap.Square);
        foreach (SKPaint paint in (SKPaint[])[edge, bright])
        {
            foreach (LinePiece piece in box.Outline)
            {
                canvas.DrawLine((float)piece.X1, (float)piece.Y1, (float)piece.X2, (float)piece.Y2, paint);
            }
        }
    }

    /// <summary>The middle of the line: so far inside of the picture that all of the line is.</summary>
    private static SKRect Inside(PixelRegion part, Photo picture, float margin)
    {
        float left = Within((float)part.X, picture.Width), right = Within((float)(part.X + part.Width), picture.Width);
        float top = Within((float)part.Y, picture.Height), bottom = Within((float)(part.Y + part.Height), picture.Height);
        return new SKRect(left, top, right, bottom);

        float Within(float at, int side) => Math.Max(margin, Math.Min(at, side - margin));
    }

    private static float Height(PanelText text) => text.LineHeight + 2;

    /// <summary>Writes a line on dark ground, in the picture, below other lines where it would lie on them and there is room.</summary>
    private static void Words(SKCanvas canvas, PanelText text, string words, float x, float y, Photo picture, List<SKRect> taken)
    {
        const float Margin = 3;
        string fitting = text.Fit(words, Math.Max(1, picture.Width - 2 * Margin));
        float width = Math.Min(picture.Width, text.WidthOf(fitting) + 2 * Margin), height = Height(text);
        x = Math.Max(0, Math.Min(x, picture.Width - width));
        y = Math.Max(0, Math.Min(y, picture.Height - height));
        SKRect place = SKRect.Create(x, y, width, height);
        for (int tries = 0; tries < 8 && taken.Find(other => other.IntersectsWith(place)) is { IsEmpty: false } under; tries++)
        {
            place = SKRect.Create(x, under.Bottom, width, height);
        }
        if (place.Bottom > picture.Height)
        {
            place = SKRect.Create(x, y, width, height);
        }
        taken.Add(place);
        using var ground = new SKPaint { Color = Dark };
        canvas.DrawRect(place, ground);
        text.Draw(canvas, fitting, place.Left + Margin, place.Top + 1, float.MaxValue); // it fits
    }
}
