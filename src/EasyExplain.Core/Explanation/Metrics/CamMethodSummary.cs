using EasyExplain.Models;

namespace EasyExplain.Explanation.Metrics;

/// <summary>How far a method is to be believed on a model: the figures of its explanations over all images.</summary>
/// <remarks>A figure is null where it was not measured.</remarks>
public sealed record CamMethodSummary
{
    /// <summary>The method's name, or a control's.</summary>
    public required string Method { get; init; }

    /// <summary>The layers' names; none of a control that asks no network.</summary>
    public required CamList<string> Layers { get; init; }

    /// <summary>In what numbers the model computed; null of figures that an audit file had.</summary>
    public Precision? Precision { get; init; }

    /// <summary>How many explanations were measured.</summary>
    public required int Images { get; init; }

    /// <summary>True of maps that know nothing of the decision.</summary>
    public required bool IsControl { get; init; }

    /// <summary>
    /// Whether its maps show what the decision depends on better than the best control does, by every imputation that was measured; null
    /// of a control, and where nothing was measured that tells.
    /// </summary>
    public required bool? IsBetterThanChance { get; init; }

    /// <summary>The same in a sentence; of a model in 8 bits also how near it comes to float32, and in how much of its time.</summary>
    public required string Verdict { get; init; }

    /// <summary>
    /// <see cref="Insertion"/> − <see cref="Deletion"/>, less that of the best control on the same image: over 0 is better than chance.
    /// </summary>
    public CamInterval? OverChance { get; init; }

    /// <summary>The same of <see cref="InsertionBlur"/> and <see cref="DeletionBlur"/>.</summary>
    public CamInterval? OverChanceBlur { get; init; }

    /// <summary><see cref="ROAD"/>, less that of the best control on the same image.</summary>
    public CamInterval? OverChanceRoad { get; init; }

    /// <summary>See <see cref="CamMetric.PrecisionCorrelation"/>.</summary>
    public CamInterval? PrecisionCorrelation { get; init; }

    /// <summary>See <see cref="CamMetric.PrecisionAgreement"/>.</summary>
    public CamInterval? PrecisionAgreement { get; init; }

    /// <summary>See <see cref="CamMetric.AverageDrop"/>.</summary>
    public CamInterval? AverageDrop { get; init; }

    /// <summary>See <see cref="CamMetric.ConfidenceIncrease"/>.</summary>
    public CamInterval? ConfidenceIncrease { get; init; }

    /// <summary>See <see cref="CamMetric.Coherency"/>.</summary>
    public CamInterval? Coherency { get; init; }

    /// <summary>See <see cref="CamMetric.Complexity"/>.</summary>
    public CamInterval? Complexity { get; init; }

    /// <summary>See <see cref="CamMetric.ADCC"/>.</summary>
    public CamInterval? ADCC { get; init; }

    /// <summary>See <see cref="CamMetric.Deletion"/>.</summary>
    public CamInterval? Deletion { get; init; }

    /// <summary>See <see cref="CamMetric.Insertion"/>.</summary>
    public CamInterval? Insertion { get; init; }

    /// <summary>See <see cref="CamMetric.DeletionBlur"/>.</summary>
    public CamInterval? DeletionBlur { get; init; }

    /// <summary>See <see cref="CamMetric.InsertionBlur"/>.</summary>
    public CamInterval? InsertionBlur { get; init; }

    /// <summary>See <see cref="CamMetric.ROAD"/>.</summary>
    public CamInterval? ROAD { get; init; }

    /// <summary>See <see cref="CamMetric.RoadMoRF"/>.</summary>
    public CamInterval? RoadMoRF { get; init; }

    /// <summary>See <see cref="CamMetric.RoadLeRF"/>.</summary>
    public CamInterval? RoadLeRF { get; init; }

    /// <summary>See <see cref="CamMetric.MuFidelity"/>.</summary>
    public CamInterval? MuFidelity { get; init; }

    /// <summary>See <see cref="CamMetric.PointingGame"/>.</summary>
    public CamInterval? PointingGame { get; init; }

    /// <summary>See <see cref="CamMetric.Energy"/>.</summary>
    public CamInterval? Energy { get; init; }

    /// <summary>See <see cref="CamMetric.Sparseness"/>.</summary>
    public CamInterval? Sparseness { get; init; }

    /// <summary>See <see cref="CamMetric.Entropy"/>.</summary>
    public CamInterval? Entropy { get; init; }

    /// <summary>See <see cref="CamMetric.ParameterRandomization"/>.</summary>
    public CamInterval? ParameterRandomization { get; init; }

    /// <summary>See <see cref="CamMetric.RandomLogit"/>.</summary>
    public CamInterval? RandomLogit { get; init; }

    /// <summary>See <see cref="CamMetric.Stability"/>.</summary>
    public CamInterval? Stability { get; init; }

    /// <summary>What an explanation took in seconds, on average.</summary>
    public required double Seconds { get; init; }

    /// <summary>The name of the model that was explained.</summary>
    public required string ModelName { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Method}: {Verdict}";
}
