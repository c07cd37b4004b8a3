namespace EasyExplain.Explanation.Metrics;

/// <summary>
/// Fills missing pixels from their neighbours (Rong et al. 2022, arXiv 2202.00449, section 4.1): each becomes the weighted mean of those
/// around it, missing ones too, which is a system of linear equations. What is left shows neither the object nor the shape of the hole.
/// </summary>
/// <remarks>
/// Direct neighbours weigh twice as much as diagonal ones; beyond the border there are none. Written as differences, the system is
/// symmetric and positive, so that conjugate gradients solve it, with symmetric Gauss-Seidel sweeps before each step (Saad 2003, sections
/// 9.2 and 10.2). They start at the means of ever larger squares, which leaves little to do over long ways.
/// </remarks>
internal sealed class NeighbourFill
{
    private const int Colors = 3;
    private const int Around = 8;

    // The pixels around one, row by row, and what they weigh.
    private static readonly (int Down, int Right, double Weight)[] s_around =
    [
        (-1, -1, Diagonal), (-1, 0, Direct), (-1, 1, Diagonal), (0, -1, Direct), (0, 1, Direct), (1, -1, Diagonal), (1, 0, Direct),
        (1, 1, Diagonal),
    ];

    private const double Direct = 1.0 / 6, Diagonal = 1.0 / 12;

    private readonly int _height;
    private readonly int _width;
    private readonly bool[] _missing;
    private readonly int[] _places;      // of the missing pixels, row by row
    private readonly int[] _starts;      // where the neighbours of each begin in the next two; those before it come first
    private readonly int[] _afters;      // where those after it begin
    private readonly int[] _neighbours;  // missing ones alone, by number
    private readonly double[] _weights;
    private readonly double[] _sums;     // of the weights of all neighbours, known ones too

    /// <param name="missing">Which pixels are missing, row by row.</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    public NeighbourFill(bool[] missing, int height, int width)
    {
        (_height, _width, _missing) = (height, width, missing);
        _places = [.. Enumerable.Range(0, missing.Length).Where(place => missing[place])];
        int[] numbers = new int[missing.Length];
        for (int i = 0; i < _places.Length; i++)
        {
            numbers[_places[i]] = i;
        }
        (_starts, _afters, _sums) = (new int[_places.Length + 1], new int[_places.Length], new double[_places.Length]);
        (_neighbours, _weights) = (new int[Around * _places.Length], new double[Around * _places.Length]);
        int count = 0;
        for (int i = 0; i < _places.Length; i++)
        {
            (int row, int column) = (_places[i] / width, _places[i] % width);
            for (int k = 0; k < Around; k++)
            {
                if (k == Around / 2)
                {
                    _afters[i] = count;
                }
                (int down, int right, double weight) = s_around[k];
                int y = row + down, x = column + right;
                if (y < 0 || y >= height || x < 0 || x >= width)
                {
                    continue;
                }
                _sums[i] += weight;
                if (missing[y * width + x])
                {
                    (_neighbours[count], _weights[count]) = (numbers[y * width + x], weight);
                    count++;
                }
            }
            _starts[i + 1] = count;
        }
    }

    /// <summary>Fills an image, row by row, its colours one plane after the other.</summary>
    /// <param name="planes">The image, <c>[C, H, W]</c>; it stays as it is.</param>
    /// <param name="within">How far what is left of the equations may be from 0, as a part of what they ask for.</param>
    /// <returns>The image without holes; 0 everywhere where no pixel is left.</returns>
    public float[] Fill(float[] planes, double within = 1e-9)
    {
        int size = Colors * _missing.Length;
        if (planes.Length == size)
        {
            return FillColors(planes, within);
        }
        // Three at a time; what is lacking of the last three is 0.
        float[] filled = new float[planes.Length];
        for (int at = 0; at < planes.Length; at += size)
        {
            float[] some = new float[size];
            int length = Math.Min(size, planes.Length - at);
            Array.Copy(planes, at, some, 0, length);
            Array.Copy(FillColors(some, within), 0, filled, at, length);
        }
        return filled;
    }

    private float[] FillColors(float[] planes, double within)
    {
        if (_places.Length == _missing.Length)
        {
            return new float[planes.Length];
        }
        double[] known = KnownAround(planes), x = Start(planes);
        double[] residual = new double[x.Length], swept = new double[x.Length], times = new double[x.Length];
        Times(x, times);
        for (int i = 0; i < x.Length; i++)
        {
            residual[i] = known[i] - times[i];
        }
        Sweep(residual, swept);
        double[] direction = [.. swept], limit = Dot(known, known), along = Dot(residual, swept);
        for (int step = 0; step < 10 * (_height + _width); step++)
        {
            double[] left = Dot(residual, residual);
            if (Enumerable.Range(0, Colors).All(color => left[color] <= within * within * limit[color]))
            {
                break;
            }
            Times(direction, times);
            double[] far = Ratio(along, Dot(direction, times));
            AddTo(x, far, direction);
            AddTo(residual, [-far[0], -far[1], -far[2]], times);
            Sweep(residual, swept);
            double[] before = along;
            along = Dot(residual, swept);
            double[] kept = Ratio(along, before);
            for (int i = 0; i < x.Length; i += Colors)
            {
                direction[i] = swept[i] + kept[0] * direction[i];
                direction[i + 1] = swept[i + 1] + kept[1] * direction[i + 1];
                direction[i + 2] = swept[i + 2] + kept[2] * direction[i + 2];
            }
        }
        float[] filled = [.. planes];
        for (int i = 0; i < _places.Length; i++)
        {
            for (int color = 0; color < Colors; color++)
            {
                filled[color * _missing.Length + _places[i]] = (float)x[Colors * i + color];
            }
        }
        return filled;
    }

