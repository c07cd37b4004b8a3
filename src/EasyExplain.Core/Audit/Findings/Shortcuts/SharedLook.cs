namespace EasyExplain.Audit.Findings.Shortcuts;

/// <summary>
/// A mark that lies at the same place in every image, or all over it: a logo in a corner, a frame, a tint. At each place and in each
/// colour, x becomes α·x + β, with the α and β that give other images of the class the members' mean and standard deviation there: α is 0
/// under an opaque mark, and about 1 where the members look like the others.
/// </summary>
internal sealed class SharedLook : Mark
{
    private const double Opaque = 0.5; // below it, more of the mark is seen than of the image
    private const double MostLocal = 0.6; // of the image: what covers more is everywhere

    private readonly float[] _alpha, _beta, _mean, _othersMean;
    private readonly IReadOnlyList<float[]> _members, _others;
    private readonly ModelProbe _probe;
    private readonly bool[] _covered; // by place

    /// <summary>Compares members with others, two at least of each.</summary>
    public SharedLook(ModelProbe probe, IReadOnlyList<float[]> members, IReadOnlyList<float[]> others)
    {
        (_probe, _members, _others) = (probe, members, others);
        (_mean, float[] deviation) = Moments(members);
        (_othersMean, float[] othersDeviation) = Moments(others);
        _alpha = [.. deviation.Zip(othersDeviation, (own, other) => MathF.Min(1, own / (other + 1e-4f)))];
        _beta = [.. _mean.Select((value, i) => value - _alpha[i] * _othersMean[i])];
        int places = _alpha.Length / 3;
        _covered = [.. Enumerable.Range(0, places).Select(at => (_alpha[at] + _alpha[places + at] + _alpha[2 * places + at]) / 3 < Opaque)];
        CoveredShare = _covered.Average(covered => covered ? 1.0 : 0.0);
    }

    /// <inheritdoc/>
    public override string Name => "shared look";

    /// <inheritdoc/>
    public override double Area => IsLocal ? CoveredShare : 1;

    /// <inheritdoc/>
    public override double[]? Places => IsLocal ? [.. _covered.Select(covered => covered ? 1.0 : 0.0)] : [.. _covered.Select(_ => 1.0)];

    private double CoveredShare { get; }

    private bool IsLocal => CoveredShare is > 0 and < MostLocal;

    /// <summary>
    /// How far an image is from the mark where that covers it: the logarithm of the mean difference, since a mark is the same to a few
    /// steps of a byte, and the rest of the world is not; 0 for all images where the mark is everywhere.
    /// </summary>
    public double Distance(float[] image)
    {
        const double Step = 0.02;
        double sum = 0;
        int count = 0;
        for (int i = 0; IsLocal && i < image.Length; i++)
        {
            if (_covered[i % _covered.Length])
            {
                sum += Math.Abs(image[i] - _mean[i]);
                count++;
            }
        }
        return count == 0 ? 0 : Math.Log(Step + sum / count);
    }

    /// <inheritdoc/>
    public override IEnumerable<float[]> PutOn(IReadOnlyList<float[]> hosts, Random random) =>
        hosts.Select(host => Clipped(host, (value, i) => _alpha[i] * value + _beta[i]));

    /// <inheritdoc/>
    public override IEnumerable<float[]> PutOnFromOthers(IReadOnlyList<float[]> hosts, Random random)
    {
        // A look of as many of the others, drawn at random: what chance alone makes of a group of this size.
        int size = Math.Min(_members.Count, _others.Count / 2);
        if (size < 2)
        {
            return hosts;
        }
        float[][] mixed = [.. _others.OrderBy(_ => random.NextDouble())];
        return new SharedLook(_probe, mixed[..size], mixed[size..]).PutOn(hosts, random);
    }

    /// <inheritdoc/>
    public override IEnumerable<(string Way, IEnumerable<float[]> Images)> TakeOut(Random random)
    {
        if (IsLocal)
        {
            yield return ("mean", _members.Select(member => Filled(member, _othersMean)));
            yield return ("swapped", _members.Select(member => Filled(member, _others[random.Next(_others.Count)])));
        }
        else
        {
            yield return ("undone", _members.Select(member =>
                Clipped(member, (value, i) => _alpha[i] < Opaque ? _othersMean[i] : (value - _beta[i]) / _alpha[i])));
            yield return ("recoloured", Recoloured());
        }
    }

    /// <inheritdoc/>
    public override IEnumerable<float[]>? TakeOutElsewhere(Random random) => IsLocal
        ? _members.Select(member => Filled(member, _othersMean, Shift.Drawn(random, _probe)))
        : null;

    private float[] Filled(float[] image, float[] with, Shift? shift = null)
    {
        var filled = (float[])image.Clone();
        for (int i = 0; i < filled.Length; i++)
        {
            int at = i % _covered.Length;
            if (_covered[shift?.Back(at) ?? at])
            {
                filled[i] = with[i];
            }
        }
        return filled;
    }

    /// <summary>The images with each colour's mean and spread as the others have them.</summary>
    private IEnumerable<float[]> Recoloured()
    {
        int places = _alpha.Length / 3;
        (double Mean, double Deviation)[] others =
        [
            .. Enumerable.Range(0, 3).Select(c => _others.Select(other => ColourOf(other, c)).ToArray())
                .Select(all => (all.Average(one => one.Mean), all.Average(one => one.Deviation))),
        ];
        foreach (float[] member in _members)
        {
            var (scale, shift) = (new float[3], new float[3]);
            for (int c = 0; c < 3; c++)
            {
                (double mean, double deviation) = ColourOf(member, c);
                scale[c] = (float)(others[c].Deviation / (deviation + 1e-4));
                shift[c] = (float)(others[c].Mean - scale[c] * mean);
            }
            yield return Clipped(member, (value, i) => scale[i / places] * value + shift[i / places]);
        }
    }

    private static (double Mean, double Deviation) ColourOf(float[] image, int c)
    {
        int places = image.Length / 3;
        double sum = 0, squares = 0;
        for (int i = c * places; i < (c + 1) * places; i++)
        {
            sum += image[i];
            squares += (double)image[i] * image[i];
        }
        return (sum / places, Math.Sqrt(Math.Max(0, squares / places - sum / places * (sum / places))));
    }

    private float[] Clipped(float[] image, Func<float, int, float> change)
    {
        var changed = new float[image.Length];
        int places = image.Length / 3;
        for (int c = 0; c < 3; c++)
        {
            (float low, float high) = _probe.Range(c);
            for (int i = c * places; i < (c + 1) * places; i++)
            {
                changed[i] = Math.Clamp(change(image[i], i), low, high);
            }
        }
        return changed;
    }

    private static (float[] Mean, float[] Deviation) Moments(IReadOnlyList<float[]> images)
    {
        var (sums, squares) = (new double[images[0].Length], new double[images[0].Length]);
        foreach (float[] image in images)
        {
            for (int i = 0; i < sums.Length; i++)
            {
                sums[i] += image[i];
                squares[i] += (double)image[i] * image[i];
            }
        }
        float[] mean = [.. sums.Select(sum => (float)(sum / images.Count))];
        return (mean, [.. squares.Select((square, i) =>
            (float)Math.Sqrt(Math.Max(0, square / images.Count - sums[i] / images.Count * (sums[i] / images.Count))))]);
    }
}
