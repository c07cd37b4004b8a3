using EasyExplain.Networks.Engines;
using EasyExplain.Networks.Rewrites.Lrp;
using EasyExplain.Runtime;
using static TorchSharp.torch;

namespace EasyExplain.Explanation;

/// <summary>One picture's way through a network as relevance propagation needs it: for each class only the way back is left.</summary>
/// <param name="way">The way.</param>
/// <param name="logits">What its network made of the picture, <c>[1, classes]</c>.</param>
/// <param name="read">Tells what its network made of it where the way back reads.</param>
/// <param name="runner">What runs it.</param>
/// <param name="cancel">Stops it.</param>
internal sealed class PictureRelevance(
    RelevanceWay way, Tensor logits, Func<IReadOnlyList<Tensor>> read, Runner runner, CancellationToken cancel)
{
    /// <summary>The relevance for the highest logit, where it is known already.</summary>
    public Tensor? OfHighest { get; init; }

    /// <summary>
    /// The relevance of the outputs of the way's taps for a target, where that of the target's number is that number; within the
    /// caller's dispose scope.
    /// </summary>
    public IReadOnlyList<Tensor> Of(Target target)
    {
        if (target is ClassAgainstOthers or BoxTarget or Features)
        {
            throw new InvalidOperationException(
                "Relevance is that of a class's logit: a method that asks for it must have no other score.");
        }
        cancel.ThrowIfCancellationRequested();
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        if (OfHighest is not null && target is ClassTarget && target.Class == logits.argmax(1).item<long>())
        {
            return [OfHighest.alias().MoveToOuterDisposeScope()];
        }
        Tensor ofOutput = SharesIn(target);
        return [.. way.Run(runner, read(), ofOutput, cancel).Select(relevance => relevance.MoveToOuterDisposeScope())];
    }

    /// <summary>Each output's share in a target that is a weighted sum of them: output times weight.</summary>
    private Tensor SharesIn(Target target)
    {
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        using IDisposable recorded = enable_grad();
        Tensor outputs = logits.detach().requires_grad_(true);
        Tensor weights = autograd.grad([target.Of(outputs).sum()], [outputs])[0];
        // Where there is no weight there is no share, whatever the output.
        return where(weights.eq(HeldNumbers.Zero), zeros_like(logits), logits.detach() * weights).MoveToOuterDisposeScope();
    }
}
