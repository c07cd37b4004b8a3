namespace EasyExplain.Training.Detection;

/// <summary>An object on a canvas: its class, and its box in whole pixels.</summary>
internal sealed record CanvasObject(int Class, int X, int Y, int Width, int Height)
{
    /// <summary>How many pixels it shares with another.</summary>
    public int Shared(CanvasObject other) =>
        Math.Max(0, Math.Min(X + Width, other.X + other.Width) - Math.Max(X, other.X))
        * Math.Max(0, Math.Min(Y + Height, other.Y + other.Height) - Math.Max(Y, other.Y));
}

/// <summary>A picture with objects at known places.</summary>
/// <param name="Rgb">The pixels: red, green, blue, row by row.</param>
/// <param name="Objects">What was pasted, in order: later ones lie above earlier ones.</param>
internal sealed record Canvas(byte[] Rgb, IReadOnlyList<CanvasObject> Objects)
{
    /// <summary>Height and width.</summary>
    public const int Side = 128;
}
