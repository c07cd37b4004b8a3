using System.Globalization;
using EasyExplain.Imaging;
using EasyExplain.Models;

namespace EasyExplain.Explanation.Concepts;

/// <summary>One concept of a photo: channels of a layer that are active together, where they are, and what they speak for.</summary>
public sealed class CamConcept
{
    private readonly float[] _vector;

    internal CamConcept(float[] vector) => _vector = vector;

    /// <summary>Its number, from 1: the concept that explains most comes first.</summary>
    public required int Index { get; init; }

    /// <summary>
    /// How much of the layer's activations it explains, 0 to 1 of their sum of squares; all concepts together explain 1 at most.
    /// </summary>
    public required double Share { get; init; }

    /// <summary>The most probable classes of a picture that were this concept all over.</summary>
    public required CamList<Prediction> Predictions { get; init; }

    /// <summary>Where it is, scaled to [0, 1].</summary>
    public required CamMap Map { get; init; }

    /// <summary>The colour in which it is drawn, such as <c>#D55E00</c>.</summary>
    public string Color => ConceptColor.ToString();

    /// <summary>
    /// What it is, one value a channel of the layer: the layer's output as far as it is this concept, where that is strongest.
    /// </summary>
    public float[] GetVector() => (float[])_vector.Clone();

    internal PixelColor ConceptColor => PixelColor.Distinct(Index - 1);

    /// <inheritdoc/>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Index} ({Share * 100:0} %): {string.Join(", ", Predictions)}");
}
