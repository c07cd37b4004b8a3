using TorchSharp;
using static TorchSharp.torch;
using TensorModule = TorchSharp.torch.nn.Module<TorchSharp.torch.Tensor, TorchSharp.torch.Tensor>;

namespace EasyExplain.Networks.Engines.Modules;

/// <summary>
/// A user's own TorchSharp module, run as it is: what it does between its layers is unknown, so it is looked at, and changed, through
/// forward hooks. The module and its weights stay the user's.
/// </summary>
/// <param name="module">The module; one run at a time, since hooks are part of it.</param>
/// <param name="layers">Its submodules by their nodes.</param>
internal sealed class TorchModule(TensorModule module, IReadOnlyDictionary<Node, TensorModule> layers)
{
    /// <summary>Runs it on <paramref name="input"/> and keeps the outputs of <paramref name="taps"/>; see <see cref="Executor"/>.</summary>
    /// <param name="input"><c>[N, C, H, W]</c>.</param>
    /// <param name="inputNode">The node that stands for it.</param>
    /// <param name="taps">The nodes to keep; of a layer that runs several times, its last output.</param>
    /// <param name="replaced">Outputs to go on with in place of what a layer makes.</param>
    /// <param name="track">Whether autograd follows from the first tap on.</param>
    public Pass Run(Tensor input, Node inputNode, IReadOnlyList<Node> taps, IReadOnlyDictionary<Node, Tensor> replaced, bool track)
    {
        lock (module)
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
                    var hook = layers[node].register_forward_hook((_, _, output) =>
                    {
                        Tensor made = replaced.TryGetValue(node, out Tensor? other) ? other.alias() : output;
                        return taps.Contains(node) ? Keep(node, made) : made;
                    });
                    hooks.Add(hook.remove);
                }
                Tensor logits = module.call(taps.Contains(inputNode) ? Keep(inputNode, input) : input.alias());
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
