namespace EasyExplain.Training.Detection;

/// <summary>What nobody looks for: a gradient between two colours, with clouds or stripes of a third one, under grain.</summary>
internal static class Background
{
    /// <summary>Fills a picture: red, green, blue, row by row.</summary>
    public static void Draw(byte[] rgb, int width, int height, Random random)
    {
        double[] from = Colour(random), to = Colour(random), third = Colour(random);
        double angle = 2 * Math.PI * random.NextDouble();
        Func<double, double, double> texture = random.Next(3) switch
        {
            0 => Stripes(random),
            1 => Clouds(random, cells: random.Next(3, 9)),
            _ => Checks(random),
        };
        double strength = 0.15 + 0.5 * random.NextDouble();
        int grain = random.Next(1, 9);
        for (int y = 0, at = 0; y < height; y++)
        {
            double v = (y + 0.5) / height - 0.5;
            for (int x = 0; x < width; x++)
            {
                double u = (x + 0.5) / width - 0.5;
                double along = Math.Clamp(0.5 + u * Math.Cos(angle) + v * Math.Sin(angle), 0, 1);
                double much = strength * texture(u, v);
                double light = random.Next(-grain, grain + 1);
                for (int channel = 0; channel < 3; channel++, at++)
                {
                    double value = from[channel] + along * (to[channel] - from[channel]);
                    value += much * (third[channel] - value) + light;
                    rgb[at] = (byte)Math.Clamp(Math.Round(value), 0, 255);
                }
            }
        }
    }

    private static double[] Colour(Random random) => [255 * random.NextDouble(), 255 * random.NextDouble(), 255 * random.NextDouble()];

    private static Func<double, double, double> Stripes(Random random)
    {
        double angle = Math.PI * random.NextDouble(), waves = 2 * Math.PI * (2 + 12 * random.NextDouble());
        (double across, double down) = (waves * Math.Cos(angle), waves * Math.Sin(angle));
        return (u, v) => 0.5 + 0.5 * Math.Sin(across * u + down * v);
    }

    private static Func<double, double, double> Checks(Random random)
    {
        double cells = 2 + 8 * random.NextDouble(), shift = random.NextDouble();
        return (u, v) => ((int)Math.Floor(cells * u + shift) + (int)Math.Floor(cells * v + shift)) % 2 == 0 ? 1 : 0;
    }

    /// <summary>Random numbers at the corners of a grid, and smoothly between them.</summary>
    private static Func<double, double, double> Clouds(Random random, int cells)
    {
        var corners = new double[cells + 1, cells + 1];
        for (int row = 0; row <= cells; row++)
        {
            for (int column = 0; column <= cells; column++)
            {
                corners[row, column] = random.NextDouble();
            }
        }
        return (u, v) =>
        {
            (double x, double y) = ((u + 0.5) * cells, (v + 0.5) * cells);
            int left = Math.Min((int)x, cells - 1), top = Math.Min((int)y, cells - 1);
            (double right, double down) = (Smooth(x - left), Smooth(y - top));
            return (1 - down) * ((1 - right) * corners[top, left] + right * corners[top, left + 1])
                + down * ((1 - right) * corners[top + 1, left] + right * corners[top + 1, left + 1]);
        };
    }

    private static double Smooth(double t) => t * t * (3 - 2 * t);
}
