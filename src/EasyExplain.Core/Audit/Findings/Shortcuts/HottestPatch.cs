namespace EasyExplain.Audit.Findings.Shortcuts;

/// <summary>A mark that may lie anywhere: that part of each member, of a given size, in which its map is hottest.</summary>
/// <param name="probe">The model.</param>
/// <param name="members">The members: each its image, and its map enlarged to it.</param>
/// <param name="others">The class's other images.</param>
/// <param name="area">Which share of the image it is, 0 to 1.</param>
internal sealed class HottestPatch(
    ModelProbe probe, IReadOnlyList<SeenImage> members, IReadOnlyList<SeenImage> others, double area) : Mark
{
    /// <inheritdoc/>
    public override string Name => "hottest patch";

    /// <inheritdoc/>
    public override double Area => area;

    /// <inheritdoc/>
    public override double[]? Places => null;

    /// <inheritdoc/>
    public override IEnumerable<float[]> PutOn(IReadOnlyList<float[]> hosts, Random random) => Paste(members, hosts, random);

    /// <inheritdoc/>
    public override IEnumerable<float[]> PutOnFromOthers(IReadOnlyList<float[]> hosts, Random random) => Paste(others, hosts, random);

    /// <inheritdoc/>
    public override IEnumerable<(string Way, IEnumerable<float[]> Images)> TakeOut(Random random)
    {
        yield return ("mean", members.Select(member => Replace(member, member.Hottest(area), Evened(member.Input))));
        yield return ("blurred", members.Select(member => Replace(member, member.Hottest(area), Blurred(member.Input))));
        yield return ("swapped", members.Select(member =>
            Replace(member, member.Hottest(area), others[random.Next(others.Count)].Input)));
    }

    /// <inheritdoc/>
    public override IEnumerable<float[]>? TakeOutElsewhere(Random random) => members.Select(member =>
    {
        bool[] patch = member.Hottest(area);
        Shift shift = Shift.Drawn(random, probe);
        return Replace(member, [.. patch.Select((_, place) => patch[shift.Back(place)])], Evened(member.Input));
    });

    /// <summary>A host with one image's patch in it, at its place.</summary>
    public static float[] Paste(SeenImage from, float[] host, double area) => Filled(host, from.Hottest(area), from.Input);

    private IEnumerable<float[]> Paste(IReadOnlyList<SeenImage> from, IReadOnlyList<float[]> hosts, Random random) =>
        hosts.Select(host => Paste(from[random.Next(from.Count)], host, area));

    private static float[] Replace(SeenImage image, bool[] patch, float[] with) => Filled(image.Input, patch, with);

    private static float[] Filled(float[] image, bool[] patch, float[] with)
    {
        var filled = (float[])image.Clone();
        for (int i = 0; i < filled.Length; i++)
        {
            if (patch[i % patch.Length])
            {
                filled[i] = with[i];
            }
        }
        return filled;
    }

    /// <summary>The image's mean colour everywhere.</summary>
    private static float[] Evened(float[] image)
    {
        int places = image.Length / 3;
        float[] means = [.. Enumerable.Range(0, 3).Select(c => (float)image.Skip(c * places).Take(places).Average(value => (double)value))];
        return [.. image.Select((_, i) => means[i / places])];
    }

    /// <summary>The mean over a square of a quarter of the image's side around each place, at the edges over what there is of it.</summary>
    private float[] Blurred(float[] image)
    {
        int height = probe.Height, width = probe.Width, radius = Math.Max(1, Math.Min(height, width) / 8);
        var blurred = new float[image.Length];
        var sums = new double[(height + 1) * (width + 1)]; // of all that is above and to the left
        for (int c = 0; c < 3; c++)
        {
            int first = c * height * width;
            for (int y = 0; y < height; y++)
            {
                for (int x = 0; x < width; x++)
                {
                    sums[(y + 1) * (width + 1) + x + 1] = image[first + y * width + x] + sums[y * (width + 1) + x + 1]
                        + sums[(y + 1) * (width + 1) + x] - sums[y * (width + 1) + x];
                }
            }
            for (int y = 0; y < height; y++)
            {
                int top = Math.Max(0, y - radius), bottom = Math.Min(height, y + radius + 1);
                for (int x = 0; x < width; x++)
                {
                    int left = Math.Max(0, x - radius), right = Math.Min(width, x + radius + 1);
                    double sum = sums[bottom * (width + 1) + right] - sums[top * (width + 1) + right] - sums[bottom * (width + 1) + left]
                        + sums[top * (width + 1) + left];
                    blurred[first + y * width + x] = (float)(sum / ((bottom - top) * (right - left)));
                }
            }
        }
        return blurred;
    }
}
