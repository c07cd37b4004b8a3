using static TorchSharp.torch;

namespace EasyExplain.Networks;

/// <summary>What makes probabilities of a network's logits.</summary>
public enum Activation
{
    /// <summary>One class of several: the probabilities of all add up to 1.</summary>
    Softmax,

    /// <summary>Each class by itself, there or not: the probability of each is the logistic function of its own logit.</summary>
    Sigmoid,

    /// <summary>The outputs are scores, and there are no probabilities.</summary>
    None,
}

/// <summary>Computes probabilities.</summary>
internal static class Activations
{
    /// <summary>The probabilities of one picture's classes, 0 to 1; not a number for <see cref="Activation.None"/>.</summary>
    public static double[] Of(this Activation activation, float[] logits)
    {
        double highest = logits.Max(), total = logits.Sum(logit => Math.Exp(logit - highest));
        return Array.ConvertAll(logits, logit => activation switch
        {
            Activation.Softmax => Math.Exp(logit - highest) / total,
            Activation.Sigmoid => 1 / (1 + Math.Exp(-(double)logit)),
            _ => double.NaN,
        });
    }

    /// <summary>
    /// The same of logits <c>[N, classes]</c>, through which gradients flow; where there are no probabilities, all classes are alike.
    /// </summary>
    public static Tensor Of(this Activation activation, Tensor logits) => activation switch
    {
        Activation.Softmax => logits.softmax(1),
        Activation.Sigmoid => logits.sigmoid(),
        _ => ones_like(logits),
    };
}