    /// <summary>What the equations ask for: the weighted known neighbours, colours side by side.</summary>
    private double[] KnownAround(float[] planes)
    {
        double[] known = new double[Colors * _places.Length];
        for (int i = 0; i < _places.Length; i++)
        {
            (int row, int column) = (_places[i] / _width, _places[i] % _width);
            foreach ((int down, int right, double weight) in s_around)
            {
                int y = row + down, x = column + right, place = y * _width + x;
                if (y < 0 || y >= _height || x < 0 || x >= _width || _missing[place])
                {
                    continue;
                }
                for (int color = 0; color < Colors; color++)
                {
                    known[Colors * i + color] += weight * planes[color * _missing.Length + place];
                }
            }
        }
        return known;
    }

    /// <summary>The mean of the known pixels in the smallest square around each missing one that has some; squares double.</summary>
    private double[] Start(float[] planes)
    {
        double[] x = new double[Colors * _places.Length];
        bool[] done = new bool[_places.Length];
        for (int side = 2; !Array.TrueForAll(done, found => found); side *= 2)
        {
            int columns = (_width + side - 1) / side, rows = (_height + side - 1) / side;
            double[] sums = new double[Colors * rows * columns];
            int[] counts = new int[rows * columns];
            for (int place = 0; place < _missing.Length; place++)
            {
                if (!_missing[place])
                {
                    int square = SquareOf(place);
                    counts[square]++;
                    for (int color = 0; color < Colors; color++)
                    {
                        sums[Colors * square + color] += planes[color * _missing.Length + place];
                    }
                }
            }
            for (int i = 0; i < _places.Length; i++)
            {
                int square = SquareOf(_places[i]);
                if (!done[i] && counts[square] > 0)
                {
                    done[i] = true;
                    for (int color = 0; color < Colors; color++)
                    {
                        x[Colors * i + color] = sums[Colors * square + color] / counts[square];
                    }
                }
            }

            int SquareOf(int place) => place / _width / side * columns + place % _width / side;
        }
        return x;
    }

    /// <summary>The left side of the equations.</summary>
    private void Times(double[] x, double[] result)
    {
        for (int i = 0; i < _places.Length; i++)
        {
            (double red, double green, double blue) = (_sums[i] * x[3 * i], _sums[i] * x[3 * i + 1], _sums[i] * x[3 * i + 2]);
            for (int k = _starts[i]; k < _starts[i + 1]; k++)
            {
                int other = 3 * _neighbours[k];
                red -= _weights[k] * x[other];
                green -= _weights[k] * x[other + 1];
                blue -= _weights[k] * x[other + 2];
            }
            (result[3 * i], result[3 * i + 1], result[3 * i + 2]) = (red, green, blue);
        }
    }

    /// <summary>A sweep forward over the equations and one back: nearly their solution.</summary>
    private void Sweep(double[] asked, double[] result)
    {
        for (int i = 0; i < _places.Length; i++)
        {
            SweepOne(i, _starts[i], _afters[i], asked[3 * i], asked[3 * i + 1], asked[3 * i + 2], result);
        }
        for (int i = _places.Length - 1; i >= 0; i--)
        {
            SweepOne(i, _afters[i], _starts[i + 1], _sums[i] * result[3 * i], _sums[i] * result[3 * i + 1], _sums[i] * result[3 * i + 2],
                result);
        }
    }

    private void SweepOne(int i, int from, int to, double red, double green, double blue, double[] result)
    {
        for (int k = from; k < to; k++)
        {
            int other = 3 * _neighbours[k];
            red += _weights[k] * result[other];
            green += _weights[k] * result[other + 1];
            blue += _weights[k] * result[other + 2];
        }
        (result[3 * i], result[3 * i + 1], result[3 * i + 2]) = (red / _sums[i], green / _sums[i], blue / _sums[i]);
    }

    /// <summary>Adds so much of another to one, for each colour.</summary>
    private static void AddTo(double[] one, double[] factors, double[] other)
    {
        (double red, double green, double blue) = (factors[0], factors[1], factors[2]);
        for (int i = 0; i < one.Length; i += Colors)
        {
            one[i] += red * other[i];
            one[i + 1] += green * other[i + 1];
            one[i + 2] += blue * other[i + 2];
        }
    }

    /// <summary>One over the other, for each colour; 0 of a colour that is solved.</summary>
    private static double[] Ratio(double[] a, double[] b) => [.. a.Zip(b, (above, below) => below > 0 ? above / below : 0)];

    /// <summary>The products of each colour.</summary>
    private static double[] Dot(double[] a, double[] b)
    {
        (double red, double green, double blue) = (0, 0, 0);
        for (int i = 0; i < a.Length; i += 3)
        {
            red += a[i] * b[i];
            green += a[i + 1] * b[i + 1];
            blue += a[i + 2] * b[i + 2];
        }
        return [red, green, blue];
    }
}
