using EasyExplain.Explanation.Methods;
using EasyExplain.Models;
using static TorchSharp.torch;

namespace EasyExplain.Explanation.Metrics;

/// <summary>Makes the map of a method again, for another input or of something else.</summary>
/// <param name="model">The model.</param>
/// <param name="method">The method.</param>
/// <param name="layers">Its layers.</param>
/// <param name="settings">What the method heeds.</param>
/// <param name="smoothing">What makes maps less noisy.</param>
internal sealed class MapAgain(
    CamModel model, CamMethod method, IReadOnlyList<CamLayer> layers, MethodSettings settings, Smoothing smoothing)
{
    /// <summary>What methods heed where nobody knows what they were set to.</summary>
    public static MethodSettings UsualSettings { get; } = new(SampleCount: null, NoiseStd: 0.3, Seed: 0, BatchSize: 16);

    /// <summary>Whether the network runs as its file has it, in libtorch: for those who change its weights.</summary>
    public bool AsWritten { get; init; }

    /// <summary>The map at the input's size, <c>[H, W]</c> on the CPU.</summary>
    /// <param name="input"><c>[1, 3, H, W]</c>.</param>
    /// <param name="target">What to explain.</param>
    /// <param name="cancel">Stops it.</param>
    public Tensor Of(Tensor input, Target target, CancellationToken cancel = default)
    {
        var explainer = new Explainer(model, layers, [method], ClassChoice.Again(target), settings, smoothing, progress: null, AsWritten);
        using IDisposable? own = explainer.Own;
        return MapAtInput.Of(explainer.Explain(input, cancel)[0].Map, model);
    }
}
