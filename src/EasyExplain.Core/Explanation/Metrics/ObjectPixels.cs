using EasyExplain.Imaging;

namespace EasyExplain.Explanation.Metrics;

/// <summary>
/// Which pixels of a model's input are an object's, by boxes or a mask that somebody drew on the photo: those whose centre is.
/// </summary>
internal static class ObjectPixels
{
    /// <summary>Of what was found, those in its own box; null of a class of a whole photo.</summary>
    public static bool[]? OfFound(CamExplanation explanation) => explanation.Box is not { } box ? null
        : InBoxes([new PixelRegion(box.X, box.Y, box.Width, box.Height)], explanation.Model.Preprocessing, explanation.ImageSize);

    /// <summary>Of boxes in pixels of the photo.</summary>
    /// <param name="boxes">The boxes.</param>
    /// <param name="preprocessing">How a photo becomes an input.</param>
    /// <param name="photo">Height and width of the photo, upright.</param>
    public static bool[] InBoxes(IReadOnlyList<PixelRegion> boxes, Preprocessing preprocessing, IReadOnlyList<int> photo) =>
        Of(preprocessing, photo, (x, y) => boxes.Any(box => x >= box.X && x < box.X + box.Width && y >= box.Y && y < box.Y + box.Height));

    /// <summary>Of a mask over the whole photo, of any size: what is not black is object.</summary>
    public static bool[] OfMask(Photo mask, Preprocessing preprocessing, IReadOnlyList<int> photo) => Of(preprocessing, photo, (x, y) =>
    {
        int column = Math.Clamp((int)(x * mask.Width / photo[1]), 0, mask.Width - 1);
        int row = Math.Clamp((int)(y * mask.Height / photo[0]), 0, mask.Height - 1);
        return mask.Rgb.AsSpan((row * mask.Width + column) * 3, 3).ContainsAnyExcept((byte)0);
    });

    private static bool[] Of(Preprocessing preprocessing, IReadOnlyList<int> photo, Func<double, double, bool> isObject)
    {
        PixelRegion seen = preprocessing.RegionOf(photo[1], photo[0]);
        bool[] pixels = new bool[preprocessing.Height * preprocessing.Width];
        for (int i = 0; i < pixels.Length; i++)
        {
            (int row, int column) = (i / preprocessing.Width, i % preprocessing.Width);
            pixels[i] = isObject(seen.X + (column + 0.5) / preprocessing.Width * seen.Width,
                seen.Y + (row + 0.5) / preprocessing.Height * seen.Height);
        }
        return pixels;
    }
}
