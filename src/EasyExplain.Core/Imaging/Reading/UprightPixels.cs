using System.Runtime.CompilerServices;

namespace EasyExplain.Imaging.Reading;

/// <summary>Takes the rows of a stored picture as they are decoded, and puts their pixels where they are in the upright one.</summary>
internal sealed class UprightPixels
{
    private readonly byte[] _rgb;
    private readonly int _width, _height; // of the upright picture
    private readonly int _first, _right, _down; // where the first stored pixel goes, and from it the next in its row and in its column
    private readonly (int Width, int Height) _original;
    private readonly PixelRegion _frame;

    /// <param name="width">Stored pixels in a row.</param>
    /// <param name="height">Stored rows.</param>
    /// <param name="original">The size of the picture in its file.</param>
    /// <param name="scale">At which scale of it the pixels are, at most 1.</param>
    /// <param name="orientation">As EXIF has it, 1 to 8; anything else is upright.</param>
    internal UprightPixels(int width, int height, (int Width, int Height) original, double scale, long orientation)
    {
        // A reduced size is rounded up: the last column and row reach this far beyond the picture, and are the first ones where it is
        // turned.
        double frameWidth = original.Width * scale, frameHeight = original.Height * scale;
        (double beyondX, double beyondY) = (width - frameWidth, height - frameHeight);
        bool isTurned = orientation is >= 5 and <= 8;
        if (isTurned)
        {
            (width, height, frameWidth, frameHeight, beyondX, beyondY) = (height, width, frameHeight, frameWidth, beyondY, beyondX);
            original = (original.Height, original.Width);
        }
        bool fromRight = orientation is 2 or 3 or 6 or 7, fromBelow = orientation is 3 or 4 or 7 or 8;
        int across = fromRight ? -3 : 3, down = (fromBelow ? -3 : 3) * width;
        (_right, _down) = isTurned ? (down, across) : (across, down);
        _first = (fromRight ? 3 * (width - 1) : 0) + (fromBelow ? 3 * width * (height - 1) : 0);
        (_width, _height, _original) = (width, height, original);
        _rgb = GC.AllocateUninitializedArray<byte>(width * height * 3);
        _frame = new PixelRegion(fromRight ? beyondX : 0, fromBelow ? beyondY : 0, frameWidth, frameHeight);
    }

    /// <summary>The upright picture; complete when all rows have been taken.</summary>
    internal Photo Photo => new(_width, _height, _rgb)
    {
        OriginalWidth = _original.Width,
        OriginalHeight = _original.Height,
        Frame = _frame,
    };

    /// <summary>Takes some rows: the first three bytes of each pixel.</summary>
    /// <param name="pixels">The rows, one after the other.</param>
    /// <param name="step">Bytes from a pixel to the next, at least 3.</param>
    /// <param name="width">Pixels in a row.</param>
    /// <param name="firstRow">The number of the first.</param>
    /// <param name="rows">How many.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal unsafe void Take(byte* pixels, int step, int width, int firstRow, int rows)
    {
        fixed (byte* rgb = _rgb)
        {
            for (int row = 0; row < rows; row++)
            {
                byte* from = pixels + (long)row * width * step, to = rgb + _first + (firstRow + row) * _down;
                int x = 0;
                if (_right == 3 && step == 4)
                {
                    // Four bytes at once, the last of which the next pixel overwrites.
                    for (; x < width - 1; x++)
                        Unsafe.WriteUnaligned(to + 3 * x, Unsafe.ReadUnaligned<uint>(from + 4 * x));
                }
                for (; x < width; x++)
                {
                    byte* pixel = from + (long)x * step, place = to + x * _right;
                    (place[0], place[1], place[2]) = (pixel[0], pixel[1], pixel[2]);
                }
            }
        }
    }
}
