using EasyExplain.Explanation.Methods;
using EasyExplain.Networks;
using EasyExplain.Networks.Operators;
using static TorchSharp.torch;

namespace EasyExplain.Explanation;

/// <summary>What a method has to work with at one layer; each quantity is computed for all layers at once, when first asked for.</summary>
public sealed class LayerEvidence
{
    private readonly ScoreEvidence _evidence;
    private readonly int _target;
    private readonly int _tap;
    private readonly CamMethod _method;
    private readonly bool _eigen;

    /// <param name="evidence">The picture's.</param>
    /// <param name="target">Which of its targets.</param>
    /// <param name="tap">Which of its taps.</param>
    /// <param name="method">Whose question it is: the passes that it asks for are run once for all targets.</param>
    /// <param name="eigen">Whether channels are merged by their principal component.</param>
    internal LayerEvidence(ScoreEvidence evidence, int target, int tap, CamMethod method, bool eigen) =>
        (_evidence, _target, _tap, _method, _eigen) = (evidence, target, tap, method, eigen);

    /// <summary>The layer's output for the clean image, <c>[C, H, W]</c>.</summary>
    public Tensor Activations => Run.Activations[_tap];

    /// <summary>
    /// The gradient of the score (the class's logit, unless the method has another) with respect to <see cref="Activations"/>, <c>[C, H,
    /// W]</c>.
    /// </summary>
    public Tensor Gradients => _evidence.Gradients(_target)[_tap];

    /// <summary>
    /// The mean over the noisy copies of the image of the gradient raised to <paramref name="power"/> (1, 2 or 3), <c>[C, H, W]</c>.
    /// </summary>
    public Tensor MeanNoisyGradient(int power) => _evidence.NoisyMoments(_target, SampleCount)[_tap][power - 1];

    /// <summary>
    /// Each number's share in the class's logit, for it or, below 0, against it, <c>[C, H, W]</c>: by layer-wise relevance propagation, of
    /// the logit, with the rules of <see cref="MethodSettings.Relevance"/>. A layer that is folded with a batch norm has that of both.
    /// </summary>
    public Tensor Relevance => _evidence.Relevance(_target)[_tap];

    /// <summary>H·v, with the Hessian H of the score in <see cref="Activations"/> and v of their shape, <c>[C, H, W]</c>.</summary>
    public Tensor HessianTimes(Tensor vector) => _evidence.HessianTimes(_target, _tap, vector);

    /// <summary>
    /// For every convolution and batch normalisation of the network that adds a bias: the bias, <c>[C]</c>, and the gradient of the score
    /// with respect to its output, <c>[C, h, w]</c>. Only for methods <see cref="CamMethod.AtInput"/>.
    /// </summary>
    public IEnumerable<(Tensor Bias, Tensor Gradient)> Biases =>
        Run.Biased.Select(node => node.Operator.ChannelBias!).Zip(_evidence.Gradients(_target).Skip(Run.Taps.Count));

    /// <summary>
    /// The class's weights in the layer that makes the classes, <c>[C]</c>, where that is linear in this one's global averages (see
    /// <see cref="CamMethod.Misfit"/>).
    /// </summary>
    public Tensor ClassWeights
    {
        get
        {
            int @class = _evidence.Targets[_target].Class;
            Tensor weights = Run.Network.AveragedInto(Run.Taps[_tap])!.Value;
            return (Run.Network.Output.Operator is not BothSigns ? weights[@class] : @class == 0 ? -weights[0] : weights[0]).flatten();
        }
    }

    /// <summary>Numbers in [0, 1) that depend on the explanation's seed and the shape alone.</summary>
    public Tensor Random(params long[] shape)
    {
        using var generator = new Generator((ulong)Run.Settings.Seed, CPU);
        return rand(shape, generator: generator).to(Run.Input.dtype).to(Run.Input.device);
    }

    /// <summary>The score of the clean image.</summary>
    public double Score => _evidence.Score(_target);

