using EasyExplain.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Explanation;

/// <summary>The noise that smoothing methods add to the normalised input.</summary>
/// <param name="SampleCount">How many noisy copies.</param>
/// <param name="Std">The standard deviation, in units of the normalised input.</param>
/// <param name="Seed">Starts the generator; the same seed draws the same noise whatever the batch size.</param>
/// <param name="BatchSize">How many copies run at a time: memory grows with it, results do not change beyond rounding.</param>
public sealed record Noise(int SampleCount, double Std, long Seed, int BatchSize);

/// <summary>All layers' evidence for one class of one image: from one forward pass and, if asked for, one backward pass.</summary>
/// <remarks>Its tensors belong to the dispose scope in which they are first asked for; keep one scope open while it is used.</remarks>
internal sealed class ClassEvidence(
    Network network, Tensor input, Pass clean, IReadOnlyList<Node> taps, long @class, Noise noise, Action<int, int>? progress, CancellationToken cancel)
{
    private const int Powers = 3;
    private IReadOnlyList<Tensor>? _gradients;
    private IReadOnlyList<Tensor>? _curvedGradients; // as the operators have them, and recorded themselves
    private IReadOnlyList<Tensor[]>? _noisyMoments;

    /// <summary>Each layer's output for the clean image, <c>[C, H, W]</c>.</summary>
    public IReadOnlyList<Tensor> Activations { get; } = [.. AsMaps(clean.Taps, taps).Select(output => output.detach()[0])];

    /// <summary>The gradients of the class score with respect to them.</summary>
    public IReadOnlyList<Tensor> Gradients => _gradients ??= [.. ScoreGradients(clean).Select(gradient => gradient[0])];

    /// <summary>For each layer the means over the noisy copies of g, g² and g³.</summary>
    public IReadOnlyList<Tensor[]> NoisyMoments => _noisyMoments ??= MeasureNoise();

    /// <summary>H·v at one layer, with the Hessian H of the class score in the layer's output; v and the result are <c>[C, H, W]</c>.</summary>
    public Tensor HessianTimes(int index, Tensor vector)
    {
        using IDisposable recorded = enable_grad();
        _curvedGradients ??= [.. autograd.grad([clean.Logits[0, @class]], [.. clean.Taps], retain_graph: true, create_graph: true)];
        Tensor product = (AsMap(_curvedGradients[index], index) * vector).sum();
        // Where nothing curved follows, the gradient is a constant or depends on other layers alone, and libtorch would rather end the
        // process than say 0.
        return product.requires_grad && autograd.grad([product], [clean.Taps[index]], retain_graph: true, allow_unused: true)[0] is { IsInvalid: false } change
            ? AsMap(change, index).detach()
            : zeros_like(vector);
    }

    /// <summary>The class's weights in the last layer, <c>[C]</c>, where that reads the averages of this one.</summary>
    public Tensor ClassWeights(int index) => network.AveragedInto(taps[index])!.Weight.Value[@class];

    /// <summary>Numbers in [0, 1) that depend on the seed and the shape alone.</summary>
    public Tensor Random(long[] shape)
    {
        using var generator = new Generator((ulong)noise.Seed, CPU);
        return rand(shape, generator: generator).to(input.device);
    }

    /// <summary>The class score (the logit) of the clean image.</summary>
    public double Score => clean.Logits.detach()[0, @class].item<float>();

    /// <summary>How many samples a method takes, and the noise of those that draw some.</summary>
    public Noise Noise => noise;

    /// <summary>Height and width of the input.</summary>
    public (long Height, long Width) InputSize => (input.shape[2], input.shape[3]);

    /// <summary>Runs the image again with something changed for each channel of a layer.</summary>
    public ChangedPasses Changed(int layer) => new(network, input, taps[layer], clean.Taps[layer].detach(), @class, noise.BatchSize, progress, cancel);

    /// <summary>The gradients of the summed class score; images of a batch do not see each other, so each gets its own.</summary>
    private IReadOnlyList<Tensor> ScoreGradients(Pass pass)
    {
        // The graph is kept: the same pass may be asked about another class.
        using Tensor score = pass.Logits[TensorIndex.Colon, @class].sum();
        if (!score.requires_grad)
        {
            throw new InvalidOperationException("Nothing was recorded on the way forward: a method that asks for gradients must say that it uses them.");
        }
        return AsMaps(autograd.grad([score], [.. pass.Taps], retain_graph: true), taps);
    }

    /// <summary>What lies on the picture as a node's output does, seen as <c>[N, C, H, W]</c>.</summary>
    private static IReadOnlyList<Tensor> AsMaps(IEnumerable<Tensor> outputs, IEnumerable<Node> nodes) =>
        [.. outputs.Zip(nodes, (output, node) => node.Layout!.ToMap(output))];

    private Tensor AsMap(Tensor output, int index) => taps[index].Layout!.ToMap(output)[0];

    private IReadOnlyList<Tensor[]> MeasureNoise()
    {
        Tensor[][] sums = [.. Activations.Select(activation => Enumerable.Range(0, Powers).Select(_ => zeros_like(activation)).ToArray())];
        using var generator = new Generator((ulong)noise.Seed, CPU);
        for (int done = 0; done < noise.SampleCount; done += noise.BatchSize)
        {
            using DisposeScope scope = NewDisposeScope();
            int count = Math.Min(noise.BatchSize, noise.SampleCount - done);
            // Drawn one by one: so the numbers are those of one sample after the other.
            Tensor[] draws = [.. Enumerable.Range(0, count).Select(_ => randn(input.shape, generator: generator) * noise.Std)];
            Tensor noisy = input + cat(draws, 0).to(input.device);
            IReadOnlyList<Tensor> gradients = ScoreGradients(Executor.Run(network, noisy, taps, track: true, cancel));
            for (int layer = 0; layer < gradients.Count; layer++)
            {
                for (int power = 1; power <= Powers; power++)
                {
                    sums[layer][power - 1].add_(gradients[layer].pow(power).sum(dim: 0));
                }
            }
        }
        return [.. sums.Select(powers => powers.Select(sum => sum / noise.SampleCount).ToArray())];
    }
}
