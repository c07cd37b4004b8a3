using EasyExplain.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Benchmarks;

/// <summary>
/// Yardstick (b): what torch-cam (frgfm/torch-cam, torchcam/methods/core.py and gradient.py, read in 2026) does for one picture, on this
/// libtorch.
/// </summary>
/// <remarks>
/// Taken over in behaviour: the network runs as it is, recorded by autograd from the input on; hooks keep the layers' outputs; the class is
/// the one with the highest score; one call of autograd.grad gives the gradients of its score in those outputs, which ends at the earliest
/// of the layers (up to torch-cam 0.4 it was loss.backward(), which went on to the input); maps are nansum over channels, ReLU, min-max
/// with eps 1e-8 in place; several are put through tanh(2·map), resized to the largest (bilinear) and fused by their maximum. Smooth
/// Grad-CAM++ runs the clean picture (recorded, as its hooks are on), then one noisy sample after the other, forward and backward. Weights
/// ask for no gradients, which is the faster of the two ways in which the library is used.
/// </remarks>
internal sealed class TorchCam(Subject subject, IReadOnlyList<string> layers)
{
    private const double Eps = 1e-8;
    private readonly Lazy<Node[]> _layers = new(() => [.. layers.Select(layer => subject.Model.Network.Find(layer)!.Node)]);

    /// <summary>LayerCAM.</summary>
    public IDisposable? LayerCam() => LayerCam(subject.Input);

    /// <summary>LayerCAM of a picture <c>[1, 3, H, W]</c>: the map, or the fused one, <c>[1, h, w]</c>.</summary>
    public Tensor LayerCam(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        var (logits, activations) = Forward(input);
        Tensor[] gradients = Gradients(logits, Predicted(logits), activations);
        using IDisposable untracked = no_grad();
        return Fuse([.. gradients.Zip(activations, (gradient, activation) => Map(gradient.relu(), activation))]).MoveToOuterDisposeScope();
    }

    /// <summary>Smooth Grad-CAM++ with the library's defaults: 4 samples, standard deviation 0.3.</summary>
    public IDisposable? SmoothGradCamPlusPlus()
    {
        const int Samples = 4;
        const double Std = 0.3;
        using DisposeScope scope = NewDisposeScope();
        var (logits, clean) = Forward(subject.Input);
        long predicted = Predicted(logits);
        Tensor[] second = [.. clean.Select(output => zeros_like(output))], third = [.. second.Select(sum => sum.clone())], last = [];
        for (int sample = 0; sample < Samples; sample++)
        {
            var (noisyLogits, noisy) = Forward(subject.Input + randn(subject.Input.shape) * Std);
            last = Gradients(noisyLogits, predicted, noisy);
            using IDisposable untracked = no_grad();
            for (int layer = 0; layer < last.Length; layer++)
            {
                second[layer].add_(last[layer].pow(2));
                third[layer].add_(last[layer].pow(3));
            }
        }
        using IDisposable noLonger = no_grad();
        Fuse([.. clean.Select((activation, layer) =>
        {
            Tensor d2 = second[layer].div_(Samples), d3 = third[layer].div_(Samples);
            Tensor alpha = d2 / (2 * d2 + (d3 * activation).flatten(2).sum(-1)[.., .., TensorIndex.None, TensorIndex.None] + Eps);
            Tensor weights = alpha.mul_(last[layer].relu()).flatten(2).sum(-1);
            return Map(weights[.., .., TensorIndex.None, TensorIndex.None], activation);
        })]);
        return null;
    }

    private (Tensor Logits, Tensor[] Activations) Forward(Tensor input)
    {
        Network network = subject.Model.Network;
        // The input as the first tap: autograd follows from there on.
        Pass pass = Executor.Run(network, input, [network.Input, .. _layers.Value], track: true);
        return (pass.Logits, [.. pass.Taps.Skip(1)]);
    }

    private static long Predicted(Tensor logits) => logits.squeeze(0).argmax().item<long>();

    private static Tensor[] Gradients(Tensor logits, long @class, Tensor[] outputs) =>
        [.. autograd.grad([logits.select(1, @class).sum()], outputs)];

    private static Tensor Map(Tensor weights, Tensor activation)
    {
        Tensor weighted = weights * activation.detach();
        // nansum, which TorchSharp has for a whole tensor only
        Tensor map = where(weighted.isnan(), zeros_like(weighted), weighted).sum(dim: 1).relu_();
        map.sub_(map.flatten(1).min(-1).values[.., TensorIndex.None, TensorIndex.None]);
        return map.div_(map.flatten(1).max(-1).values[.., TensorIndex.None, TensorIndex.None] + Eps);
    }

    private static Tensor Fuse(Tensor[] maps)
    {
        if (maps.Length == 1)
        {
            return maps[0];
        }
        long[] size = [maps.Max(map => map.shape[1]), maps.Max(map => map.shape[2])];
        return stack(maps.Select(map =>
            nn.functional.interpolate((2 * map).tanh().unsqueeze(1), size, mode: InterpolationMode.Bilinear, align_corners: false)))
            .max(0).values.squeeze(1);
    }
}