    /// <summary>
    /// The score of the clean image in the units of <see cref="ScoresOf"/>, <see cref="ScoresUnderMasks(Tensor)"/> and
    /// <see cref="ScoresWithoutWindows"/>: the same, but for things that a detector found, which other candidates may show in a changed
    /// image. Of those it is the likeness to what was found.
    /// </summary>
    public double ScoreAsChanged => _evidence.ScoreAsChanged(_target);

    /// <summary>How many samples a method takes.</summary>
    public int SampleCount => Run.Settings.SamplesOf(_method);

    /// <summary>
    /// The score with each channel of the layer set to 0 where it lies on the picture, <c>[C]</c>: a pass a channel, from this layer on.
    /// </summary>
    public Tensor ScoresWithoutChannel() => _evidence.Changed(_method.Name, _tap, passes => passes.ScoresWithoutChannel())[_target];

    /// <summary>
    /// The score of the image under each mask <c>[C, h, w]</c>, resized to the image (bilinear): <c>[C]</c>, a whole pass for each
    /// mask that no other is the same as.
    /// </summary>
    public Tensor ScoresUnderMasks(Tensor masks) => ScoresUnderMasks(masks, 1, (_, mask) => mask);

    /// <summary>The mean of that over some rounds, each of which changes the resized masks in its way.</summary>
    /// <param name="masks"><c>[C, h, w]</c>.</param>
    /// <param name="rounds">How many.</param>
    /// <param name="change">What is done in a round to resized masks <c>[n, H, W]</c>; channels come in order.</param>
    /// <param name="ofEach">Whether that is something of its own for each channel; else masks that are the same have one pass.</param>
    public Tensor ScoresUnderMasks(Tensor masks, int rounds, Func<int, Tensor, Tensor> change, bool ofEach = false) =>
        _evidence.Changed(_method.Name, _tap, passes => passes.ScoresUnderMasks(masks, rounds, change, ofEach))[_target];

    /// <summary>
    /// Seeded noise for the resized masks of all channels, the same whatever the batch size. It is the caller's to dispose.
    /// </summary>
    public ChannelNoise DrawMaskNoise() => new(Run.Settings.Seed, Activations.shape[0], Run.Input.shape[2], Run.Input.shape[3]);

    /// <summary>The score with one window of the picture covered at a time, <c>[windows]</c>, row by row: a pass a window.</summary>
    public Tensor ScoresWithoutWindows() => _evidence.Changed(_method.Name, _tap, passes => passes.ScoresWithoutWindows(Windows))[_target];

    /// <summary>The mean, at each pixel, of the numbers <c>[windows]</c> of the windows that cover it, <c>[H, W]</c>.</summary>
    public Tensor MeanOverWindows(Tensor numbers) => Windows.MeanOver(numbers);

    /// <summary>
    /// The sum, over pictures made of this one, of the score's gradients at the input, <c>[C, H, W]</c>: a pass there and back for each.
    /// </summary>
    /// <param name="count">How many pictures.</param>
    /// <param name="pictures">Makes so many of them from one on, <c>[n, C, H, W]</c>; it is asked for them in order.</param>
    /// <param name="each">What is done to the gradients <c>[n, C, H, W]</c> from one on before they are added up.</param>
    public Tensor SumOfGradients(int count, Func<int, int, Tensor> pictures, Func<int, Tensor, Tensor> each) =>
        _evidence.SumOfGradients(_method.Name, _target, count, pictures, each);

    /// <summary>The score's gradient at the input by the rules of guided backpropagation, <c>[C, H, W]</c>.</summary>
    public Tensor GuidedGradients => _evidence.GuidedGradients(_target);

