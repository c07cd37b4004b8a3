using EasyExplain.Detectors;

namespace EasyExplain.Audit.Truth;

/// <summary>Something that was found, to be compared with what is there.</summary>
/// <param name="Class">Its class in the model.</param>
/// <param name="Probability">How certain the detector is.</param>
/// <param name="Box">Where it is.</param>
internal sealed record FoundThing(int Class, double Probability, DetectionBox Box);

/// <summary>Something that is there, in the model's words.</summary>
/// <param name="Class">Its class in the model; −1 where the model has none such.</param>
/// <param name="Label">What it is.</param>
/// <param name="Box">Where it is.</param>
/// <param name="IsDoubtful">See <see cref="TrueThing.IsDoubtful"/>.</param>
internal sealed record KnownThing(int Class, string Label, DetectionBox Box, bool IsDoubtful);

/// <summary>What the truth says of something that was found.</summary>
/// <param name="Verdict">Null where nobody knows: it covers a crowd, or something difficult.</param>
/// <param name="Truth">What is there; null where nothing is.</param>
/// <param name="Overlap">How far both cover each other.</param>
internal sealed record Judgement(DetectionVerdict? Verdict, KnownThing? Truth, double? Overlap);

/// <summary>
/// Matches what was found with what is there. First, in the order of their certainty, each detection gets the thing of its class that it
/// covers best, of those that no other has; then the rest is compared with what is left, whatever its class, and with what was found
/// before.
/// </summary>
/// <remarks>
/// The greedy way of Pascal VOC (Everingham et al. 2010) with one overlap; the sorts of faults are those of TIDE (Bolya et al. 2020):
/// class, place, both or background, duplicate, missed.
/// </remarks>
internal static class TruthMatching
{
    /// <summary>The overlap from which on a box covers a thing.</summary>
    public const double Covers = 0.5;

    /// <summary>The overlap from which on a box is near a thing.</summary>
    public const double Near = 0.1;

    /// <summary>Judges all detections of a picture.</summary>
    /// <returns>A judgement for each, in their order, and what was missed.</returns>
    public static (Judgement[] Judgements, IReadOnlyList<KnownThing> Missed) Match(
        IReadOnlyList<FoundThing> found, IReadOnlyList<KnownThing> truth)
    {
        var judgements = new Judgement?[found.Count];
        KnownThing[] certain = [.. truth.Where(one => !one.IsDoubtful)], doubtful = [.. truth.Where(one => one.IsDoubtful)];
        var taken = new HashSet<KnownThing>(ReferenceEqualityComparer.Instance);
        int[] order = [.. Enumerable.Range(0, found.Count).OrderByDescending(at => found[at].Probability)];
        foreach (int at in order)
        {
            Judge(at, DetectionVerdict.Right, Best(at, certain, Covers, sameClass: true, free: true));
        }
        foreach (int at in order.Where(at => judgements[at] is null))
        {
            if (!Judge(at, DetectionVerdict.Duplicate, Best(at, certain, Covers, sameClass: true, free: false))
                && !IsDoubtful(at)
                && !Judge(at, DetectionVerdict.Mislabelled, Best(at, certain, Covers, sameClass: false, free: true))
                && !Judge(at, DetectionVerdict.Mislabelled, Best(at, certain, Covers, sameClass: false, free: false))
                && !Judge(at, DetectionVerdict.Misplaced, Best(at, certain, Near, sameClass: true, free: true))
                && !Judge(at, DetectionVerdict.Duplicate, Best(at, certain, Near, sameClass: true, free: false)))
            {
                judgements[at] = new Judgement(DetectionVerdict.False, null, null);
            }
        }
        return ([.. judgements.Select(judgement => judgement!)], [.. certain.Where(one => one.Class >= 0 && !taken.Contains(one))]);

        (KnownThing Thing, double Overlap)? Best(int at, KnownThing[] among, double least, bool sameClass, bool free)
        {
            (KnownThing, double)? best = null;
            double most = least;
            foreach (KnownThing one in among)
            {
                double overlap = found[at].Box.Overlap(one.Box);
                if (overlap >= most && (best is null || overlap > most) && (one.Class == found[at].Class) == sameClass
                    && (!free || !taken.Contains(one)))
                {
                    (best, most) = ((one, overlap), overlap);
                }
            }
            return best;
        }

        bool Judge(int at, DetectionVerdict verdict, (KnownThing Thing, double Overlap)? best)
        {
            if (best is not { } one)
            {
                return false;
            }
            taken.Add(one.Thing);
            judgements[at] = new Judgement(verdict, one.Thing, one.Overlap);
            return true;
        }

        // Of a crowd a detection covers a part: what counts is how much of the detection lies in it.
        bool IsDoubtful(int at)
        {
            DetectionBox box = found[at].Box;
            if (!doubtful.Any(one => one.Class == found[at].Class && box.ShareIn(one.Box) >= Covers))
            {
                return false;
            }
            judgements[at] = new Judgement(null, null, null);
            return true;
        }
    }
}
