using EasyExplain.Detectors;
using EasyExplain.Explanation;

namespace EasyExplain.Audit.Truth;

/// <summary>
/// Asks the ground truth about what a detector found before an audit takes it, and adds a row for each thing that was missed. What belongs
/// to one photo is judged together.
/// </summary>
/// <param name="audit">Takes the rows.</param>
/// <param name="truth">What is there.</param>
/// <param name="onError">Is told of each photo whose truth makes no sense; its rows are written without verdicts.</param>
internal sealed class JudgedAudit(IAuditTarget audit, GroundTruth truth, Action<TruthException, string> onError) : IAuditTarget
{
    private readonly List<CamExplanation> _explanations = []; // of one photo
    private readonly List<CamAuditRow> _rows = [];
    private readonly SortedDictionary<string, int> _unknown = new(StringComparer.Ordinal);
    private int _judged, _withoutTruth, _others, _incomplete;

    /// <summary>What could not be judged, a sentence each.</summary>
    public IEnumerable<string> Notes
    {
        get
        {
            if (_judged == 0 && _withoutTruth == 0 && _others > 0)
            {
                yield return "Nothing that came was found by a detector, so the ground truth was not asked.";
            }
            if (_withoutTruth > 0)
            {
                yield return FormattableString.Invariant(
                    $"The ground truth says nothing of {_withoutTruth:N0} of {_withoutTruth + _judged:N0} photos: they have no verdicts.");
            }
            if (_unknown.Count > 0)
            {
                yield return FormattableString.Invariant($"The model has no class '{string.Join("', '", _unknown.Keys.Take(5))}'") +
                    $"{(_unknown.Count > 5 ? ", …" : "")}: {_unknown.Values.Sum()} things of the ground truth cannot be missed.";
            }
            if (_incomplete > 0)
            {
                yield return FormattableString.Invariant(
                    $"Of {_incomplete:N0} photos not all detections are known, as they come from pictures or from an audit of some of ") +
                    "them: what was missed there has no rows.";
            }
        }
    }

    /// <inheritdoc/>
    public void Add(CamExplanation explanation)
    {
        Begin(explanation.Path);
        _explanations.Add(explanation);
        if (explanation.Request is { } request && _explanations.Count >= request.Count)
        {
            Judge();
        }
    }

    /// <inheritdoc/>
    public void Add(CamAuditRow row)
    {
        Begin(row.Path);
        _rows.Add(row);
    }

    /// <inheritdoc/>
    public void Add(FailedImage failed)
    {
        Judge();
        audit.Add(failed);
    }

    /// <inheritdoc/>
    public void Finish()
    {
        Judge();
        audit.Finish();
    }

    /// <inheritdoc/>
    public void Dispose() => audit.Dispose();

    private void Begin(string? path)
    {
        if ((_explanations.Count > 0 && _explanations[0].Path != path) || (_rows.Count > 0 && _rows[0].Path != path))
        {
            Judge();
        }
    }

    private void Judge()
    {
        int missed = 0;
        var explanations = new List<CamExplanation>();
        foreach (IGrouping<string, CamExplanation> same in _explanations.GroupBy(KindOf))
        {
            if (AuditedDetection.Of(same.First()) is not { } any
                || same.First() is not { Path: { } path, ImageSize: [var height, var width] })
            {
                _others++;
                continue;
            }
            AuditedModel model = AuditedModel.Of(same.First().Model);
            IReadOnlyList<Detection>? all = same.First().AllFound;
            Found[] found = all is not null ? [.. all.Select(one => new Found(one.Number, one.Class, one.Probability, one.Box))]
                : [.. same.Where(one => one.Box is not null)
                    .Select(one => new Found(one.Detection ?? 0, one.Class, one.Probability, one.Box!))];
            if (Ask(model, path, width, height, found, all?.Count ?? any.Found) is not { } answer)
            {
                continue;
            }
            foreach (CamExplanation one in same)
            {
                explanations.Add(one with { Judged = answer.Of(one.Detection, one.Box, one.Judged) });
            }
            explanations.AddRange(answer.Missed.Select(thing => MissedBy(same.First(), answer.Of(thing), --missed)));
        }
        var rows = new List<CamAuditRow>();
        foreach (IGrouping<string, CamAuditRow> same in _rows.GroupBy(KindOf))
        {
            CamAuditRow[] own = [.. same.Where(one => one.Verdict != DetectionVerdict.Missed)];
            if (own.FirstOrDefault(one => one.Detected is not null) is not { Detected: { } any, ImageSize: [var height, var width] } first)
            {
                _others++;
                continue;
            }
            Found[] found = [.. own.Where(one => one.Box is not null)
                .Select(one => new Found(one.Detection ?? 0, one.Class, one.Probability, one.Box!))];
            if (Ask(first.Model, first.Path, width, height, found, any.Found) is not { } answer)
            {
                continue;
            }
            foreach (CamAuditRow one in own)
            {
                AuditedDetection? judged = one.Detected is null ? null : answer.Of(one.Detection, one.Box, one.Detected);
                rows.Add(one with
                {
                    Detected = judged is { TruthBox: { } box } ? judged with { EnergyInTruth = one.Map?.EnergyIn(box) } : judged,
                });
            }
            rows.AddRange(answer.Missed.Select(thing => MissedBy(first, answer.Of(thing), --missed)));
        }
        // What was not judged stays as it came, in its place.
        HashSet<string> asked = [.. explanations.Select(KindOf)];
        foreach (CamExplanation one in _explanations.Where(one => !asked.Contains(KindOf(one))).Concat(explanations))
        {
            audit.Add(one);
        }
        HashSet<string> rowsAsked = [.. rows.Select(KindOf)];
        foreach (CamAuditRow one in _rows.Where(one => !rowsAsked.Contains(KindOf(one))).Concat(rows))
        {
            audit.Add(one);
        }
        _explanations.Clear();
        _rows.Clear();
    }

