namespace EasyExplain.Audit.Findings.Shortcuts;

/// <summary>Finds out which images of a class carry a mark, once some are known that do.</summary>
/// <param name="views">The class.</param>
/// <param name="images">Its images, in the order of the rows.</param>
/// <param name="probe">The model.</param>
/// <param name="class">The class.</param>
internal sealed class Membership(ClassViews views, IReadOnlyList<SeenImage> images, ModelProbe probe, int @class)
{
    private const int Rounds = 4;
    private const int Hosts = 16;
    private const int Side = 8; // of thumbnails
    private static readonly double[] Areas = [0.04, 0.08, 0.12, 0.2];

    private double[][]? _own; // what the images look like, once somebody asks

    /// <summary>
    /// Which images have the members' look. The others, with it put on, teach what an image looks like that has it: to the network, in its
    /// colours, and in small.
    /// </summary>
    public Suspect WithLook(Suspect suspect, int fewest)
    {
        for (int round = 0; round < Rounds; round++)
        {
            float[][] members = Inputs(suspect.Members), others = Inputs(suspect.Others);
            var mark = new SharedLook(probe, members, others);
            _own ??= Describe([.. images.Select(image => image.Input)]);
            float[][] marked = [.. mark.PutOn(others, new Random(round))];
            double[][] own = [.. _own.Zip(images, (look, image) => (double[])[.. look, mark.Distance(image.Input)])];
            double[][] with = [.. Describe(marked).Zip(marked, (look, image) => (double[])[.. look, mark.Distance(image)])];
            double[][] without = [.. suspect.Others.Select(i => own[i])], all = [.. with, .. without];
            double[] values = Discriminant.Of(
                Discriminant.Standardised(with, all), Discriminant.Standardised(without, all), Discriminant.Standardised(own, all), 0.3);
            if (!TryNext(ref suspect, values, fewest))
            {
                break;
            }
        }
        return suspect;
    }

    /// <summary>
    /// Which images have in their hottest patch what turns other images into the class, and look to the network as the members do.
    /// </summary>
    /// <param name="suspect">The first guess.</param>
    /// <param name="hosts">Images of other classes.</param>
    /// <param name="fewest">How many members there are at least.</param>
    public Suspect WithPatch(Suspect suspect, IReadOnlyList<float[]> hosts, int fewest)
    {
        double[][] turning = [.. Areas.Select(area => Turning(area, [.. hosts.Take(Hosts)]))];
        for (int round = 0; round < Rounds; round++)
        {
            var members = new bool[images.Count];
            foreach (int member in suspect.Members)
            {
                members[member] = true;
            }
            IEnumerable<double[]> cues = [.. turning, .. views.All
                .Select(view => Discriminant.Crossed([.. view.Vectors.Select(vector => vector.Select(value => (double)value).ToArray())],
                    members, 0.2))];
            double[][] byCue = [.. cues];
            double[][] byImage = [.. Enumerable.Range(0, images.Count).Select(i => byCue.Select(cue => cue[i]).ToArray())];
            double[] values = Discriminant.Crossed(Discriminant.Standardised(byImage, byImage), members, 0.05);
            if (!TryNext(ref suspect, values, fewest))
            {
                break;
            }
        }
        return suspect;
    }

    /// <summary>Takes those whose values are high; false where nothing changes, or too few are left.</summary>
    private bool TryNext(ref Suspect suspect, double[] values, int fewest)
    {
        var guess = new bool[images.Count];
        foreach (int member in suspect.Members)
        {
            guess[member] = true;
        }
        bool[] next = TwoKinds.Higher(values, guess);
        if (next.Count(member => member) is var count && (count < fewest || count > images.Count - fewest) || next.SequenceEqual(guess))
        {
            return false;
        }
        suspect = suspect.With(next);
        return true;
    }

    /// <summary>For each image the mean margin of hosts that have its hottest patch in them.</summary>
    private double[] Turning(double area, IReadOnlyList<float[]> hosts)
    {
        IReadOnlyList<Said> said = probe.Ask(images.SelectMany(image => hosts.Select(host => HottestPatch.Paste(image, host, area))));
        return
        [
            .. Enumerable.Range(0, images.Count)
                .Select(i => hosts.Select((_, host) => (double)probe.Margin(said[i * hosts.Count + host], @class)).Average()),
        ];
    }

    private float[][] Inputs(int[] places) => [.. places.Select(place => images[place].Input)];

    private double[][] Describe(IEnumerable<float[]> inputs)
    {
        float[][] all = [.. inputs];
        return [.. probe.Ask(all).Zip(all, (said, input) =>
            said.Features.Select(value => (double)value).Concat(Colours(input)).Concat(Thumbnail(input)).ToArray())];
    }

    /// <summary>Of each colour the mean, the standard deviation, and where the darkest and the brightest 2 % begin.</summary>
    private static IEnumerable<double> Colours(float[] input)
    {
        int places = input.Length / 3;
        for (int c = 0; c < 3; c++)
        {
            float[] sorted = [.. input.Skip(c * places).Take(places).Order()];
            double mean = sorted.Average(value => (double)value);
            yield return mean;
            yield return Math.Sqrt(sorted.Average(value => (value - mean) * (value - mean)));
            yield return sorted[(int)(0.02 * (places - 1))];
            yield return sorted[(int)(0.98 * (places - 1))];
        }
    }

    private IEnumerable<double> Thumbnail(float[] input)
    {
        int height = probe.Height, width = probe.Width;
        var sums = new double[3 * Side * Side];
        var counts = new int[Side * Side];
        for (int place = 0; place < height * width; place++)
        {
            int cell = place / width * Side / height * Side + place % width * Side / width;
            counts[cell]++;
            for (int c = 0; c < 3; c++)
            {
                sums[c * Side * Side + cell] += input[c * height * width + place];
            }
        }
        return sums.Select((sum, i) => sum / Math.Max(1, counts[i % counts.Length]));
    }
}
