using EasyExplain.Models;
using static TorchSharp.torch;

namespace EasyExplain.Explanation;

/// <summary>Tensors of users that stand in place of a photo.</summary>
internal static class ModelInput
{
    /// <summary>
    /// A float32 copy <c>[1, C, H, W]</c> on the CPU of a tensor that is already an input: of the model's input size, normalised.
    /// </summary>
    /// <exception cref="InputShapeException">It is neither <c>[1, C, H, W]</c> nor <c>[C, H, W]</c> of that size.</exception>
    public static Tensor Of(CamModel model, Tensor input)
    {
        long[] wanted = [1, model.Channels, model.Preprocessing.Height, model.Preprocessing.Width];
        return input.shape.SequenceEqual(wanted) || input.shape.SequenceEqual(wanted.Skip(1))
            ? input.detach().to(CPU).to(float32).view(wanted)
            : throw new InputShapeException(
                $"The tensor has shape [{string.Join(", ", input.shape)}]; {model} takes [{string.Join(", ", wanted)}], normalised, one " +
                $"picture a tensor.");
    }
}
