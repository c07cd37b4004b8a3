using EasyExplain.Models;
using EasyExplain.Networks;
using EasyExplain.Networks.Operators;
using EasyExplain.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Import;

/// <summary>
/// Models that were exported for one picture at a time: the batch of one stands in their shapes as a number. Most can be followed for any
/// batch all the same; the rest run one picture after the other.
/// </summary>
internal static class FixedBatch
{
    /// <summary>What opens the batch of a file in ONNX's format, or in TorchScript.</summary>
    public const string DynamicAxes = "dynamic_axes";

    private const float Tolerance = 1e-3f; // of the largest logit: rounding, where another batch is added up in another order

    /// <summary>The network for any batch, or else for one picture.</summary>
    /// <param name="follow">Follows the model, told whether for one picture only.</param>
    /// <param name="explain">Is told, for -Verbose.</param>
    /// <param name="isRefused">Says, where it could not be followed, whether it cannot be for one picture either.</param>
    /// <param name="isWrong">Says of a network for any batch, where that was guessed, whether the guess was wrong.</param>
    /// <param name="open">What opens the batch, where the file is exported.</param>
    public static FollowedModel Import(
        Func<bool, FollowedModel> follow, Action<string> explain, Func<bool> isRefused, Func<Network, bool>? isWrong = null,
        string open = DynamicAxes)
    {
        try
        {
            FollowedModel any = follow(false);
            if (isWrong?.Invoke(any.Network) != true)
            {
                return any;
            }
            any.Network.Dispose();
        }
        catch (Exception e) when (e is WeightFileException or ModelImportException && !isRefused())
        {
            // If it is not the batch that is in the way, the other try says the same.
        }
        FollowedModel one = follow(true);
        explain("The model was exported for one picture at a time, so it runs one after the other. " +
            $"Export it with an open batch ({open}) to have methods of many passes faster.");
        return one;
    }

    /// <summary>The network for any batch, of a model that was exported for several pictures; else an error that says so.</summary>
    /// <param name="path">The file.</param>
    /// <param name="pictures">How many.</param>
    /// <param name="follow">Follows the model.</param>
    /// <param name="open">What opens the batch, where the file is exported.</param>
    /// <exception cref="WeightFileException">It fits no other batch.</exception>
    public static FollowedModel Import(string path, long pictures, Func<FollowedModel> follow, string open = DynamicAxes)
    {
        try
        {
            return follow();
        }
        catch (WeightFileException e)
        {
            throw new WeightFileException(path,
                $"{e.Message[(path.Length + 2)..]} It was exported for {pictures} pictures at a time; export it with an open batch " +
                $"({open}).", e);
        }
    }

    /// <summary>
    /// Whether two pictures together give something else than each by itself: a number in a shape was taken for another than it was.
    /// </summary>
    public static bool MixesPictures(Network network, long channels, long height, long width)
    {
        // Only where the batch has left its place, as in attention.
        if (network.Nodes.All(node => node.Operator is Constant || node.Recorded is not { BatchFirst: false }))
        {
            return false;
        }
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Generator(1, CPU);
        Tensor pictures = rand([2, channels, height, width], generator: generator);
        Tensor together = Logits(pictures), alone = cat([Logits(pictures.narrow(0, 0, 1)), Logits(pictures.narrow(0, 1, 1))], 0);
        float apart = (together - alone).abs().max().item<float>(), largest = alone.abs().max().item<float>();
        return float.IsFinite(apart) && apart > Tolerance * Math.Max(largest, float.Epsilon);

        Tensor Logits(Tensor some) => Executor.Run(network, some, [], track: false).Logits;
    }
}
