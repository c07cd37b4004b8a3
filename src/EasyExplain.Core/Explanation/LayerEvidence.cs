using static TorchSharp.torch;

namespace EasyExplain.Explanation;

/// <summary>What a method has to work with at one layer; each quantity is computed for all layers at once, when first asked for.</summary>
public sealed class LayerEvidence
{
    private readonly ClassEvidence _evidence;
    private readonly int _index;

    internal LayerEvidence(ClassEvidence evidence, int index) => (_evidence, _index) = (evidence, index);

    /// <summary>The layer's output for the clean image, <c>[C, H, W]</c>.</summary>
    public Tensor Activations => _evidence.Activations[_index];

    /// <summary>The gradient of the class score (the logit) with respect to <see cref="Activations"/>, <c>[C, H, W]</c>.</summary>
    public Tensor Gradients => _evidence.Gradients[_index];

    /// <summary>The mean over the noisy copies of the image of the gradient raised to <paramref name="power"/> (1, 2 or 3), <c>[C, H, W]</c>.</summary>
    public Tensor MeanNoisyGradient(int power) => _evidence.NoisyMoments[_index][power - 1];

    /// <summary>H·v, with the Hessian H of the class score in <see cref="Activations"/> and v of their shape, <c>[C, H, W]</c>.</summary>
    public Tensor HessianTimes(Tensor vector) => _evidence.HessianTimes(_index, vector);

    /// <summary>The class's weights in the last layer, <c>[C]</c>, where that reads the global averages of this layer (see <see cref="Methods.CamMethod.Misfit"/>).</summary>
    public Tensor ClassWeights => _evidence.ClassWeights(_index);

    /// <summary>Numbers in [0, 1), drawn from the explanation's seed.</summary>
    public Tensor Random(params long[] shape) => _evidence.Random(shape);

    /// <summary>The class score (the logit) of the clean image.</summary>
    public double Score => _evidence.Score;

    /// <summary>How many samples a method takes.</summary>
    public int SampleCount => _evidence.Noise.SampleCount;

    /// <summary>The class score with each channel of the layer set to 0 where it lies on the picture, <c>[C]</c>: a pass a channel, from this layer on.</summary>
    public Tensor ScoresWithoutChannel() => _evidence.Changed(_index).ScoresWithoutChannel();

    /// <summary>The class score of the image under each mask <c>[C, h, w]</c>, resized to the image (bilinear): <c>[C]</c>, a whole pass a mask.</summary>
    public Tensor ScoresUnderMasks(Tensor masks) => ScoresUnderMasks(masks, 1, (_, mask) => mask);

    /// <summary>The mean of that over some rounds, each of which changes the resized masks <c>[n, H, W]</c> in its way; channels come in order.</summary>
    public Tensor ScoresUnderMasks(Tensor masks, int rounds, Func<int, Tensor, Tensor> change) => _evidence.Changed(_index).ScoresUnderMasks(masks, rounds, change);

    /// <summary>Seeded noise for the resized masks of all channels, the same whatever the batch size. It is the caller's to dispose.</summary>
    public ChannelNoise DrawMaskNoise() =>
        new(_evidence.Noise.Seed, Activations.shape[0], _evidence.InputSize.Height, _evidence.InputSize.Width);
}
