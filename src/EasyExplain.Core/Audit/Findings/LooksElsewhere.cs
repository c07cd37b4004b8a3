namespace EasyExplain.Audit.Findings;

/// <summary>Images of a class whose heat is off the object, at the border, everywhere or nowhere: one finding a class and sort.</summary>
internal static class LooksElsewhere
{
    private const int Fewest = 3; // of what is no fault by itself

    /// <summary>Finds them by the maps alone, and off the objects where these are known.</summary>
    public static IEnumerable<CamIssue> Find(AuditSlice slice, IssueThresholds thresholds, ObjectAreas? objects, CancellationToken cancel)
    {
        HeatTable heat = slice.Heat;
        foreach (IGrouping<int, int> @class in slice.PlacesByClass())
        {
            cancel.ThrowIfCancellationRequested();
            int[] seen = [.. @class.Where(heat.Has)];
            Measured[] empty = [.. @class.Where(heat.IsEmpty).Select(row => new Measured(row, slice.Rows[row].Probability))];
            if (empty.Length > 0)
            {
                yield return Issue(@class, empty, "has a map that is zero everywhere", new() { ["Sort"] = "empty" });
            }
            if (RingArea(heat) is var ring and < 0.75)
            {
                Measured[] border =
                [
                    .. seen.Select(row => new Measured(row, (RingHeat(heat, row) - ring) / (1 - ring)))
                        .Where(measured => measured.By >= thresholds.Border),
                ];
                if (IsMany(border, @class.Count()))
                {
                    yield return Issue(@class, border,
                        $"has its heat at the border: {Wording.Percent(border.Average(one => RingHeat(heat, one.Row)))} of it in the " +
                        $"outer {Wording.Percent(ring)} of the image",
                        new() { ["Sort"] = "border", ["RingArea"] = Wording.Rounded(ring) });
                }
            }
            Measured[] spread =
            [
                .. seen.Select(row => new Measured(row, Entropy(heat[row]))).Where(measured => measured.By >= thresholds.Spread),
            ];
            if (IsMany(spread, @class.Count()))
            {
                yield return Issue(@class, spread, "has heat all over, about as much everywhere",
                    new() { ["Sort"] = "spread", ["MeanEntropy"] = Wording.Rounded(spread.Average(one => one.By)) });
            }
            if (objects is not null && OffObject(slice, @class, seen, thresholds, objects, cancel) is { } off)
            {
                yield return off;
            }
        }

        bool IsMany(Measured[] found, int of) => found.Length >= Fewest && found.Length >= thresholds.ElsewhereShare * of;

        CamIssue Issue(IGrouping<int, int> @class, Measured[] found, string what,
            System.Collections.Specialized.OrderedDictionary evidence) => IssueOf(slice, @class.Key, @class.Count(), found, what, evidence);
    }

    /// <summary>
    /// Pointing game (Zhang et al. 2018): does the highest cell have any of the object? And the share of the heat that is on it (Wang et
    /// al. 2020), against what an even spread would have there.
    /// </summary>
    private static CamIssue? OffObject(
        AuditSlice slice, IGrouping<int, int> @class, int[] seen, IssueThresholds thresholds, ObjectAreas objects, CancellationToken cancel)
    {
        HeatTable heat = slice.Heat;
        var off = new List<Measured>();
        double energy = 0, area = 0, energyOff = 0, areaOff = 0;
        int known = 0, hits = 0;
        foreach (int row in seen)
        {
            cancel.ThrowIfCancellationRequested();
            double share = 0;
            if (objects.Of(slice.Rows[row], heat.Height, heat.Width) is not { } covered || (share = covered.Average()) is 0 or 1)
            {
                continue;
            }
            (double on, int peak) = (0, 0);
            for (int cell = 0; cell < covered.Length; cell++)
            {
                on += heat[row][cell] * covered[cell];
                peak = heat[row][cell] > heat[row][peak] ? cell : peak;
            }
            bool hit = covered[peak] > 0;
            double gain = (on - share) / (1 - share);
            (known, hits, energy, area) = (known + 1, hits + (hit ? 1 : 0), energy + on, area + share);
            if (!hit && gain <= thresholds.OffObject)
            {
                off.Add(new Measured(row, -gain));
                (energyOff, areaOff) = (energyOff + on, areaOff + share);
            }
        }
        return off.Count < Fewest || off.Count < thresholds.ElsewhereShare * known ? null : IssueOf(slice, @class.Key, known, [.. off],
            $"has its heat off the object: the peak is beside it, and {Wording.Percent(energyOff / off.Count)} of the heat is on it, " +
            $"which fills {Wording.Percent(areaOff / off.Count)} of the image", new()
            {
                ["Sort"] = "off the object",
                ["WithObject"] = known,
                ["PointingGame"] = Wording.Rounded((double)hits / known),
                ["EnergyOnObject"] = Wording.Rounded(energy / known),
                ["ObjectArea"] = Wording.Rounded(area / known),
            });
    }

