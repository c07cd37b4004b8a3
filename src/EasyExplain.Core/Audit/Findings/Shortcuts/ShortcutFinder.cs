using System.Collections.Specialized;
using System.Globalization;
using EasyExplain.Models;

namespace EasyExplain.Audit.Findings.Shortcuts;

/// <summary>
/// Groups of a class's images that the network sees by something else than the rest. With the model it is tried whether that something
/// decides by itself: a shortcut. Otherwise it is a difference of the images, and nothing is claimed of the model.
/// </summary>
/// <param name="slice">The rows.</param>
/// <param name="thresholds">From where on something is a finding.</param>
/// <param name="model">The model to be asked; null to look for differences only.</param>
/// <param name="progress">Is told after each class how much is done, 0 to 1.</param>
/// <param name="cancel">Stops it within some images.</param>
internal sealed class ShortcutFinder(
    AuditSlice slice, IssueThresholds thresholds, CamModel? model, Action<double>? progress, CancellationToken cancel)
{
    private const int MostRows = 400; // of a class, of an even sample: eigenvectors take time by the cube of it; the rest is told by them
    private const int FirstHosts = 12;
    private const int ScreenHosts = 32;
    private const int ScreenOthers = 64;
    private const int ProofHosts = 200;
    private const int MostHosts = 2 * (ScreenHosts + ProofHosts); // of all classes: half of them are left of one of two
    private const double LargestDifference = 0.4; // of a class
    private const int MostTried = 3; // groups of a class, those first that do most in the screen
    private const double Promising = 0.3;
    private const double AsGoodAsProved = 0.8; // of a suspect's members
    private const double AtFirst = 0.05; // of so few hosts, one more is enough to look closer
    private static readonly double[] Areas = [0.06, 0.12, 0.2];

    private readonly ModelProbe? _probe = model is null ? null : new ModelProbe(model, slice.Layers[^1], cancel);

    private List<(CamAuditRow Row, float[] Input, Said Said)>? _hosts; // once somebody asks

    /// <summary>How many of the images that it was to look at were gone, or had changed since they were explained.</summary>
    public int Missing { get; private set; }

    /// <summary>What is found: at most one finding a class and mark.</summary>
    public IEnumerable<CamIssue> Find()
    {
        IGrouping<int, int>[] classes = [.. slice.PlacesByClass()];
        foreach (IGrouping<int, int> @class in classes)
        {
            progress?.Invoke((double)Array.IndexOf(classes, @class) / classes.Length);
            cancel.ThrowIfCancellationRequested();
            int[] all = ClassViews.Comparable(slice, [.. @class]), sample = Sampling.Of(all, MostRows);
            ClassViews views = ClassViews.Of(slice, sample), further = ClassViews.Of(slice, [.. all.Except(sample)]);
            IReadOnlyList<Suspect> suspects = Suspects.In(views, thresholds.FewestMembers);
            if (suspects.Count == 0)
            {
                continue;
            }
            bool proved = false, tried = _probe is not null && Hosts(@class.Key).Length >= ScreenHosts;
            if (tried)
            {
                foreach (CamIssue issue in Proved(@class.Key, views, further, suspects))
                {
                    proved = true;
                    yield return issue;
                }
            }
            if (!proved && suspects.FirstOrDefault(one => one.IsNatural && one.Silhouette >= thresholds.Difference
                && one.Members.Length <= LargestDifference * views.Rows.Count) is { } suspect)
            {
                yield return Difference(suspect, views, further, tried);
            }
        }
    }

    private IEnumerable<CamIssue> Proved(int @class, ClassViews views, ClassViews further, IReadOnlyList<Suspect> suspects)
    {
        SeenImage?[] seen = [.. views.Rows.Select(row => SeenImage.Of(row, _probe!))];
        int[] there = [.. Enumerable.Range(0, seen.Length).Where(i => seen[i] is not null)];
        Missing += views.Rows.Count(row => row.StoredMaps is [.., { IsEmpty: false }]) - there.Length;
        if (there.Length < views.Rows.Count)
        {
            views = views.Only(there);
            suspects = Suspects.In(views, thresholds.FewestMembers);
        }
        SeenImage[] images = [.. there.Select(i => seen[i]!)];
        float[][] hosts = Hosts(@class);
        if (suspects.Count == 0)
        {
            yield break;
        }
        var proved = new List<(Suspect Group, Proof Proof, bool IsLook)>();
        var membership = new Membership(views, images, _probe!, @class);
        foreach ((Suspect suspect, bool isLook) in Screened(suspects, images, hosts, @class))
        {
            if (proved.Exists(one => suspect.Members.Intersect(one.Group.Members).Count() > AsGoodAsProved * suspect.Members.Length))
            {
                continue;
            }
            Suspect group = isLook ? membership.WithLook(suspect, thresholds.FewestMembers)
                : membership.WithPatch(suspect, hosts, thresholds.FewestMembers);
            if (BestProof(group, isLook, images, hosts, @class) is var proof && proof.Holds(thresholds))
            {
                proved.Add((group, proof, isLook));
            }
        }
        // Several suspects may have led to the same mark: the one with the most behind it stands for it.
        var known = new HashSet<int>();
        foreach ((Suspect group, Proof proof, bool isLook) in
            proved.OrderByDescending(one => one.Group.Members.Length * one.Proof.Effect.Value))
        {
            if (group.Members.Count(known.Contains) > group.Members.Length / 5)
            {
                continue;
            }
            known.UnionWith(group.Members);
            CamAuditRow[] members =
            [
                .. group.Members.Select(i => images[i].Row),
                .. further.Rows.Count == 0 ? [] : membership.Further(group, isLook ? null : hosts, further),
            ];
            yield return Shortcut(group, proof, members, images.Length, images.Length + further.Rows.Count);
        }
    }

    /// <summary>Images of other classes, as the model gets them, that it does not take for this one.</summary>
    private float[][] Hosts(int @class) =>
    [
        .. (_hosts ??= AllHosts()).Where(host => host.Row.Class != @class && host.Row.ExpectedClass != @class
            && _probe!.Margin(host.Said, @class) <= 0).Take(ScreenHosts + ProofHosts).Select(host => host.Input),
    ];

    /// <summary>Some images of the whole audit, mixed.</summary>
    private List<(CamAuditRow Row, float[] Input, Said Said)> AllHosts()
    {
        int[] some = Sampling.Of([.. Enumerable.Range(0, slice.Rows.Count)], MostHosts);
        new Random(some.Length).Shuffle(some);
        (CamAuditRow Row, float[]? Input)[] read = [.. some.Select(i => (slice.Rows[i], _probe!.Input(slice.Rows[i])))];
        (CamAuditRow Row, float[] Input)[] there = [.. read.Where(one => one.Input is not null).Select(one => (one.Row, one.Input!))];
        return [.. _probe!.Ask(there.Select(one => one.Input)).Zip(there, (said, one) => (one.Row, one.Input, said))];
    }

    /// <summary>The groups that do something to a few other images, those first that do most; a look, or a patch.</summary>
    private IEnumerable<(Suspect Suspect, bool IsLook)> Screened(
        IReadOnlyList<Suspect> suspects, SeenImage[] images, float[][] hosts, int @class)
    {
        float[][] some = hosts[..ScreenHosts];
        float[][] repeated = [.. some, .. some];
        Dictionary<double, double> usual = Areas.Skip(1).ToDictionary(area => area, area =>
            Turned(new HottestPatch(_probe!, images, images, area).PutOn(repeated[..ScreenOthers], new Random(@class)), @class));
        return [.. suspects.Select(Screen).Where(one => one.Effect >= Promising).OrderByDescending(one => one.Effect)
            .Take(MostTried).Select(one => (one.Suspect, one.IsLook))];

        (Suspect Suspect, bool IsLook, double Effect) Screen(Suspect suspect)
        {
            SeenImage[] members = Of(images, suspect.Members), others = Of(images, suspect.Others);
            var look = new SharedLook(_probe!, Inputs(members), Inputs(others));
            (double Look, double Patch) first = Effect(some[..FirstHosts], usual.Take(1));
            (double Look, double Patch) effect = Math.Max(first.Look, first.Patch) < AtFirst ? first : Effect(some, usual);
            return (suspect, effect.Look >= effect.Patch, Math.Max(effect.Look, effect.Patch));

            (double Look, double Patch) Effect(float[][] on, IEnumerable<KeyValuePair<double, double>> byArea) => (
                Turned(look.PutOn(on, new Random(0)), @class),
                byArea.Max(area =>
                    Turned(new HottestPatch(_probe!, members, others, area.Key).PutOn(on, new Random(@class)), @class) - area.Value));
        }
    }

    /// <summary>The proof of a look, or of the patch of that size whose effect is largest on the first images; the rest prove it.</summary>
    private Proof BestProof(Suspect suspect, bool isLook, SeenImage[] images, float[][] hosts, int @class)
    {
        SeenImage[] members = Of(images, suspect.Members), others = Of(images, suspect.Others);
        Mark mark = isLook
            ? new SharedLook(_probe!, Inputs(members), Inputs(others))
            : Areas.Select(area => new HottestPatch(_probe!, members, others, area)).MaxBy(patch =>
                Turned(patch.PutOn(hosts[..ScreenHosts], new Random(0)), @class)
                - Turned(patch.PutOnFromOthers(hosts[..ScreenHosts], new Random(0)), @class))!;
        float[][] rest = hosts.Length >= 2 * ScreenHosts ? hosts[ScreenHosts..] : hosts;
        return Proof.Of(mark, _probe!, @class, [.. rest.Take(ProofHosts)], @class, thresholds);
    }

    private double Turned(IEnumerable<float[]> inputs, int @class) =>
        _probe!.Ask(inputs).Average(said => _probe.Margin(said, @class) > 0 ? 1.0 : 0.0);

    private static SeenImage[] Of(SeenImage[] images, int[] places) => [.. places.Select(place => images[place])];

    private static float[][] Inputs(SeenImage[] images) => [.. images.Select(image => image.Input)];

    private CamIssue Shortcut(Suspect suspect, Proof proof, CamAuditRow[] found, int seen, int count)
    {
        CamAuditRow[] members = ClearestFirst(found);
        double share = (double)members.Length / count;
        string label = members[0].Label, where = Place(proof.Mark, members);
        (string Way, ProvedShare Share) takenOut = proof.TakenOut.MaxBy(one => one.Share.Value);
        string elsewhere = proof.TakenOutElsewhere is { } control ? $" (as much elsewhere: {Wording.Percent(control.Value)})" : "";
        return new CamIssue
        {
            Kind = IssueKind.Shortcut,
            Class = label,
            Share = Wording.Rounded(share),
            Severity = Wording.Rounded(Severities.Wrong(Math.Clamp(proof.Effect.Value, 0, 1))),
            Confidence = Wording.Rounded(proof.Certainty),
            Where = where,
            Summary = $"{Wording.Images(members.Length)} of {count} called {label} ({Wording.Percent(share)}) have something in " +
                $"common {Placed(where)} by which alone the model says {label}: put on {Wording.Images(proof.Turned.Of)} of other " +
                $"classes, it turned {Wording.Percent(proof.Turned.Value)} of them into {label} " +
                $"({Wording.Percent(proof.Turned.Low)} to {Wording.Percent(proof.Turned.High)}; what other images of {label} have there: " +
                $"{Wording.Percent(proof.TurnedByOthers.Value)}); taken out of its own, {Wording.Percent(takenOut.Share.Value)} are no " +
                $"longer {label}{elsewhere}.",
            Members = [.. members],
            Evidence = EvidenceOf(suspect, proof, seen, count),
        };
    }

    private static OrderedDictionary EvidenceOf(Suspect suspect, Proof proof, int seen, int count)
    {
        var evidence = new OrderedDictionary
        {
            ["SeenBy"] = suspect.View,
            ["Mark"] = proof.Mark.Name,
            ["Area"] = Wording.Rounded(proof.Mark.Area),
            ["Turned"] = proof.Turned,
            ["TurnedByOthers"] = proof.TurnedByOthers,
            ["Effect"] = proof.Effect,
        };
        foreach ((string way, ProvedShare share) in proof.TakenOut)
        {
            evidence["TakenOut" + char.ToUpper(way[0], CultureInfo.InvariantCulture) + way[1..]] = share;
        }
        if (proof.TakenOutElsewhere is { } elsewhere)
        {
            evidence["TakenOutElsewhere"] = elsewhere;
        }
        evidence["ImagesLookedAt"] = seen;
        evidence["ImagesOfClass"] = count;
        return evidence;
    }

    private static CamIssue Difference(Suspect suspect, ClassViews views, ClassViews further, bool isTried)
    {
        CamAuditRow[] members = ClearestFirst([.. suspect.Members.Select(i => views.Rows[i]), .. Alike(suspect, views, further)]);
        int count = views.Rows.Count + further.Rows.Count;
        double share = (double)members.Length / count;
        string label = members[0].Label, where = MeanPlace(members);
        string tried = isTried ? "By itself it does not make the model say so" : "Whether the model relies on it was not tried";
        return new CamIssue
        {
            Kind = IssueKind.Difference,
            Class = label,
            Share = Wording.Rounded(share),
            Severity = Wording.Rounded(Severities.Odd(share)),
            Confidence = Wording.Rounded(Math.Clamp(suspect.Silhouette, 0, 1)),
            Where = where,
            Summary = $"{Wording.Images(members.Length)} of {count} called {label} ({Wording.Percent(share)}) differ from the " +
                $"rest by their {suspect.View}{(where.Length > 0 ? $", with the heat {Placed(where)}" : "")}. {tried}.",
            Members = [.. members],
            Evidence = new OrderedDictionary
            {
                ["SeenBy"] = suspect.View,
                ["Silhouette"] = Wording.Rounded(suspect.Silhouette),
                ["Tried"] = isTried,
                ["ImagesLookedAt"] = views.Rows.Count,
                ["ImagesOfClass"] = count,
            },
        };
    }

    /// <summary>Which further rows of the class are as far on the members' side as some member is.</summary>
    private static IEnumerable<CamAuditRow> Alike(Suspect suspect, ClassViews views, ClassViews further)
    {
        (string _, IReadOnlyList<float[]> known) = views.All.First(view => view.Name == suspect.View);
        (string _, IReadOnlyList<float[]>? others) = further.All.FirstOrDefault(view => view.Name == suspect.View);
        if (others is null)
        {
            return [];
        }
        double[][] members = Doubles(suspect.Members.Select(i => known[i])), rest = Doubles(suspect.Others.Select(i => known[i]));
        double least = Judge(members).Min();
        return Judge(Doubles(others)).Select((value, i) => (value, i)).Where(one => one.value >= least).Select(one => further.Rows[one.i]);

        double[] Judge(double[][] vectors) => Discriminant.Of(members, rest, vectors, 0.2);

        static double[][] Doubles(IEnumerable<float[]> vectors) => [.. vectors.Select(one => one.Select(value => (double)value).ToArray())];
    }

    private static CamAuditRow[] ClearestFirst(IEnumerable<CamAuditRow> rows) =>
        [.. rows.OrderByDescending(row => row.Probability).ThenBy(row => row.File, StringComparer.Ordinal)];

    private string Place(Mark mark, CamAuditRow[] members) => mark.Places is { } places
        ? Places.Of(places, _probe!.Height, _probe.Width)
        : members.Select(row => MeanPlace([row])).Distinct().Count() > 3 ? "anywhere" : MeanPlace(members);

    private static string MeanPlace(CamAuditRow[] members)
    {
        var heat = HeatTable.Of(members);
        return heat.Mean(Enumerable.Range(0, members.Length)) is { } mean ? Places.Of(mean, heat.Height, heat.Width) : "";
    }

    private static string Placed(string where) => where switch
    {
        "everywhere" => "everywhere in them",
        "anywhere" => "somewhere in them",
        "" => "in them",
        "border" => "along the border",
        "top edge" or "bottom edge" or "left edge" or "right edge" => $"at the {where}",
        _ => $"in the {where}",
    };
}
