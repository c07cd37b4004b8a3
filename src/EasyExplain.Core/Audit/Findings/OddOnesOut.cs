namespace EasyExplain.Audit.Findings;

/// <summary>Images far from all others of the class that they are taken for, by features or by maps: one finding a class.</summary>
internal static class OddOnesOut
{
    private const int Fewest = 20; // images a class
    private const int Nearest = 10; // an image is as far from its class as from its tenth neighbour there
    private const int MostAsked = 2_000;
    private const int MostNamed = 10;

    /// <summary>Distances are compared by their logarithms: in features they are spread over powers of ten.</summary>
    public static IEnumerable<CamIssue> Find(AuditSlice slice, IssueThresholds thresholds, CancellationToken cancel)
    {
        foreach (IGrouping<int, int> @class in slice.PlacesByClass().Where(@class => @class.Count() >= Fewest))
        {
            Dictionary<int, double> features = Deviations([.. @class.Where(slice.Features.Has)], rows => InFeatures(slice, rows, cancel));
            Dictionary<int, double> maps = Deviations([.. @class.Where(slice.Heat.Has)], rows => InMaps(slice, rows));
            (int Row, double By)[] odd =
            [
                .. @class.Select(row => (Row: row, By: Math.Max(features.GetValueOrDefault(row), maps.GetValueOrDefault(row))))
                    .Where(one => one.By >= thresholds.OddDeviation)
                    .OrderByDescending(one => one.By).ThenBy(one => one.Row).Take(MostNamed),
            ];
            if (odd.Length > 0)
            {
                yield return Issue(slice, @class.Key, @class.Count(), odd, features, maps);
            }
        }
    }

    /// <summary>By how many robust deviations the logarithm of each row's distance is over the median.</summary>
    private static Dictionary<int, double> Deviations(int[] rows, Func<int[], double[]> distancesOf)
    {
        if (rows.Length < Fewest)
        {
            return [];
        }
        double[] logs = [.. distancesOf(rows).Select(distance => Math.Log(Math.Max(distance, 1e-6)))];
        (double median, double deviation) = Statistics.Robust(logs);
        return deviation > 0 ? rows.Zip(logs).ToDictionary(one => one.First, one => (one.Second - median) / deviation) : [];
    }

    private static double[] InFeatures(AuditSlice slice, int[] rows, CancellationToken cancel)
    {
        int[] asked = Sampling.Of(rows, MostAsked);
        var nearest = new Neighbour[Math.Min(Nearest, rows.Length / 2)];
        return
        [
            .. rows.Select(row =>
            {
                cancel.ThrowIfCancellationRequested();
                return 1 - nearest[slice.Features.Nearest(row, asked, nearest) - 1].Cosine;
            }),
        ];
    }

    private static double[] InMaps(AuditSlice slice, int[] rows)
    {
        double[] mean = slice.Heat.Mean(rows)!;
        return [.. rows.Select(row => 1 - slice.Heat.Correlation(row, mean))];
    }

    private static CamIssue Issue(AuditSlice slice, int @class, int size, (int Row, double By)[] odd,
        Dictionary<int, double> features, Dictionary<int, double> maps)
    {
        CamAuditRow first = slice.Rows[odd[0].Row];
        double inFeatures = features.GetValueOrDefault(odd[0].Row), inMaps = maps.GetValueOrDefault(odd[0].Row);
        double share = (double)odd.Length / size;
        return new CamIssue
        {
            Kind = IssueKind.OddOneOut,
            Class = slice.LabelOf(@class),
            Share = share,
            Severity = Severities.Odd(share),
            Confidence = 1 - 1 / (odd[0].By * odd[0].By),
            Where = "",
            Summary = $"{Wording.Images(odd.Length)} of {size} called {slice.LabelOf(@class)} {Wording.Verb(odd.Length, "is", "are")} " +
                $"far from the others; the farthest is {Wording.Name(first)}, by its {(inFeatures >= inMaps ? "features" : "map")}.",
            Members = [.. odd.Select(one => slice.Rows[one.Row])],
            Evidence = new()
            {
                ["FeatureDeviations"] = Wording.Rounded(inFeatures),
                ["MapDeviations"] = Wording.Rounded(inMaps),
            },
        };
    }
}
