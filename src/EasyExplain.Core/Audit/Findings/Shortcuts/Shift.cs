namespace EasyExplain.Audit.Findings.Shortcuts;

/// <summary>Moves places of an image; what leaves it on one side comes in on the other.</summary>
/// <param name="Down">By how many rows.</param>
/// <param name="Right">By how many columns.</param>
/// <param name="Height">The image's rows.</param>
/// <param name="Width">The image's columns.</param>
internal readonly record struct Shift(int Down, int Right, int Height, int Width)
{
    /// <summary>One by a quarter of the image at least, each way.</summary>
    public static Shift Drawn(Random random, ModelProbe image) => new(
        random.Next(image.Height / 4, image.Height - image.Height / 4), random.Next(image.Width / 4, image.Width - image.Width / 4),
        image.Height, image.Width);

    /// <summary>Which place comes to lie here.</summary>
    public int Back(int place) =>
        (place / Width - Down + Height) % Height * Width + (place % Width - Right + Width) % Width;
}
