using EasyExplain.Networks.Operators;
using TorchSharp;
using static TorchSharp.torch;
using TensorModule = TorchSharp.torch.nn.Module<TorchSharp.torch.Tensor, TorchSharp.torch.Tensor>;

namespace EasyExplain.Networks.Engines.Modules;

/// <summary>
/// Runs a user's own TorchSharp module as it is: what it does between its layers is unknown, so it is looked at, and changed, through
/// forward hooks. It always runs as a whole, from the input on, one run at a time, since hooks are part of it.
/// </summary>
/// <param name="network">Names its layers; see <see cref="ModuleNetwork"/>. The module and its weights stay the user's.</param>
internal sealed class ModuleRunner(Network network) : Runner
{
    private readonly TensorModule _module =
        ((ModuleOutput)(network.Output.Operator is BothSigns ? network.Output.Inputs[0] : network.Output).Operator).Module;

    private readonly Dictionary<Node, TensorModule> _layers = network.Nodes.Where(node => node.Operator is ModuleOutput)
        .ToDictionary(node => node, node => ((ModuleOutput)node.Operator).Module);

    /// <inheritdoc/>
    public override Pass Run(
        Network network, Tensor input, IReadOnlyList<Node> taps, bool track, CancellationToken cancel = default, bool curved = false) =>
        Run(network, input, taps, new Dictionary<Node, Tensor>(), track, cancel);

    /// <inheritdoc/>
    public override Tensor RunPart(
        Network network, IReadOnlyList<Node> nodes, IReadOnlyDictionary<Node, Tensor> given, CancellationToken cancel)
    {
        Dictionary<Node, Tensor> replaced = given.Where(output => output.Key != network.Input).ToDictionary();
        return Run(network, given[network.Input], [], replaced, track: false, cancel).Logits;
    }

    private Pass Run(
        Network run, Tensor input, IReadOnlyList<Node> taps, IReadOnlyDictionary<Node, Tensor> replaced, bool track,
        CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        Pass pass = Run(input, run.Input, taps, replaced, track);
        using IDisposable recorded = track ? enable_grad() : no_grad();
        return run.Output.Operator is BothSigns both ? pass with { Logits = both.Run([pass.Logits]) } : pass;
    }

    /// <param name="input"><c>[N, C, H, W]</c>.</param>
    /// <param name="inputNode">The node that stands for it.</param>
    /// <param name="taps">The nodes to keep; of a layer that runs several times, its last output.</param>
    /// <param name="replaced">Outputs to go on with in place of what a layer makes.</param>
    /// <param name="track">Whether autograd follows from the first tap on.</param>
    private Pass Run(Tensor input, Node inputNode, IReadOnlyList<Node> taps, IReadOnlyDictionary<Node, Tensor> replaced, bool track)
    {
        lock (_module)
        {
            using DisposeScope scope = NewDisposeScope();
            using IDisposable untracked = no_grad();
            var kept = new Dictionary<Node, Tensor>();
            var hooks = new List<Action>();
            IDisposable? tracked = null;
            Tensor Keep(Node node, Tensor output)
            {
                Tensor mine = track && !output.requires_grad ? output.detach().requires_grad_(true) : output.alias();
                // The module's own scopes must not free it, and what comes after must not write over it.
                kept[node] = mine.DetachFromDisposeScope();
                tracked ??= track ? enable_grad() : null;
                return mine.alias();
            }

            try
            {
                foreach (Node node in taps.Concat(replaced.Keys).Distinct().Where(node => node != inputNode))
                {
                    var hook = _layers[node].register_forward_hook((_, _, output) =>
                    {
                        Tensor made = replaced.TryGetValue(node, out Tensor? other) ? other.alias() : output;
                        return taps.Contains(node) ? Keep(node, made) : made;
                    });
                    hooks.Add(hook.remove);
                }
                Tensor logits = _module.call(taps.Contains(inputNode) ? Keep(inputNode, input) : input.alias());
                scope.Attach(kept.Values);
                return new Pass(logits.MoveToOuterDisposeScope(), [.. taps.Select(tap => kept[tap].MoveToOuterDisposeScope())]);
            }
            finally
            {
                hooks.ForEach(remove => remove());
                tracked?.Dispose();
            }
        }
    }
}
