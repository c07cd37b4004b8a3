using EasyExplain.Networks;
using EasyExplain.Networks.Rewrites;
using EasyExplain.Runtime;
using TorchSharp;
using static EasyExplain.Runtime.HeldNumbers;
using static TorchSharp.torch;

namespace EasyExplain.Explanation;

/// <summary>
/// What speaks at all layers of one picture for some targets, such as the logits of several classes: one backward pass a target, and
/// whatever takes further passes forward is run once for all of them.
/// </summary>
/// <param name="run">The picture's way through the network.</param>
/// <param name="targets">What is explained.</param>
/// <param name="kept">Owns what is found out, whatever scope it is asked for in.</param>
internal sealed class ScoreEvidence(PictureRun run, IReadOnlyList<Target> targets, DisposeScope kept)
{
    private const int Powers = 3;
    private readonly IReadOnlyList<Tensor>?[] _gradients = new IReadOnlyList<Tensor>?[targets.Count];
    // as operators have them, and recorded themselves
    private readonly IReadOnlyList<Tensor>?[] _curvedGradients = new IReadOnlyList<Tensor>?[targets.Count];
    private readonly IReadOnlyList<Tensor>?[] _relevance = new IReadOnlyList<Tensor>?[targets.Count];
    private readonly Dictionary<(string Method, int Tap), Tensor> _changed = [];
    private readonly Dictionary<string, Tensor[]> _gradientSums = []; // by method; then by target
    private readonly Tensor?[] _guided = new Tensor?[targets.Count];
    private NodewisePass? _nodewise;
    private readonly Dictionary<int, Tensor[][][]> _noisyMoments = []; // by number of samples; then by target, tap and power

    /// <summary>The picture's way through the network.</summary>
    public PictureRun Run => run;

    /// <summary>What is explained.</summary>
    public IReadOnlyList<Target> Targets => targets;

    /// <summary>A target's number for the picture.</summary>
    public double Score(int target) => targets[target].Of(run.Pass.Logits.detach()).to(float64).item<double>();

    /// <summary>The same as changed pictures are scored (<see cref="Target.OfChangedPicture"/>).</summary>
    public double ScoreAsChanged(int target) =>
        (targets[target].OfChangedPicture ?? targets[target]).Of(run.Pass.Logits.detach()).to(float64).item<double>();

    /// <summary>
    /// The gradients of a target with respect to the taps' outputs, then to those of the biased nodes, <c>[C, H, W]</c> each.
    /// </summary>
    public IReadOnlyList<Tensor> Gradients(int target) => _gradients[target] ??=
        [.. ScoreGradients(run.Pass, [.. run.Taps, .. run.Biased], target).Select(gradient => Keep(gradient[0]))];

    /// <summary>The same where somebody has asked for them; else null.</summary>
    public IReadOnlyList<Tensor>? KnownGradients(int target) => _gradients[target];

    /// <summary>The relevance of the taps' outputs for a target, <c>[C, H, W]</c> each.</summary>
    public IReadOnlyList<Tensor> Relevance(int target) => _relevance[target] ??=
        [.. run.Relevance!.Of(targets[target]).Zip(run.Taps, (relevance, tap) => Keep(tap.Layout!.ToMap(relevance)[0]))];

    /// <summary>For each tap the means over so many noisy copies of g, g² and g³.</summary>
    public IReadOnlyList<Tensor[]> NoisyMoments(int target, int sampleCount)
    {
        if (!_noisyMoments.TryGetValue(sampleCount, out Tensor[][][]? known))
        {
            known = _noisyMoments[sampleCount] = MeasureNoise(sampleCount);
        }
        return known[target];
    }

