using EasyExplain.Networks;
using static TorchSharp.torch;

namespace EasyExplain.Explanation;

/// <summary>The noise that smoothing methods add to the normalised input.</summary>
/// <param name="SampleCount">How many noisy copies.</param>
/// <param name="Std">The standard deviation, in units of the normalised input.</param>
/// <param name="Seed">Starts the generator; the same seed draws the same noise whatever the batch size.</param>
/// <param name="BatchSize">How many copies run at a time: memory grows with it, results do not change beyond rounding.</param>
public sealed record Noise(int SampleCount, double Std, long Seed, int BatchSize);

/// <summary>One picture's way through a network, and what is needed to send it there again.</summary>
/// <param name="Network">The network.</param>
/// <param name="Input">The picture, normalised, <c>[1, C, H, W]</c>.</param>
/// <param name="Taps">The nodes to look at.</param>
/// <param name="Biased">The nodes whose biases are looked at too; none but for FullGrad.</param>
/// <param name="Pass">What the network made of the picture, with the outputs of <paramref name="Taps"/>, then of <paramref name="Biased"/>.</param>
/// <param name="Noise">For methods that draw some.</param>
/// <param name="Progress">Is told after each batch of further passes how many are done, of how many.</param>
/// <param name="Cancel">Stops whatever runs.</param>
internal sealed record PictureRun(
    Network Network, Tensor Input, IReadOnlyList<Node> Taps, IReadOnlyList<Node> Biased, Pass Pass, Noise Noise, Action<int, int>? Progress, CancellationToken Cancel)
{
    /// <summary>Each tap's output, <c>[C, H, W]</c>.</summary>
    public IReadOnlyList<Tensor> Activations { get; } = [.. Taps.Zip(Pass.Taps, (tap, output) => tap.Layout!.ToMap(output).detach()[0])];
}
