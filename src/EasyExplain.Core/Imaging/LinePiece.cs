namespace EasyExplain.Imaging;

/// <summary>A straight piece of a line, from a point to another.</summary>
internal readonly record struct LinePiece(double X1, double Y1, double X2, double Y2)
{
    /// <summary>The same in a picture of another size.</summary>
    /// <param name="across">By how much it is wider.</param>
    /// <param name="down">By how much it is higher.</param>
    public LinePiece Scale(double across, double down) => new(X1 * across, Y1 * down, X2 * across, Y2 * down);
}
