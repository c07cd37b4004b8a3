using System.Globalization;
using EasyExplain.Imaging;

namespace EasyExplain.Explanation;

/// <summary>What a picture shows: maps over a photo.</summary>
/// <param name="Source">The photo.</param>
/// <param name="Preprocessing">Which part of the photo the maps cover.</param>
/// <param name="Layers">A map for each layer.</param>
/// <param name="Fused">The maps of all layers in one; null for a single layer.</param>
/// <param name="Map">The map that stands for all.</param>
/// <param name="Headline">A line for the head of a panel.</param>
internal sealed record DrawnMaps(
    ExplainedPhoto Source, Preprocessing Preprocessing, IReadOnlyList<CamMap> Layers, CamMap? Fused, CamMap Map, string Headline)
{
    /// <summary>Those of an explanation.</summary>
    /// <exception cref="NoMapException">It has none.</exception>
    public static DrawnMaps Of(CamExplanation explanation) => new(
        explanation.Source, explanation.Model.Preprocessing, explanation.Maps, explanation.Fused, explanation.Map,
        HeadlineOf(
            explanation.Label + (explanation.ComparedWith.Length == 0 ? "" : $" against {string.Join(", ", explanation.ComparedWith)}"),
            explanation.Probability, explanation.Expected, explanation.Method, explanation.Model.Name));

    /// <summary>What was explained, by which method, and with which model.</summary>
    public static string HeadlineOf(string label, double probability, string? expected, string method, string model) =>
        string.Join("  ·  ", new[]
        {
            label + (double.IsNaN(probability) ? "" : string.Create(CultureInfo.InvariantCulture, $"  {probability * 100:0.0} %")),
            expected is null ? "" : $"expected {expected}",
            method,
            model,
        }.Where(part => part.Length > 0));
}
