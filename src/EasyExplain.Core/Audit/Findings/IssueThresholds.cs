namespace EasyExplain.Audit.Findings;

/// <summary>From where on something is a finding. docs/findings.md says how each default was measured.</summary>
internal sealed record IssueThresholds
{
    /// <summary>How many of its nearest neighbours are asked about an image.</summary>
    public int Neighbours { get; init; } = 30;

    /// <summary>The least score of a label error, 0 to 1 (<see cref="LabelErrors"/>).</summary>
    public double LabelError { get; init; } = 0.95;

    /// <summary>
    /// Which part of what lies beyond an even spread the outer ring of a map must hold for the heat to be at the border, 0 to 1.
    /// </summary>
    public double Border { get; init; } = 0.25;

    /// <summary>The entropy, as a share of the highest there is, from which a map is spread over all.</summary>
    public double Spread { get; init; } = 0.98;

    /// <summary>
    /// How much more heat than an even spread has there the object must hold, −1 to 1; less of it, with the peak off it, is a miss.
    /// </summary>
    public double OffObject { get; init; }

    /// <summary>The least share of a class's images that look elsewhere, 0 to 1.</summary>
    public double ElsewhereShare { get; init; } = 0.02;

    /// <summary>The share of two classes' images that are taken for the other one, 0 to 1; sure to 95 % to be higher.</summary>
    public double ConfusedShare { get; init; } = 0.03;

    /// <summary>By how many robust deviations more of a class's heat lies around the centre than that of other classes.</summary>
    public double BackgroundDeviation { get; init; } = 3.5;

    /// <summary>By how many robust deviations an image is farther from its class than is usual there.</summary>
    public double OddDeviation { get; init; } = 3.5;

    /// <summary>The least cosine of two images' features for which they may be the same.</summary>
    public double DuplicateFeatures { get; init; } = 0.995;

    /// <summary>The least correlation of two images' maps for which they may be the same.</summary>
    public double DuplicateMaps { get; init; } = 0.98;

    /// <summary>How many images a group has at least of which it is said that they have something in common.</summary>
    public int FewestMembers { get; init; } = 8;

    /// <summary>The share of other classes' images that a shortcut must turn into its class, 0 to 1.</summary>
    public double ShortcutTurned { get; init; } = 0.5;

    /// <summary>
    /// By how much more it must turn than what the class's other images have there, 0 to 1; that it is so must be sure to 97.5 %.
    /// </summary>
    public double ShortcutEffect { get; init; } = 0.35;

    /// <summary>The least silhouette of a group that is listed as a difference, −1 to 1.</summary>
    public double Difference { get; init; } = 0.4;
}