    /// <summary>
    /// The sum of a target's gradients at the input, <c>[C, H, W]</c>, over pictures made of this one: run when a method first asks.
    /// </summary>
    /// <param name="method">Who asks: the passes are run once for all targets.</param>
    /// <param name="target">Which target.</param>
    /// <param name="count">How many pictures.</param>
    /// <param name="pictures">Makes so many of them from one on, <c>[n, C, H, W]</c>; it is asked for them in order.</param>
    /// <param name="each">What is done to the gradients of the pictures from one on, <c>[n, C, H, W]</c>, before they are added up.</param>
    public Tensor SumOfGradients(
        string method, int target, int count, Func<int, int, Tensor> pictures, Func<int, Tensor, Tensor> each)
    {
        if (!_gradientSums.TryGetValue(method, out Tensor[]? known))
        {
            known = _gradientSums[method] = [.. targets.Select(_ => Keep(zeros_like(run.Input[0])))];
            int batch = run.FittingBatch(track: true);
            for (int first = 0; first < count; first += batch)
            {
                run.Cancel.ThrowIfCancellationRequested();
                using DisposeScope scope = NewDisposeScope();
                int some = Math.Min(batch, count - first);
                Pass pass = run.Runner.Run(run.Network, pictures(first, some), [run.Network.Input], track: true, run.Cancel);
                foreach (var (sum, index) in known.Select((sum, index) => (sum, index)))
                {
                    sum.PlusInPlace(each(first, ScoreGradients(pass, [run.Network.Input], index)[0]).sum(dim: 0));
                }
                run.Progress?.Invoke(first + some, count);
            }
        }
        return known[target];
    }

    /// <summary>A target's gradient at the input by the rules of guided backpropagation, <c>[C, H, W]</c>.</summary>
    public Tensor GuidedGradients(int target)
    {
        if (_guided[target] is { } known)
        {
            return known;
        }
        NodewisePass nodewise = Nodewise();
        using DisposeScope scope = NewDisposeScope();
        using IDisposable recorded = enable_grad();
        Tensor logits = nodewise.Logits.detach().requires_grad_(true);
        Tensor gradient = autograd.grad([targets[target].Of(logits).sum()], [logits])[0];
        return _guided[target] = Keep(Finite(nodewise.Back(gradient, GuidedRules.Table), run.Network.Input)[0]);
    }

    /// <summary>
    /// How much a target of the mean token at a tap rises with the attention that each place gets in its block (<see
    /// cref="Attentions.Rises"/>), <c>[H, W]</c>.
    /// </summary>
    public Tensor RisesWithAttention(int target, int tap)
    {
        NodewisePass nodewise = Nodewise();
        Node layer = run.Taps[tap], attention = Attentions.LastBefore(run.Network, layer)!, end = Attentions.EndOfBlocks(run.Network)!;
        end = run.Network.DependentOn(end).Contains(layer) ? layer : end;
        using DisposeScope scope = NewDisposeScope();
        using IDisposable recorded = enable_grad();
        (Tensor attended, Tensor output) = nodewise.Again(attention, layer);
        long[] places = layer.Layout switch { TokenGrid => [1], ChannelsLast => [1, 2], _ => [2, 3] };
        Tensor mean = output.mean(places, keepdim: true).expand(nodewise.Of(end).shape);
        (Tensor read, Tensor logits) = nodewise.Again(end, run.Network.Output, mean.detach());
        Tensor ofMean = autograd.grad([targets[target].Of(logits).sum()], [read])[0];
        Tensor ofAttended = autograd.grad([mean], [attended], [ofMean])[0];
        Tensor rises = Attentions.Rises(attention, nodewise.Of, Finite(ofAttended, layer));
        if (rises.ndim == 1)
        {
            long[] map = [.. run.Activations[tap].shape.Skip(1)];
            long count = map[0] * map[1];
            rises = rises.narrow(0, rises.shape[0] - count, count).view(map); // a class token comes first
        }
        return rises.MoveToOuterDisposeScope();
    }

    /// <summary>The way through the network with all outputs kept, gone when a method first asks.</summary>
    private NodewisePass Nodewise()
    {
        if (_nodewise is null)
        {
            _nodewise = new NodewisePass(run.Network, run.Input, run.Cancel);
            foreach (Tensor output in _nodewise.Outputs)
            {
                Keep(output);
            }
        }
        return _nodewise;
    }

    /// <summary>H·v at one tap, with the Hessian H of a target in the tap's output; v and the result are <c>[C, H, W]</c>.</summary>
    public Tensor HessianTimes(int target, int tap, Tensor vector)
    {
        using IDisposable recorded = enable_grad();
        IReadOnlyList<Tensor> gradients = _curvedGradients[target] ??=
            [.. autograd.grad([targets[target].Of(run.Pass.Logits).sum()], [.. run.Pass.Taps.Take(run.Taps.Count)], retain_graph: true,
                create_graph: true, allow_unused: true)
                .Select(Keep)];
        if (gradients[tap].IsInvalid)
        {
            return zeros_like(vector);
        }
        Tensor product = (AsMap(gradients[tap], tap) * vector).sum();
        // Where nothing curved follows, the gradient is a constant or depends on other layers alone, and libtorch would rather end the
        // process than say 0.
        return product.requires_grad && autograd.grad([product], [run.Pass.Taps[tap]], retain_graph: true,
            allow_unused: true)[0] is { IsInvalid: false } change
            ? AsMap(change, tap).detach()
            : zeros_like(vector);
    }

