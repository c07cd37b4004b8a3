using EasyExplain.Models;

namespace EasyExplain.Explanation.Metrics;

/// <summary>How far one explanation is to be believed: figures by which it can be compared with others of the same image.</summary>
/// <remarks>A figure is null where it was not measured, or where there is none, as of a box that was not given.</remarks>
public sealed record CamMeasure
{
    /// <summary>The photo's full path; null for an input tensor.</summary>
    public required string? Path { get; init; }

    /// <summary>The method's name, or a control's.</summary>
    public required string Method { get; init; }

    /// <summary>The layers' names; none of a control that asks no network.</summary>
    public required CamList<string> Layers { get; init; }

    /// <summary>The explained class.</summary>
    public required int Class { get; init; }

    /// <summary>The explained class's label, or its number.</summary>
    public required string Label { get; init; }

    /// <summary>Of a detector, the number of what is explained among what it found in the photo; null of other models.</summary>
    public int? Detection { get; init; }

    /// <summary>The explained class's probability for the whole image, 0 to 1; of a segmenter, its mean where it is explained.</summary>
    public required double Probability { get; init; }

    /// <summary>True of a map that knows nothing of the decision: what a method must beat to be worth its map.</summary>
    public required bool IsControl { get; init; }

    /// <summary>In what numbers the model computed; null of figures that an audit file had.</summary>
    public Precision? Precision { get; init; }

    /// <summary>See <see cref="CamMetric.PrecisionCorrelation"/>.</summary>
    public double? PrecisionCorrelation { get; init; }

    /// <summary>See <see cref="CamMetric.PrecisionAgreement"/>.</summary>
    public double? PrecisionAgreement { get; init; }

    /// <summary>See <see cref="CamMetric.AverageDrop"/>.</summary>
    public double? AverageDrop { get; init; }

    /// <summary>See <see cref="CamMetric.ConfidenceIncrease"/>.</summary>
    public double? ConfidenceIncrease { get; init; }

    /// <summary>See <see cref="CamMetric.Coherency"/>.</summary>
    public double? Coherency { get; init; }

    /// <summary>See <see cref="CamMetric.Complexity"/>.</summary>
    public double? Complexity { get; init; }

    /// <summary>See <see cref="CamMetric.ADCC"/>.</summary>
    public double? ADCC { get; init; }

    /// <summary>See <see cref="CamMetric.Deletion"/>.</summary>
    public double? Deletion { get; init; }

    /// <summary>See <see cref="CamMetric.Insertion"/>.</summary>
    public double? Insertion { get; init; }

    /// <summary>See <see cref="CamMetric.DeletionBlur"/>.</summary>
    public double? DeletionBlur { get; init; }

    /// <summary>See <see cref="CamMetric.InsertionBlur"/>.</summary>
    public double? InsertionBlur { get; init; }

    /// <summary>See <see cref="CamMetric.ROAD"/>.</summary>
    public double? ROAD { get; init; }

    /// <summary>See <see cref="CamMetric.RoadMoRF"/>.</summary>
    public double? RoadMoRF { get; init; }

    /// <summary>See <see cref="CamMetric.RoadLeRF"/>.</summary>
    public double? RoadLeRF { get; init; }

    /// <summary>See <see cref="CamMetric.MuFidelity"/>.</summary>
    public double? MuFidelity { get; init; }

    /// <summary>See <see cref="CamMetric.PointingGame"/>.</summary>
    public double? PointingGame { get; init; }

    /// <summary>See <see cref="CamMetric.Energy"/>.</summary>
    public double? Energy { get; init; }

    /// <summary>See <see cref="CamMetric.Sparseness"/>.</summary>
    public double? Sparseness { get; init; }

    /// <summary>See <see cref="CamMetric.Entropy"/>.</summary>
    public double? Entropy { get; init; }

    /// <summary>See <see cref="CamMetric.ParameterRandomization"/>.</summary>
    public double? ParameterRandomization { get; init; }

    /// <summary>See <see cref="CamMetric.RandomLogit"/>.</summary>
    public double? RandomLogit { get; init; }

    /// <summary>See <see cref="CamMetric.Stability"/>.</summary>
    public double? Stability { get; init; }

    /// <summary>
    /// What the explanation took in seconds; 0 of a control that asks no network. Of a model in 8 bits, what it takes by itself when it is
    /// made again, so that it compares with Float32's.
    /// </summary>
    public required double Seconds { get; init; }

    /// <summary>The name of the model that was explained.</summary>
    public required string ModelName { get; init; }

    /// <summary>The seed of all that was drawn.</summary>
    public required long Seed { get; init; }

    /// <summary>The controls for the same image, class and layers; none of a control.</summary>
    internal IReadOnlyList<CamMeasure> Controls { get; init; } = [];

    /// <summary>Of a model in 8 bits, the same of its explanation in float32; else null.</summary>
    internal CamMeasure? InFloat32 { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{System.IO.Path.GetFileName(Path) ?? "tensor"}: {Label} ({Method})";
}
