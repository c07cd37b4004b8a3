using EasyExplain.Detectors;
using EasyExplain.Networks;
using EasyExplain.Networks.Engines;
using EasyExplain.Runtime;
using static TorchSharp.torch;

namespace EasyExplain.Explanation;

/// <summary>One picture's way through a network, and what is needed to send it there again.</summary>
/// <param name="Network">The network.</param>
/// <param name="Input">The picture, normalised, <c>[1, C, H, W]</c>.</param>
/// <param name="Taps">The nodes to look at.</param>
/// <param name="Biased">The nodes whose biases are looked at too; none but for FullGrad.</param>
/// <param name="Pass">
/// What the network made of the picture, with the outputs of <paramref name="Taps"/>, then of <paramref name="Biased"/>.
/// </param>
/// <param name="Settings">For methods that heed them.</param>
/// <param name="Progress">Is told after each batch of further passes how many are done, of how many.</param>
/// <param name="Cancel">Stops whatever runs.</param>
internal sealed record PictureRun(
    Network Network, Tensor Input, IReadOnlyList<Node> Taps, IReadOnlyList<Node> Biased, Pass Pass, MethodSettings Settings,
    Action<int, int>? Progress,
    CancellationToken Cancel)
{
    // Operators have inner tensors too (the attention of all pairs of tokens, a convolution's workspace), and a way back has gradients:
    // about as much as their outputs.
    private const long WithInnerTensors = 2;

    /// <summary>What sends it there again.</summary>
    public Runner Runner { get; init; } = Runner.Libtorch;

    /// <summary>What makes probabilities of the logits.</summary>
    public Activation Activation { get; init; }

    /// <summary>How the output of a detector is read; null of any other network.</summary>
    public DetectorHead? Detector { get; init; }

    /// <summary>Probabilities in place of what the network made of pictures, in the same places.</summary>
    public Tensor ProbabilitiesOf(Tensor made) => Detector?.WithProbabilities(made) ?? Activation.Of(made);

    /// <summary>The way back of its relevance to the taps; null where no method asks for it.</summary>
    public PictureRelevance? Relevance { get; init; }

    /// <summary>Each tap's output, <c>[C, H, W]</c>.</summary>
    public IReadOnlyList<Tensor> Activations { get; } = [.. Taps.Zip(Pass.Taps, (tap, output) => tap.Layout!.ToMap(output).detach()[0])];

    /// <summary>How many pictures to run at a time: as many as asked for, if they fit into memory.</summary>
    /// <param name="track">Whether the way back needs everything that was made on the way forward.</param>
    public int FittingBatch(bool track) => FittingBatch(Network, [.. Input.shape.Skip(1)], track, Settings.BatchSize);

    /// <summary>The same of a network and an input <c>[C, H, W]</c>, with at most so many.</summary>
    public static int FittingBatch(Network network, long[] input, bool track, int most)
    {
        if (network.OnePicture)
        {
            return 1;
        }
        IReadOnlyDictionary<Node, long[]> shapes = network.Shapes(input);
        long numbersEach = track ? shapes.Values.Sum(shape => shape.Aggregate(1L, (product, size) => product * size))
            : Executor.MostNumbersAlive(network, shapes);
        return (int)Math.Clamp(MemoryBudget.Bytes / (WithInnerTensors * sizeof(float) * numbersEach), 1, most);
    }
}