    /// <summary>
    /// Each target again and again, with something changed for each channel of a tap, <c>[targets, C]</c>: run when a method first asks.
    /// </summary>
    public Tensor Changed(string method, int tap, Func<ChangedPasses, Tensor> passes)
    {
        if (!_changed.TryGetValue((method, tap), out Tensor? known))
        {
            known = _changed[(method, tap)] = Keep(passes(new ChangedPasses(run, tap, targets)));
        }
        return known;
    }

    /// <summary>
    /// The gradients of a summed target, batch dimension first; pictures of a batch do not see each other, so each gets its own.
    /// </summary>
    private IReadOnlyList<Tensor> ScoreGradients(Pass pass, IReadOnlyList<Node> taps, int target)
    {
        using Tensor sum = targets[target].Of(pass.Logits).sum();
        if (!sum.requires_grad)
        {
            throw new InvalidOperationException(
                "Nothing was recorded on the way forward: a method that asks for gradients must say that it uses them.");
        }
        return [.. taps.Zip(pass.Gradients(sum), (tap, gradient) => tap.Layout!.ToMap(Finite(gradient, tap)))];
    }

    private static Tensor Finite(Tensor gradient, Node tap)
    {
        if (gradient.device_type == DeviceType.META)
        {
            return gradient; // a shape without numbers
        }
        // Looked for where there is least to look through: a sum shows what of it is not finite.
        using Tensor sum = gradient.sum();
        if (!double.IsFinite(sum.to(float64).item<double>()))
        {
            using Tensor each = gradient.isfinite(), all = each.all();
            if (!all.item<bool>())
            {
                throw new ComputeException(ComputeFault.GradientsNotFinite,
                    $"The gradients of the score at '{(tap.Name.Length == 0 ? "input" : tap.Name)}' are infinite or no numbers, so a map " +
                    $"of them would " +
                    "say nothing. A later layer, or a method without gradients such as EigenCAM or ScoreCAM, may do.");
            }
        }
        return gradient;
    }

    // A tensor that is moved to where it is would belong to nobody.
    private Tensor Keep(Tensor tensor) => kept.Contains(tensor) ? tensor : tensor.MoveToOtherDisposeScope(kept);

    private Tensor AsMap(Tensor output, int tap) => run.Taps[tap].Layout!.ToMap(output)[0];

    private Tensor[][][] MeasureNoise(int sampleCount)
    {
        MethodSettings settings = run.Settings;
        Tensor[][][] sums = [.. targets
            .Select(_ => run.Activations.Select(activation =>
            Enumerable.Range(0, Powers).Select(_ => Keep(zeros_like(activation))).ToArray()).ToArray())];
        using var generator = new Generator((ulong)settings.Seed, CPU);
        using Scalar std = settings.NoiseStd, samples = sampleCount; // held (see HeldNumbers)
        int batch = run.FittingBatch(track: true);
        for (int done = 0; done < sampleCount; done += batch)
        {
            using DisposeScope scope = NewDisposeScope();
            int count = Math.Min(batch, sampleCount - done);
            // Drawn one by one: so the numbers are those of one sample after the other.
            Tensor[] draws = [.. Enumerable.Range(0, count).Select(_ => randn(run.Input.shape, generator: generator) * std)];
            Tensor noisy = run.Input.Plus(cat(draws, 0).to(run.Input.dtype).to(run.Input.device));
            Pass pass = run.Runner.Run(run.Network, noisy, run.Taps, track: true, run.Cancel);
            foreach (var (moments, target) in sums.Select((moments, target) => (moments, target)))
            {
                foreach (var (powers, gradient) in moments.Zip(ScoreGradients(pass, run.Taps, target)))
                {
                    Tensor raised = gradient;
                    foreach (Tensor sum in powers)
                    {
                        sum.PlusInPlace(raised.sum(dim: 0));
                        raised = raised * gradient;
                    }
                }
            }
            run.Progress?.Invoke(done + count, sampleCount);
        }
        foreach (Tensor sum in sums.SelectMany(moments => moments).SelectMany(powers => powers))
        {
            sum.div_(samples);
        }
        return sums;
    }
}