    /// <summary>The score of pictures made of this one, <c>[count]</c>: a pass for each.</summary>
    /// <param name="count">How many pictures.</param>
    /// <param name="pictures">Makes so many of them from one on, <c>[n, C, H, W]</c>; it is asked for them in order.</param>
    /// <param name="probabilities">Whether probabilities, where the model has some, in place of logits.</param>
    public Tensor ScoresOf(int count, Func<int, int, Tensor> pictures, bool probabilities) =>
        _evidence.Changed(_method.Name, _tap, passes => passes.ScoresOf(count, pictures, probabilities))[_target];

    /// <summary>
    /// The score of changed outputs of this layer, <c>[count]</c>: only what follows it runs. A class token stays as it is.
    /// </summary>
    /// <param name="count">How many.</param>
    /// <param name="change">
    /// Makes so many of them from one on, <c>[n, C, H, W]</c>, of the clean one, <c>[1, C, H, W]</c>; it is asked for them in order.
    /// </param>
    /// <param name="averages">
    /// Makes the averages of their channels, <c>[n, C, 1, 1]</c>: where the network takes nothing else of the layer, they are enough.
    /// </param>
    /// <param name="probabilities">Whether probabilities, where the model has some, in place of logits.</param>
    public Tensor ScoresOfOutputs(
        int count, Func<int, int, Tensor, Tensor> change, Func<int, int, Tensor, Tensor> averages, bool probabilities) =>
        _evidence.Changed(_method.Name, _tap, passes => passes.ScoresOfOutputs(count, change, averages, probabilities))[_target];

    /// <summary>The same of several nodes whose outputs change alike, wherever they are; their places are those of this layer.</summary>
    internal Tensor ScoresOfOutputs(IReadOnlyList<Node> nodes, int count, Func<int, int, Tensor, Tensor> change, bool probabilities) =>
        _evidence.Changed(_method.Name, _tap, passes => passes.ScoresOfOutputs(nodes, count, change, probabilities))[_target];

    /// <summary>
    /// How much the score of the layer's mean token rises with the attention that each place gets in the block before it, <c>[H, W]</c>.
    /// </summary>
    public Tensor RisesWithAttention() => _evidence.RisesWithAttention(_target, _tap);

    /// <summary>The normalised tokens in front of the attention of this layer's block.</summary>
    internal Node FrontOfAttention => Attentions.NormBefore(Run.Network, Run.Taps[_tap])!;

    /// <summary>A generator of noise that starts with the explanation's seed. It is the caller's to dispose.</summary>
    public Generator Noise() => new((ulong)Run.Settings.Seed, CPU);

    /// <summary>The standard deviation of noise on the input.</summary>
    public double NoiseStd => Run.Settings.NoiseStd;

    /// <summary>
    /// Channels to one map, <c>[C, H, W]</c> to <c>[H, W]</c>: their sum, the last step of every weighted map; with eigen smoothing the
    /// first principal component instead, as in pytorch-grad-cam, which leaves out what only few channels say. NaN counts as 0.
    /// </summary>
    public Tensor Merge(Tensor weighted)
    {
        if (_eigen)
        {
            return PrincipalComponent.Of(weighted);
        }
        // Looked for where there is least to look through: a sum shows the NaN that is in it.
        Tensor sum = weighted.sum(dim: 0);
        return sum.isnan().any().item<bool>() ? where(weighted.isnan(), zeros_like(weighted), weighted).sum(dim: 0) : sum;
    }

    /// <summary>The same of ReLU(<paramref name="weights"/>) · <see cref="Activations"/>, which need not be made first.</summary>
    /// <param name="weights">One for every place of every channel, <c>[C, H, W]</c>.</param>
    public Tensor MergePositive(Tensor weights)
    {
        Tensor? sum = _eigen ? null : PositiveSum.Of(weights, Activations);
        return sum is null || sum.isnan().any().item<bool>() ? Merge(weights.relu().mul_(Activations)) : sum;
    }

    private WindowGrid Windows => WindowGrid.Of(Run.Settings, (Run.Input.shape[2], Run.Input.shape[3]));

    private PictureRun Run => _evidence.Run;
}
