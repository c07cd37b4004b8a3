using EasyExplain.Imaging;

namespace EasyExplain.Segmentation;

/// <summary>The line around some places of a segmenter's output.</summary>
internal static class MaskOutline
{
    /// <summary>Its straight pieces, in pixels of the photo: those across first.</summary>
    /// <param name="mask">Which places, row by row.</param>
    /// <param name="height">The rows of places.</param>
    /// <param name="width">The places of a row.</param>
    /// <param name="covered">The part of the photo that all places cover.</param>
    public static IReadOnlyList<LinePiece> Of(bool[] mask, int height, int width, PixelRegion covered)
    {
        var pieces = new List<LinePiece>();
        Add(height, width, (row, column) => Has(row - 1, column) != Has(row, column),
            (line, from, to) => new LinePiece(Across(from), Down(line), Across(to), Down(line)));
        Add(width, height, (column, row) => Has(row, column - 1) != Has(row, column),
            (line, from, to) => new LinePiece(Across(line), Down(from), Across(line), Down(to)));
        return pieces;

        void Add(int lines, int length, Func<int, int, bool> parts, Func<int, int, int, LinePiece> piece)
        {
            for (int line = 0; line <= lines; line++)
            {
                for (int from = 0, to; from < length; from = to + 1)
                {
                    for (to = from; to < length && parts(line, to);)
                    {
                        to++;
                    }
                    if (to > from)
                    {
                        pieces.Add(piece(line, from, to));
                    }
                }
            }
        }

        bool Has(int row, int column) => row >= 0 && row < height && column >= 0 && column < width && mask[row * width + column];

        double Across(int column) => covered.X + (double)column / width * covered.Width;

        double Down(int row) => covered.Y + (double)row / height * covered.Height;
    }
}
