namespace EasyExplain.Audit.Findings;

/// <summary>Two classes that the model takes for each other, one finding a pair.</summary>
internal static class ConfusedPairs
{
    private const int Fewest = 5;
    private const int ChannelsNamed = 3;

    /// <summary>Whether an audit says what is needed.</summary>
    public static bool CanBeFound(AuditSlice slice) => slice.Rows.Any(IsLabelled);

    /// <summary>The pairs of which so large a share is taken for the other one that it is over the threshold, sure to 95 %.</summary>
    /// <param name="slice">The rows.</param>
    /// <param name="thresholds">From where on it is one.</param>
    /// <param name="contrast">Says what tells classes apart; null to go by the maps of the audit.</param>
    /// <param name="cancel">Stops it.</param>
    public static IEnumerable<CamIssue> Find(
        AuditSlice slice, IssueThresholds thresholds, FinerContrast? contrast = null, CancellationToken cancel = default)
    {
        int[] labelled = [.. Enumerable.Range(0, slice.Rows.Count).Where(row => IsLabelled(slice.Rows[row]))];
        Dictionary<int, int> sizes = labelled.GroupBy(row => slice.Rows[row].ExpectedClass).ToDictionary(of => of.Key, of => of.Count());
        return labelled.Where(row => slice.Rows[row].ExpectedClass != slice.Rows[row].PredictedClass)
            .GroupBy(row => Pair(slice.Rows[row]))
            .Where(pair => pair.Count() >= Fewest && Low(pair.Count(), SizeOf(pair.Key)) >= thresholds.ConfusedShare)
            .OrderBy(pair => pair.Key)
            .Select(pair => Issue(slice, pair.Key, [.. pair], sizes, contrast, cancel));

        int SizeOf((int First, int Second) pair) => sizes.GetValueOrDefault(pair.First) + sizes.GetValueOrDefault(pair.Second);
    }

    private static bool IsLabelled(CamAuditRow row) => row is { ExpectedClass: >= 0, PredictedClass: >= 0 };

    private static (int First, int Second) Pair(CamAuditRow row) =>
        (Math.Min(row.ExpectedClass, row.PredictedClass), Math.Max(row.ExpectedClass, row.PredictedClass));

    private static double Low(int seen, int of) => Statistics.Wilson(seen, of).Low;

    private static CamIssue Issue(AuditSlice slice, (int First, int Second) pair, int[] places, Dictionary<int, int> sizes,
        FinerContrast? contrast, CancellationToken cancel)
    {
        (int first, int second) = pair;
        string one = slice.LabelOf(first), other = slice.LabelOf(second);
        int there = places.Count(row => slice.Rows[row].ExpectedClass == first), back = places.Length - there;
        int ofFirst = sizes.GetValueOrDefault(first), ofSecond = sizes.GetValueOrDefault(second);
        double share = (double)places.Length / (ofFirst + ofSecond);
        (double low, double high) = Statistics.Wilson(places.Length, ofFirst + ofSecond);
        (double thereLow, double thereHigh) = Statistics.Wilson(there, ofFirst);
        (double backLow, double backHigh) = Statistics.Wilson(back, ofSecond);
        int[] firsts = [.. Right(first)], seconds = [.. Right(second)];
        CamAuditRow[] members =
        [
            .. places.Select(row => slice.Rows[row])
                .OrderByDescending(row => row.Predictions[0].Probability).ThenBy(row => row.File, StringComparer.Ordinal),
        ];
        (HeatTable Heat, int Images)? asked = contrast?.Of(slice.Layers, members, cancel);
        return new CamIssue
        {
            Kind = IssueKind.ConfusedPair,
            Class = $"{one} ↔ {other}",
            Share = share,
            Severity = Severities.Wrong(share),
            Confidence = low / share,
            Where = asked is { Heat: { } heat } && heat.Mean(Enumerable.Range(0, asked.Value.Images)) is { } mean
                ? Places.Of(mean, heat.Height, heat.Width)
                : WhereApart(slice.Heat, firsts, seconds),
            Summary = $"{there} of {ofFirst} {one} are taken for {other}, and {back} of {ofSecond} {other} for {one}: " +
                $"{Wording.Percent(share)} of both ({Wording.Percent(low)} to {Wording.Percent(high)}).",
            Members = [.. members],
            Evidence = new()
            {
                ["FirstAsSecond"] = there,
                ["FirstAsSecondLow"] = Wording.Rounded(thereLow),
                ["FirstAsSecondHigh"] = Wording.Rounded(thereHigh),
                ["SecondAsFirst"] = back,
                ["SecondAsFirstLow"] = Wording.Rounded(backLow),
                ["SecondAsFirstHigh"] = Wording.Rounded(backHigh),
                ["ShareLow"] = Wording.Rounded(low),
                ["ShareHigh"] = Wording.Rounded(high),
                ["ApartBy"] = asked is null ? "mean maps of what is right" : "FinerCAM",
                ["ApartImages"] = asked?.Images ?? firsts.Length + seconds.Length,
                ["ApartChannels"] = ChannelsApart(slice, firsts, seconds),
            },
        };

        IEnumerable<int> Right(int @class) => Enumerable.Range(0, slice.Rows.Count)
            .Where(row => slice.Rows[row].ExpectedClass == @class && slice.Rows[row].PredictedClass == @class);
    }

    /// <summary>Where one class has heat and the other has not; empty where that is nowhere in particular.</summary>
    private static string WhereApart(HeatTable heat, int[] first, int[] second)
    {
        if (heat.Mean(first) is not { } one || heat.Mean(second) is not { } other)
        {
            return "";
        }
        double[] apart = [.. one.Zip(other, (a, b) => Math.Abs(a - b))];
        const double Visible = 0.05; // of the heat: less is within what two halves of one class differ by
        return apart.Sum() / 2 >= Visible ? Places.Of(apart, heat.Height, heat.Width) : "";
    }

    /// <summary>The numbers of the channels whose part in the score differs most; empty where they are not known.</summary>
    private static string ChannelsApart(AuditSlice slice, int[] first, int[] second)
    {
        float[]? one = Mean(first), other = Mean(second);
        return one is null || other is null || one.Length != other.Length || one.Length >= Explanation.ChannelVector.MaxLength
            ? "" // of 128 numbers nobody knows whether they are channels or sums of them
            : string.Join(", ", one.Zip(other, (a, b) => Math.Abs(a - b)).Select((apart, channel) => (apart, channel))
                .OrderByDescending(known => known.apart).ThenBy(known => known.channel).Take(ChannelsNamed).Select(known => known.channel));

        float[]? Mean(int[] rows)
        {
            float[]? sum = null;
            foreach (float[] relevance in rows.Select(row => slice.Rows[row].Channels?.Relevance?.ToArray()).OfType<float[]>())
            {
                float highest = relevance.Max(Math.Abs);
                sum ??= new float[relevance.Length];
                for (int channel = 0; highest > 0 && channel < Math.Min(sum.Length, relevance.Length); channel++)
                {
                    sum[channel] += relevance[channel] / highest / rows.Length;
                }
            }
            return sum;
        }
    }
}
