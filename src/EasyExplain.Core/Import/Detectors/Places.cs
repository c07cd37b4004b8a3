using EasyExplain.Networks;

namespace EasyExplain.Import.Detectors;

/// <summary>The outputs of a whole model, as those look at them who look for detectors and segmenters.</summary>
/// <param name="Recorder">What was taken down.</param>
/// <param name="Outputs">The results.</param>
/// <param name="Labelled">Whether so many classes have labels.</param>
internal sealed record Places(NetworkRecorder Recorder, IReadOnlyList<ModelOutput> Outputs, Func<long, bool> Labelled)
{
    /// <summary>How many classes the file's metadata names; null where it does not.</summary>
    public int? NamedClasses { get; init; }

    /// <summary>Whether somebody says that this is what it is, the user or the file, so that less needs to be seen of it.</summary>
    public bool IsStated { get; init; }

    /// <summary>Whether a candidate has numbers after its classes' that are no classes: of masks, or of keypoints.</summary>
    public bool HasMore { get; init; }

    /// <summary>What makes probabilities of the logits, as the user says.</summary>
    public Activation? Activation { get; init; }

    /// <summary>The height of the input in pixels.</summary>
    public long Height => Recorder.Shape(Recorder.Input)[2].Fixed;

    /// <summary>The width of the input in pixels.</summary>
    public long Width => Recorder.Shape(Recorder.Input)[3].Fixed;

    /// <summary>Outputs that have so many dimensions after the pictures', all known, with something in each.</summary>
    public IEnumerable<(ModelOutput Output, Node Node, long[] Shape)> Of(int dimensions) => Outputs
        .Where(output => output.Node is { } node && IsOf(Recorder.Shape(node), dimensions))
        .Select(output => (output, output.Node!, Recorder.Shape(output.Node!).Skip(1).Select(size => size.Fixed).ToArray()));

    /// <summary>Whether it is of each picture, with so many dimensions after that, all known, with something in each.</summary>
    public bool IsOf(IReadOnlyList<Size> shape, int dimensions) => shape.Count == dimensions + 1 && shape[0] == Recorder.Pictures
        && shape.Skip(1).All(size => size is { IsFixed: true, Fixed: > 0 });
}

/// <summary>What was found among a model's outputs.</summary>
/// <param name="Output">The output that is explained.</param>
/// <param name="Head">What it ends in.</param>
/// <param name="Meaning">What the outputs were taken to mean, a sentence for -Verbose.</param>
internal sealed record FoundHead(ModelOutput Output, Head Head, string Meaning);
