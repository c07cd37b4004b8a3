using EasyExplain.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Benchmarks;

/// <summary>
/// Yardstick (b): what pytorch-grad-cam (jacobgil/pytorch-grad-cam, base_cam.py, activations_and_gradients.py, layer_cam.py and
/// utils/image.py, read in 2026) does for one picture, on this libtorch.
/// </summary>
/// <remarks>
/// Taken over in behaviour: the network runs as it is, recorded by autograd from the input on; hooks keep the layers' outputs and
/// gradients; the class is the one with the highest score; loss.backward() goes all the way to the input; each map is the sum over
/// channels, ReLU, min-max with eps 1e-7, resized to the input (bilinear); several are averaged and scaled again. Its map arithmetic is
/// NumPy's and OpenCV's, here it is libtorch's, which is no slower. Weights ask for no gradients; where a user leaves them on, as they are
/// after loading, it takes longer.
/// </remarks>
internal sealed class PyTorchGradCam(Subject subject, IReadOnlyList<string> layers)
{
    private const double Eps = 1e-7;
    private readonly Lazy<Node[]> _layers = new(() => [.. layers.Select(layer => subject.Model.Network.Find(layer)!.Node)]);

    /// <summary>LayerCAM.</summary>
    public IDisposable? LayerCam()
    {
        using DisposeScope scope = NewDisposeScope();
        Network network = subject.Model.Network;
        // The input as the first tap: autograd follows from there on, and back to there.
        Pass pass = Executor.Run(network, subject.Input, [network.Input, .. _layers.Value], track: true);
        long predicted = pass.Logits.argmax(-1).item<long>();
        IList<Tensor> gradients = autograd.grad([pass.Logits[0, predicted]], [.. pass.Taps], retain_graph: true);
        using IDisposable untracked = no_grad();
        Tensor[] maps = [.. pass.Taps.Zip(gradients).Skip(1)
            .Select(layer => ToInputSize(Scale((layer.Second.relu() * layer.First.detach()).sum(dim: 1).relu())))];
        Scale(cat(maps, 1).relu().mean([1]));
        return null;
    }

    private static Tensor Scale(Tensor map)
    {
        Tensor above = map - map.min();
        return above / (Eps + above.max());
    }

    private Tensor ToInputSize(Tensor map) => nn.functional.interpolate(
        map.unsqueeze(1), [.. subject.Input.shape.Skip(2)], mode: InterpolationMode.Bilinear, align_corners: false);
}
