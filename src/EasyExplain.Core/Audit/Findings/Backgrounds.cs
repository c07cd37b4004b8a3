namespace EasyExplain.Audit.Findings;

/// <summary>Classes whose mean map lies around the centre, or the object where that is known, rather than on it.</summary>
internal static class Backgrounds
{
    private const int FewestClasses = 5;
    private const int FewestImages = 10;

    // Classes of one set differ at least by so much, whatever their robust deviation says of a few.
    private const double LeastDeviation = 0.02;

    /// <summary>
    /// A class is one where its mean map has less heat on the centre (or the object) than an even spread would have there, and less than
    /// other classes by the threshold. Needs five classes of ten images.
    /// </summary>
    public static IEnumerable<CamIssue> Find(AuditSlice slice, IssueThresholds thresholds, ObjectAreas? objects)
    {
        (int Class, int[] Rows, double Around, double Even)[] classes =
        [
            .. from places in slice.PlacesByClass()
               let rows = places.Where(slice.Heat.Has).ToArray()
               where rows.Length >= FewestImages
               let measured = objects is null ? AroundCentre(slice.Heat, rows) : AroundObject(slice, rows, objects)
               where measured is not null
               select (places.Key, rows, measured.Value.Around, measured.Value.Even),
        ];
        if (classes.Length < FewestClasses)
        {
            yield break;
        }
        (double median, double deviation) = Statistics.Robust([.. classes.Select(one => one.Around)]);
        foreach ((int @class, int[] rows, double around, double even) in classes)
        {
            double far = (around - median) / Math.Max(deviation, LeastDeviation);
            if (around > even && far >= thresholds.BackgroundDeviation)
            {
                double[] mean = slice.Heat.Mean(rows)!;
                string what = objects is null ? "centre" : "object";
                yield return new CamIssue
                {
                    Kind = IssueKind.Background,
                    Class = slice.LabelOf(@class),
                    Share = 1,
                    Severity = Severities.WrongReason(around),
                    Confidence = 1 - 1 / (far * far),
                    Where = Places.Of(mean, slice.Heat.Height, slice.Heat.Width),
                    Summary = $"The mean map of {slice.LabelOf(@class)} lies around the {what}: {Wording.Percent(around)} of its heat is " +
                        $"outside it, where an even spread has {Wording.Percent(even)} and the median class {Wording.Percent(median)}.",
                    Members =
                    [
                        .. rows.OrderByDescending(row => slice.Heat.Correlation(row, mean)).ThenBy(row => row)
                            .Select(row => slice.Rows[row]),
                    ],
                    Evidence = new()
                    {
                        ["Around"] = Wording.Rounded(around),
                        ["EvenSpread"] = Wording.Rounded(even),
                        ["MedianOfClasses"] = Wording.Rounded(median),
                        ["Deviations"] = Wording.Rounded(far),
                        ["Classes"] = classes.Length,
                    },
                };
            }
        }
    }

    /// <summary>The heat outside the middle half of each side, and what an even spread has there.</summary>
    private static (double Around, double Even)? AroundCentre(HeatTable heat, int[] rows)
    {
        double[] mean = heat.Mean(rows)!;
        double centre = 0;
        for (int cell = 0; cell < mean.Length; cell++)
        {
            centre += mean[cell] * Middle(cell / heat.Width, heat.Height) * Middle(cell % heat.Width, heat.Width);
        }
        return (1 - centre, 0.75);
    }

    /// <summary>The share of a cell that lies in the middle half of the side.</summary>
    private static double Middle(int cell, int cells) =>
        Math.Max(0, Math.Min(cell + 1, 0.75 * cells) - Math.Max(cell, 0.25 * cells));

    private static (double Around, double Even)? AroundObject(AuditSlice slice, int[] rows, ObjectAreas objects)
    {
        double energy = 0, area = 0;
        int known = 0;
        foreach (int row in rows)
        {
            if (objects.Of(slice.Rows[row], slice.Heat.Height, slice.Heat.Width) is { } covered)
            {
                known++;
                area += covered.Average();
                for (int cell = 0; cell < covered.Length; cell++)
                {
                    energy += covered[cell] * slice.Heat[row][cell];
                }
            }
        }
        return known >= FewestImages ? (1 - energy / known, 1 - area / known) : null;
    }
}
