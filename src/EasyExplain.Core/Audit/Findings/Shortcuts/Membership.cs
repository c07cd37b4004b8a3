namespace EasyExplain.Audit.Findings.Shortcuts;

/// <summary>
/// Finds out which images of a class carry a mark, once some are known that do. Whatever suspect it is asked about, the hosts are the same.
/// </summary>
/// <param name="views">The class.</param>
/// <param name="images">Its images, in the order of the rows.</param>
/// <param name="probe">The model.</param>
/// <param name="class">The class.</param>
internal sealed class Membership(ClassViews views, IReadOnlyList<SeenImage> images, ModelProbe probe, int @class)
{
    private const int Rounds = 4;
    private const int Hosts = 16;
    private const int Side = 8; // of thumbnails
    private const int AtOnce = 64; // further images in memory
    private const double LookShrinkage = 0.3, ViewShrinkage = 0.2, CueShrinkage = 0.05;
    private static readonly double[] Areas = [0.05, 0.1, 0.2];

    private double[][]? _own; // what the images look like, once somebody asks
    private double[][]? _turning; // what their hottest patches do, once somebody asks

    /// <summary>
    /// Which images have the members' look. The others, with it put on, teach what an image looks like that has it: to the network, in its
    /// colours, and in small.
    /// </summary>
    /// <param name="suspect">The first guess.</param>
    /// <param name="fewest">How many members there are at least.</param>
    public Suspect WithLook(Suspect suspect, int fewest)
    {
        for (int round = 0; round < Rounds; round++)
        {
            if (!TryNext(ref suspect, ByLook(suspect)(images, views), fewest))
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
        double[][] turning = _turning ??= Turning(images, hosts);
        for (int round = 0; round < Rounds; round++)
        {
            bool[] members = MembersOf(suspect);
            IEnumerable<double[]> byView = views.All.Select(view => Discriminant.Crossed(Doubles(view.Vectors), members, ViewShrinkage));
            double[][] byImage = Turned([.. turning, .. byView]);
            double[] values = Discriminant.Crossed(Discriminant.Standardised(byImage, byImage), members, CueShrinkage);
            if (!TryNext(ref suspect, values, fewest))
            {
                break;
            }
        }
        return suspect;
    }

    /// <summary>Which of further images are members too: those that are as far on the members' side as some member is.</summary>
    /// <param name="suspect">The members among the first images.</param>
    /// <param name="hosts">Images of other classes, to judge by patches; null to judge by looks.</param>
    /// <param name="further">The views of the further images.</param>
    public IEnumerable<CamAuditRow> Further(Suspect suspect, IReadOnlyList<float[]>? hosts, ClassViews further)
    {
        Func<IReadOnlyList<SeenImage>, ClassViews, double[]> judge = hosts is null ? ByLook(suspect) : ByPatch(suspect, hosts);
        double[] known = judge(images, views);
        double least = suspect.Members.Min(member => known[member]);
        foreach (int[] places in Enumerable.Range(0, further.Rows.Count).Chunk(AtOnce))
        {
            (int Place, SeenImage? Image)[] seen = [.. places.Select(place => (place, SeenImage.Of(further.Rows[place], probe)))];
            (int Place, SeenImage Image)[] there = [.. seen.Where(one => one.Image is not null).Select(one => (one.Place, one.Image!))];
            SeenImage[] some = [.. there.Select(one => one.Image)];
            double[] values = some.Length == 0 ? [] : judge(some, further.Only([.. there.Select(one => one.Place)]));
            for (int i = 0; i < some.Length; i++)
            {
                if (values[i] >= least)
                {
                    yield return some[i].Row;
                }
            }
        }
    }

    /// <summary>Judges images by the look of the members.</summary>
    private Func<IReadOnlyList<SeenImage>, ClassViews, double[]> ByLook(Suspect suspect)
    {
        float[][] others = Inputs(suspect.Others);
        var mark = new SharedLook(probe, Inputs(suspect.Members), others);
        float[][] marked = [.. mark.PutOn(others, new Random(0))];
        double[][] with = WithDistance(Describe(marked), marked), own = WithDistance(_own ??= Describe(Inputs(images)), Inputs(images));
        double[][] without = [.. suspect.Others.Select(i => own[i])], all = [.. with, .. without];
        double[][] positive = Discriminant.Standardised(with, all), negative = Discriminant.Standardised(without, all);
        return (some, _) => Discriminant.Of(positive, negative, Discriminant.Standardised(
            ReferenceEquals(some, images) ? own : WithDistance(Describe(Inputs(some)), Inputs(some)), all), LookShrinkage);

        double[][] WithDistance(double[][] looks, float[][] inputs) =>
            [.. looks.Zip(inputs, (look, input) => (double[])[.. look, mark.Distance(input)])];
    }

    /// <summary>Judges images by what their hottest patches do, and by their views.</summary>
    private Func<IReadOnlyList<SeenImage>, ClassViews, double[]> ByPatch(Suspect suspect, IReadOnlyList<float[]> hosts)
    {
        double[][] Cues(IReadOnlyList<SeenImage> some, ClassViews theirs) => Turned([
            .. ReferenceEquals(some, images) ? _turning ??= Turning(images, hosts) : Turning(some, hosts),
            .. views.All.Zip(theirs.All, (view, their) =>
            {
                double[][] known = Doubles(view.Vectors);
                return Discriminant.Of([.. suspect.Members.Select(i => known[i])], [.. suspect.Others.Select(i => known[i])],
                    Doubles(their.Vectors), ViewShrinkage);
            })]);
        double[][] known = Cues(images, views), standard = Discriminant.Standardised(known, known);
        double[][] positive = [.. suspect.Members.Select(i => standard[i])], negative = [.. suspect.Others.Select(i => standard[i])];
        return (some, theirs) => Discriminant.Of(positive, negative,
            Discriminant.Standardised(ReferenceEquals(some, images) ? known : Cues(some, theirs), known), CueShrinkage);
    }

    /// <summary>Takes those whose values are high; false where nothing changes, or too few are left.</summary>
    private bool TryNext(ref Suspect suspect, double[] values, int fewest)
    {
        bool[] guess = MembersOf(suspect);
        bool[] next = TwoKinds.Higher(values, guess);
        if (next.Count(member => member) is var count && (count < fewest || count > images.Count - fewest) || next.SequenceEqual(guess))
        {
            return false;
        }
        suspect = suspect.With(next);
        return true;
    }

    private bool[] MembersOf(Suspect suspect)
    {
        var members = new bool[images.Count];
        foreach (int member in suspect.Members)
        {
            members[member] = true;
        }
        return members;
    }

    /// <summary>For each size of patch, and each image, the mean margin of hosts that have the image's hottest patch in them.</summary>
    private double[][] Turning(IReadOnlyList<SeenImage> some, IReadOnlyList<float[]> hosts)
    {
        float[][] few = [.. hosts.Take(Hosts)];
        return
        [
            .. Areas.Select(area =>
            {
                IReadOnlyList<Said> said = probe.Ask(some.SelectMany(image => few.Select(host => HottestPatch.Paste(image, host, area))));
                return Enumerable.Range(0, some.Count)
                    .Select(i => few.Select((_, host) => (double)probe.Margin(said[i * few.Length + host], @class)).Average()).ToArray();
            }),
        ];
    }

    /// <summary>An array for each image in place of one for each cue.</summary>
    private static double[][] Turned(double[][] cues) =>
        [.. Enumerable.Range(0, cues[0].Length).Select(i => cues.Select(cue => cue[i]).ToArray())];

    private static double[][] Doubles(IReadOnlyList<float[]> vectors) =>
        [.. vectors.Select(vector => vector.Select(value => (double)value).ToArray())];

    private static float[][] Inputs(IReadOnlyList<SeenImage> some) => [.. some.Select(image => image.Input)];

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