    private static CamIssue IssueOf(AuditSlice slice, int @class, int of, Measured[] found, string what,
        System.Collections.Specialized.OrderedDictionary evidence)
    {
        double share = (double)found.Length / of;
        (double low, double high) = Statistics.Wilson(found.Length, of);
        (evidence["ShareLow"], evidence["ShareHigh"]) = (Wording.Rounded(low), Wording.Rounded(high));
        return new CamIssue
        {
            Kind = IssueKind.LooksElsewhere,
            Class = slice.LabelOf(@class),
            Share = share,
            Severity = Severities.WrongReason(share),
            Confidence = low / share,
            Where = slice.Heat.Mean(found.Select(one => one.Row)) is { } mean ? Places.Of(mean, slice.Heat.Height, slice.Heat.Width) : "",
            Summary = $"{found.Length} of {Wording.Images(of)} of {slice.LabelOf(@class)} ({Wording.Percent(share)}) " +
                $"{(found.Length == 1 ? what : Plural(what))}.",
            Members =
            [
                .. found.OrderByDescending(one => one.By).ThenBy(one => one.Row).Select(one => slice.Rows[one.Row]),
            ],
            Evidence = evidence,
        };
    }

    private static string Plural(string what) => what.Replace("has a map that is", "have maps that are", StringComparison.Ordinal)
        .Replace("has its", "have their", StringComparison.Ordinal).Replace("has heat", "have heat", StringComparison.Ordinal);

    /// <summary>The width of the outer ring in cells: an eighth of the side.</summary>
    private static int Ring(int side) => Math.Max(1, (int)Math.Round(side / 8.0));

    private static bool IsInner(HeatTable heat, int cell)
    {
        int ringY = Ring(heat.Height), ringX = Ring(heat.Width), y = cell / heat.Width, x = cell % heat.Width;
        return y >= ringY && y < heat.Height - ringY && x >= ringX && x < heat.Width - ringX;
    }

    private static double RingArea(HeatTable heat) =>
        heat.Cells == 0 ? 1 : 1 - (double)Enumerable.Range(0, heat.Cells).Count(cell => IsInner(heat, cell)) / heat.Cells;

    private static double RingHeat(HeatTable heat, int row)
    {
        double sum = 0;
        for (int cell = 0; cell < heat.Cells; cell++)
        {
            sum += IsInner(heat, cell) ? 0 : heat[row][cell];
        }
        return sum;
    }

    /// <summary>The entropy of a map as a share of the highest there is, 0 to 1.</summary>
    private static double Entropy(ReadOnlySpan<float> map)
    {
        double sum = 0;
        foreach (float share in map)
        {
            sum -= share > 0 ? share * Math.Log(share) : 0;
        }
        return map.Length > 1 ? sum / Math.Log(map.Length) : 0;
    }

    private readonly record struct Measured(int Row, double By);
}
