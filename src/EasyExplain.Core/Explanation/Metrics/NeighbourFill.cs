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
    private const double Direct = 1.0 / 6, Diagonal = 1.0 / 12;

    private readonly int _height;
    private readonly int _width;
    private readonly bool[] _missing;
    private readonly int[] _places;      // of the missing pixels, row by row
    private readonly int[] _starts;      // where the neighbours of each begin in the next two; those before it come first
    private readonly int[] _neighbours;  // missing ones alone, by number
    private readonly double[] _weights;
    private readonly int[] _afters;      // where those after it begin
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
        List<int> neighbours = new(8 * _places.Length);
        List<double> weights = new(8 * _places.Length);
        for (int i = 0; i < _places.Length; i++)
        {
            _afters[i] = -1;
            foreach ((int place, double weight) in Around(_places[i]))
            {
                _sums[i] += weight;
                if (missing[place])
                {
                    _afters[i] = _afters[i] < 0 && place > _places[i] ? neighbours.Count : _afters[i];
                    neighbours.Add(numbers[place]);
                    weights.Add(weight);
                }
            }
            _starts[i + 1] = neighbours.Count;
            _afters[i] = _afters[i] < 0 ? neighbours.Count : _afters[i];
        }
        (_neighbours, _weights) = ([.. neighbours], [.. weights]);
    }

    /// <summary>Fills an image, row by row, its colours one plane after the other.</summary>
    /// <param name="planes">The image, <c>[3, H, W]</c>; it stays as it is.</param>
    /// <param name="within">How far what is left of the equations may be from 0, as a part of what they ask for.</param>
    /// <returns>The image without holes; 0 everywhere where no pixel is left.</returns>
    public float[] Fill(float[] planes, double within = 1e-9)
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
            double[] curve = Dot(direction, times);
            double[] far = [.. along.Zip(curve, (a, b) => b > 0 ? a / b : 0)];
            for (int i = 0; i < x.Length; i++)
            {
                x[i] += far[i % Colors] * direction[i];
                residual[i] -= far[i % Colors] * times[i];
            }
            Sweep(residual, swept);
            double[] before = along;
            along = Dot(residual, swept);
            double[] kept = [.. along.Zip(before, (a, b) => b > 0 ? a / b : 0)];
            for (int i = 0; i < x.Length; i++)
            {
                direction[i] = swept[i] + kept[i % Colors] * direction[i];
            }
        }
        float[] filled = [.. planes];
        for (int i = 0; i < x.Length; i++)
        {
            filled[i % Colors * _missing.Length + _places[i / Colors]] = (float)x[i];
        }
        return filled;
    }

    /// <summary>What the equations ask for: the weighted known neighbours, colours side by side.</summary>
    private double[] KnownAround(float[] planes)
    {
        double[] known = new double[Colors * _places.Length];
        for (int i = 0; i < _places.Length; i++)
        {
            foreach ((int place, double weight) in Around(_places[i]).Where(neighbour => !_missing[neighbour.Place]))
            {
                for (int color = 0; color < Colors; color++)
                {
                    known[Colors * i + color] += weight * planes[color * _missing.Length + place];
                }
            }
        }
        return known;
    }

    /// <summary>The pixels around one, in their order, and what they weigh.</summary>
    private IEnumerable<(int Place, double Weight)> Around(int place)
    {
        (int row, int column) = (place / _width, place % _width);
        for (int y = Math.Max(0, row - 1); y <= Math.Min(_height - 1, row + 1); y++)
        {
            for (int x = Math.Max(0, column - 1); x <= Math.Min(_width - 1, column + 1); x++)
            {
                if (y != row || x != column)
                {
                    yield return (y * _width + x, y == row || x == column ? Direct : Diagonal);
                }
            }
        }
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
