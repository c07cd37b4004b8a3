namespace EasyExplain.Imaging.Terminal;

/// <summary>
/// At most 256 colours for a picture: the colours are cut in two, at the mean of what varies most, until there are enough.
/// </summary>
/// <remarks>After Wan, Wong and Prusinkiewicz, An algorithm for multidimensional data clustering, 1988.</remarks>
/// <param name="Colors">The colours.</param>
/// <param name="Indices">For each pixel, row by row, the number of its colour.</param>
internal sealed record Palette((byte Red, byte Green, byte Blue)[] Colors, byte[] Indices)
{
    private const int MostColors = 256;

    /// <summary>The palette of a picture: its own colours where they are few enough.</summary>
    internal static Palette Of(Photo photo)
    {
        int[] pixels = new int[photo.Width * photo.Height];
        var counts = new Dictionary<int, int>();
        for (int i = 0; i < pixels.Length; i++)
        {
            pixels[i] = photo.Rgb[i * 3] << 16 | photo.Rgb[i * 3 + 1] << 8 | photo.Rgb[i * 3 + 2];
            counts[pixels[i]] = counts.GetValueOrDefault(pixels[i]) + 1;
        }
        List<Box> boxes = [new Box([.. counts.Select(color => new Shade(color.Key, color.Value))])];
        while (boxes.Count < MostColors && boxes.MaxBy(box => box.Spread) is { Spread: > 0 } widest)
        {
            boxes.Remove(widest);
            boxes.AddRange(widest.Split());
        }
        Dictionary<int, byte> numbers = boxes.SelectMany((box, number) => box.Shades.Select(shade => (shade.Color, number)))
            .ToDictionary(pair => pair.Color, pair => (byte)pair.number);
        return new Palette([.. boxes.Select(box => box.Mean)], Array.ConvertAll(pixels, color => numbers[color]));
    }

    private static int Level(int color, int channel) => color >> 8 * (2 - channel) & 0xFF;

    /// <summary>A colour of the picture and how many pixels have it.</summary>
    private readonly record struct Shade(int Color, int Count);

    /// <summary>Colours that lie together.</summary>
    private sealed class Box
    {
        private readonly double[] _means = new double[3];
        private readonly int _channel; // that varies most

        internal Box(Shade[] shades)
        {
            Shades = shades;
            double pixels = 0;
            double[] sums = new double[3], squares = new double[3];
            foreach (Shade shade in shades)
            {
                pixels += shade.Count;
                for (int c = 0; c < 3; c++)
                {
                    double level = Level(shade.Color, c);
                    sums[c] += shade.Count * level;
                    squares[c] += shade.Count * level * level;
                }
            }
            for (int c = 0; c < 3; c++)
            {
                _means[c] = sums[c] / pixels;
                squares[c] -= sums[c] * _means[c];
            }
            Spread = shades.Length == 1 ? 0 : squares.Max(); // sums of doubles hardly ever end at 0 by themselves
            _channel = Array.IndexOf(squares, squares.Max());
        }

        internal Shade[] Shades { get; }

        /// <summary>The sum of squared deviations that one cut can make smaller.</summary>
        internal double Spread { get; }

        internal (byte Red, byte Green, byte Blue) Mean =>
            ((byte)Math.Round(_means[0]), (byte)Math.Round(_means[1]), (byte)Math.Round(_means[2]));

        internal Box[] Split() =>
        [
            new(Array.FindAll(Shades, shade => Level(shade.Color, _channel) <= _means[_channel])),
            new(Array.FindAll(Shades, shade => Level(shade.Color, _channel) > _means[_channel])),
        ];
    }
}
