using EasyExplain.Imaging;
using EasyExplain.Models;
using EasyExplain.Networks;
using EasyExplain.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Explanation.Metrics;

/// <summary>What all explanations of one photo share when they are measured, each found out when it is first asked for.</summary>
internal sealed class MeasuredPhoto : IDisposable
{
    private readonly MeasureSettings _settings;
    private readonly List<Tensor> _owned = [];
    private readonly Dictionary<Target, MeasuredTarget> _targets = [];
    private Tensor? _nothing, _blurred, _noise, _cells;

    /// <param name="model">The model.</param>
    /// <param name="photo">The photo that was explained.</param>
    /// <param name="input">The input that was explained, where that was no photo.</param>
    /// <param name="layers">The layers that are explained: their names stay in the network.</param>
    /// <param name="settings">What is measured.</param>
    public MeasuredPhoto(CamModel model, ExplainedPhoto photo, Tensor? input, IEnumerable<string> layers, MeasureSettings settings)
    {
        (Model, Photo, _settings) = (model, photo, settings);
        // That of the explanation, so that what was compiled for it serves here, too.
        Network = model.Optimized(layers.Where(name => model.Network.Find(name) is not null).ToHashSet(),
            ofBoxes: model.Task != CamTask.Detect);
        Input = Own(() => (input is null ? model.Preprocessing.ToInput(Decode(photo, model)) : ModelInput.Of(model, input))
            .to(model.Device, copy: input is not null));
        Batch = PictureRun.FittingBatch(Network, [.. Input.shape.Skip(1)], track: false, settings.BatchSize);
        Seed = (long)((Path.GetFileName(photo.Path) ?? "").Aggregate(0xCBF29CE484222325UL ^ (ulong)settings.Seed,
            (hash, letter) => (hash ^ letter) * 0x100000001B3UL) >> 1);
    }

    /// <summary>The model.</summary>
    public CamModel Model { get; }

    /// <summary>The photo.</summary>
    public ExplainedPhoto Photo { get; }

    /// <summary>What runs.</summary>
    public Network Network { get; }

    /// <summary>How many inputs run at a time.</summary>
    public int Batch { get; }

    /// <summary>The seed of the photo's control: one that drew the same for all photos would be lucky with all of them at once.</summary>
    public long Seed { get; }

    /// <summary>The photo as the model takes it, <c>[1, 3, H, W]</c>.</summary>
    public Tensor Input { get; }

    /// <summary>An input without anything: the mean colour.</summary>
    public Tensor Nothing => _nothing ??= Own(() => zeros_like(Input));

    /// <summary>The photo without shapes.</summary>
    public Tensor Blurred => _blurred ??= Own(() => Blur.Of(Input));

    /// <summary>The noise on what ROAD fills in.</summary>
    public Tensor Noise => _noise ??= Own(() =>
    {
        using var generator = new Generator((ulong)_settings.Seed, CPU);
        return randn(Input.shape, generator: generator).Times(Road.Noise).to(Input.device);
    });

    /// <summary>The random regions that MuFidelity removes.</summary>
    public Tensor Cells => _cells ??= Own(() =>
        MuFidelity.DrawCells(_settings.RegionCount, (int)Input.shape[2], (int)Input.shape[3], _settings.Seed));

    /// <summary>What is known of something that is explained of it.</summary>
    public MeasuredTarget Of(Target target)
    {
        Target key = target with { Found = null }; // which is another one each time
        return _targets.TryGetValue(key, out MeasuredTarget? known) ? known : _targets[key] = new MeasuredTarget(this, target);
    }

    /// <inheritdoc/>
    public void Dispose() => _owned.ForEach(tensor => tensor.Dispose());

    /// <summary>
    /// The photo as it was decoded for the explanation, whatever of it is still in memory: so figures are the same again.
    /// </summary>
    private static Photo Decode(ExplainedPhoto photo, CamModel model) =>
        photo.Path is { } path ? CamPicture.Decode(path, model) : photo.Get();

    /// <summary>A tensor that lives as long as this object, whatever scope it is made in.</summary>
    private Tensor Own(Func<Tensor> make)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor tensor = make().DetachFromDisposeScope();
        _owned.Add(tensor);
        return tensor;
    }
}

/// <summary>What all explanations of one class of a photo share, or of one thing that was found in it.</summary>
/// <param name="photo">The photo.</param>
/// <param name="target">What is explained.</param>
internal sealed class MeasuredTarget(MeasuredPhoto photo, Target target)
{
    private double? _whole, _nothing, _blurred;
    private double[]? _regions;

    /// <summary>The photo.</summary>
    public MeasuredPhoto Photo => photo;

    /// <summary>What is explained.</summary>
    public Target Target => target;

    /// <summary>The controls that were measured, by their layers.</summary>
    public Dictionary<string, CamMeasure> Controls { get; } = [];

    /// <summary>Says its probability.</summary>
    public ProbabilityPasses Passes(CancellationToken cancel) => new(photo.Model, photo.Network, target, photo.Batch, cancel);

    /// <summary>The probability of the photo.</summary>
    public double Whole(ProbabilityPasses passes) => _whole ??= passes.Of(photo.Input);

    /// <summary>The probability of an input without anything.</summary>
    public double Nothing(ProbabilityPasses passes) => _nothing ??= passes.Of(photo.Nothing);

    /// <summary>The probability of the blurred photo.</summary>
    public double Blurred(ProbabilityPasses passes) => _blurred ??= passes.Of(photo.Blurred);

    /// <summary>What each random region costs of the probability.</summary>
    public double[] Regions(ProbabilityPasses passes) => _regions ??= MuFidelity.Drops(passes, photo.Input, photo.Cells, Whole(passes));
}
