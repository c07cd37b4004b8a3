namespace EasyExplain.Training.Detection;

/// <summary>
/// Pastes small photos at random places and sizes onto random backgrounds. An object's edge is soft and irregular: its opacity falls from
/// one to nothing over the last tenth of a rounded shape that fills the box. Some patches of mere texture have the same edges, so that an
/// edge alone is no object.
/// </summary>
/// <remarks>The same images, seed and number give the same canvas.</remarks>
internal static class CanvasMaker
{
    private const int Smallest = 24, Largest = 48;
    private const double LargestOverlap = 0.1; // of the smaller box
    private const int Tries = 40;
    private const int Distractors = 2;

    /// <summary>Makes a canvas.</summary>
    /// <param name="images">What is pasted.</param>
    /// <param name="seed">Of all canvases of a set.</param>
    /// <param name="number">Which of the set.</param>
    /// <param name="least">How many objects at least.</param>
    /// <param name="most">How many at most; fewer, where they find no room.</param>
    /// <param name="mirror">Whether half of the objects are mirrored.</param>
    public static Canvas Make(ImageSet images, int seed, int number, int least, int most, bool mirror = false)
    {
        var random = new Random(unchecked(seed * 1_000_003 + number));
        var rgb = new byte[Canvas.Side * Canvas.Side * 3];
        Background.Draw(rgb, Canvas.Side, Canvas.Side, random);
        for (int i = random.Next(Distractors + 1); i > 0; i--)
        {
            var patch = new byte[ImageSet.Side * ImageSet.Side * 3];
            Background.Draw(patch, ImageSet.Side, ImageSet.Side, random);
            Paste(rgb, patch, Place(0, random), mirror: false, random);
        }
        var objects = new List<CanvasObject>();
        for (int wanted = random.Next(least, most + 1), tries = Tries; objects.Count < wanted && tries > 0; tries--)
        {
            int image = random.Next(images.Count);
            CanvasObject place = Place((int)images.Labels.data<long>()[image], random);
            if (objects.Any(other => place.Shared(other)
                > LargestOverlap * Math.Min(place.Width * place.Height, other.Width * other.Height)))
            {
                continue;
            }
            const int size = ImageSet.Side * ImageSet.Side * 3;
            Paste(rgb, images.Pixels.bytes.Slice(image * size, size), place, mirror && random.Next(2) == 0, random);
            objects.Add(place);
        }
        return new Canvas(rgb, objects);
    }

    private static CanvasObject Place(int label, Random random)
    {
        double side = Smallest + random.NextDouble() * (Largest - Smallest);
        double stretch = Math.Pow(1.25, random.NextDouble() - 0.5);
        int width = Math.Clamp((int)Math.Round(side * stretch), Smallest, Largest);
        int height = Math.Clamp((int)Math.Round(side / stretch), Smallest, Largest);
        return new CanvasObject(
            label, random.Next(Canvas.Side - width + 1), random.Next(Canvas.Side - height + 1), width, height);
    }

    private static void Paste(byte[] rgb, ReadOnlySpan<byte> image, CanvasObject place, bool mirror, Random random)
    {
        const double softness = 0.1;
        double power = 3 + 5 * random.NextDouble();
        double phase = 2 * Math.PI * random.NextDouble();
        int waves = random.Next(3, 8);
        for (int y = 0; y < place.Height; y++)
        {
            double v = (2 * y + 1.0) / place.Height - 1;
            for (int x = 0; x < place.Width; x++)
            {
                double u = (2 * x + 1.0) / place.Width - 1;
                double radius = Math.Pow(Math.Pow(Math.Abs(u), power) + Math.Pow(Math.Abs(v), power), 1 / power)
                    + 0.02 * (1 + Math.Sin(phase + waves * Math.Atan2(v, u)));
                double opacity = Math.Clamp((1 - radius) / softness, 0, 1);
                if (opacity <= 0)
                {
                    continue;
                }
                double column = (x + 0.5) * ImageSet.Side / place.Width - 0.5;
                double row = (y + 0.5) * ImageSet.Side / place.Height - 0.5;
                int at = ((place.Y + y) * Canvas.Side + place.X + x) * 3;
                for (int channel = 0; channel < 3; channel++)
                {
                    double value = Sample(image, row, mirror ? ImageSet.Side - 1 - column : column, channel);
                    rgb[at + channel] = (byte)Math.Round(rgb[at + channel] + opacity * (value - rgb[at + channel]));
                }
            }
        }
    }

    /// <summary>Bilinear interpolation; the edge goes on outside.</summary>
    private static double Sample(ReadOnlySpan<byte> image, double row, double column, int channel)
    {
        const int last = ImageSet.Side - 1;
        (row, column) = (Math.Clamp(row, 0, last), Math.Clamp(column, 0, last));
        int top = Math.Min((int)row, last - 1), left = Math.Min((int)column, last - 1);
        (double down, double right) = (row - top, column - left);
        int at = (top * ImageSet.Side + left) * 3 + channel;
        const int below = ImageSet.Side * 3;
        return (1 - down) * ((1 - right) * image[at] + right * image[at + 3])
            + down * ((1 - right) * image[at + below] + right * image[at + below + 3]);
    }
}
