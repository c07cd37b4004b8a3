using EasyExplain.Imaging;
using EasyExplain.Models;

namespace EasyExplain.Explanation.Concepts;

/// <summary>
/// The concepts that a layer finds in one photo: Deep Feature Factorization (Collins, Achanta and Süsstrunk 2018, arXiv 1806.10206).
/// </summary>
/// <remarks>It holds no native memory.</remarks>
public sealed class CamConcepts : ICamResult
{
    internal CamConcepts(CamModel model, ExplainedPhoto photo) => (Model, Source) = (model, photo);

    /// <summary>The photo's full path; null for an input tensor.</summary>
    public string? Path => Source.Path;

    /// <summary>The layer's name.</summary>
    public required string Layer { get; init; }

    /// <summary>
    /// The concepts, the one that explains most first; fewer than asked for where the layer has no more, none where it is zero everywhere.
    /// </summary>
    public required CamList<CamConcept> Concepts { get; init; }

    /// <summary>How much of the layer's activations the concepts explain together, 0 to 1.</summary>
    public double Explained => Concepts.Sum(concept => concept.Share);

    /// <summary>The five most probable classes of the photo itself.</summary>
    public required CamList<Prediction> Predictions { get; init; }

    /// <summary>Height and width of the photo in pixels, upright.</summary>
    public CamList<int> ImageSize => [.. Source.Size];

    /// <summary>
    /// What it took in seconds, from activations to concepts; the pass through the network, which all layers share, counts for the first.
    /// </summary>
    public required double Seconds { get; init; }

    /// <summary>The model's name.</summary>
    public string ModelName => Model.Name;

    /// <summary>The model; a property in PowerShell, too: see EasyExplain.Types.ps1xml.</summary>
    internal CamModel Model { get; }

    /// <summary>The photo that was explained.</summary>
    internal ExplainedPhoto Source { get; }

    /// <summary>The photo as its file has it, decoded again if it is no longer in memory.</summary>
    /// <exception cref="ImageFileException">The file is no longer the picture it was.</exception>
    public Photo GetPhoto() => Source.Get();

    /// <inheritdoc/>
    public override string ToString() => $"{System.IO.Path.GetFileName(Path) ?? "tensor"}: {Concepts.Length} concepts at {Layer}";

    CamModel? ICamResult.Model => Model;

    Photo ICamResult.Draw(CamPicture picture, OverlayStyle style) => ConceptPicture.Draw(picture, this, style);
}