    private static string KindOf(CamExplanation one) => $"{one.Method}\0{one.Layers}";

    private static string KindOf(CamAuditRow one) => $"{one.Method}\0{one.Layers}\0{one.ModelName}\0{one.ModelHash}";

    private Answer? Ask(AuditedModel model, string photo, int width, int height, Found[] found, int? count)
    {
        IReadOnlyList<TrueThing>? things;
        try
        {
            things = truth.Of(photo, width, height);
        }
        catch (TruthException e)
        {
            onError(e, photo);
            return null;
        }
        if (things is null)
        {
            _withoutTruth++;
            return null;
        }
        _judged++;
        KnownThing[] known = [.. things.Select(thing => Known(model, thing))];
        foreach (KnownThing thing in known.Where(thing => thing.Class < 0))
        {
            _unknown[thing.Label] = _unknown.GetValueOrDefault(thing.Label) + 1;
        }
        (Judgement[] judgements, IReadOnlyList<KnownThing> missed) =
            TruthMatching.Match([.. found.Select(one => new FoundThing(one.Class, one.Probability, one.Box))], known);
        bool isComplete = count == found.Select(one => one.Number).Distinct().Count();
        _incomplete += isComplete ? 0 : 1;
        return new Answer(found, judgements, isComplete ? missed : [], count);
    }

    private static KnownThing Known(AuditedModel model, TrueThing thing)
    {
        int @class = thing.Label is null ? (thing.Class < model.Labels.Count ? thing.Class : -1)
            : Enumerable.Range(0, model.Labels.Count).FirstOrDefault(one => Plain(model.Labels[one]) == Plain(thing.Label), -1);
        return new KnownThing(@class, @class >= 0 ? model.LabelOf(@class) : thing.Label ?? $"{thing.Class}", thing.Box, thing.IsDoubtful);
    }

    /// <summary>Labels differ in blanks, underscores, hyphens and case: "dining table" and "Dining_Table" are the same.</summary>
    private static string Plain(string label) =>
        string.Concat(label.Where(letter => letter is not (' ' or '_' or '-'))).ToUpperInvariant();

    private static CamExplanation MissedBy(CamExplanation any, AuditedDetection judged, int part) => any with
    {
        Class = -1,
        Label = "",
        Probability = double.NaN,
        Score = double.NaN,
        Detection = null,
        Box = null,
        AskedLayers = any.Layers,
        Maps = [],
        Fused = null,
        Channels = null,
        Measure = null,
        Predictions = [],
        PredictedClasses = [],
        Duration = TimeSpan.Zero,
        Judged = judged,
        Request = any.Request is { } request ? request with { Index = part } : null,
    };

    private static CamAuditRow MissedBy(CamAuditRow any, AuditedDetection judged, int part) => any with
    {
        Class = -1,
        Label = "",
        Probability = double.NaN,
        Score = double.NaN,
        StoredMaps = [],
        Channels = null,
        Measure = null,
        Predictions = [],
        PredictedClasses = [],
        Seconds = 0,
        Detected = judged,
        Request = any.Request is { } request ? request with { Index = part } : null,
    };

    private readonly record struct Found(int Number, int Class, double Probability, DetectionBox Box);

    /// <summary>What the truth says of a photo.</summary>
    private sealed record Answer(Found[] All, Judgement[] Judgements, IReadOnlyList<KnownThing> Missed, int? Count)
    {
        /// <summary>Of one of the detections, or of the photo where nothing was found.</summary>
        public AuditedDetection Of(int? number, DetectionBox? box, AuditedDetection? known)
        {
            int at = box is null ? -1 : Array.FindIndex(All, one => one.Number == (number ?? 0));
            Judgement? judgement = at < 0 ? null : Judgements[at];
            return (known ?? new()) with
            {
                IsJudged = true,
                Found = Count,
                Verdict = judgement?.Verdict,
                Truth = judgement?.Truth?.Label,
                TruthClass = judgement?.Truth?.Class ?? -1,
                TruthBox = judgement?.Truth?.Box,
                Overlap = judgement?.Overlap,
                EnergyInTruth = null,
            };
        }

        /// <summary>Of something that was missed.</summary>
        public AuditedDetection Of(KnownThing thing) => new()
        {
            IsJudged = true,
            Found = Count,
            Verdict = DetectionVerdict.Missed,
            Truth = thing.Label,
            TruthClass = thing.Class,
            TruthBox = thing.Box,
        };
    }
}
