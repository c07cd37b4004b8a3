using EasyExplain.Detectors;
using EasyExplain.Imaging;
using EasyExplain.Networks;
using EasyExplain.Networks.Operators;
using EasyExplain.Runtime;
using static TorchSharp.torch;

namespace EasyExplain.Models;

/// <summary>What a network's outputs mean.</summary>
/// <param name="Network">The network; of a yes or no with two labels, it gives both classes.</param>
/// <param name="Activation">What makes probabilities of its logits.</param>
/// <param name="Labels">One label a class, or none.</param>
/// <param name="HasClasses">Whether its outputs are classes at all.</param>
internal sealed record ModelHead(Network Network, Activation Activation, string[] Labels, bool HasClasses)
{
    /// <summary>What the model tells of a picture.</summary>
    public CamTask Task { get; init; }

    /// <summary>How the output of a detector is read; null of any other model.</summary>
    public DetectorHead? Detector { get; init; }

    /// <summary>Decides it.</summary>
    /// <param name="network">The network up to its logits.</param>
    /// <param name="outputs">How many it has.</param>
    /// <param name="ending">What the file itself makes probabilities with; null where it leaves that to others.</param>
    /// <param name="labels">What the classes are called; empty where nobody says.</param>
    /// <param name="options">What the user says.</param>
    /// <param name="whose">The model, for errors.</param>
    /// <param name="explain">Is told what was decided.</param>
    /// <param name="task">What it tells of a picture.</param>
    /// <exception cref="ModelImportException">An option or the labels do not fit.</exception>
    public static ModelHead Complete(
        Network network, long outputs, Activation? ending, IReadOnlyList<string> labels, ModelOptions options, string whose,
        Action<string> explain, CamTask task = CamTask.Classify)
    {
        bool isOne = outputs == 1 && task != CamTask.Detect;
        if (options.Activation is { } asked && ending is { } own && asked != own)
        {
            throw new ModelImportException(ModelFault.InvalidOption,
                $"{asked} is not what {whose} has: it ends in {(own == Activation.Softmax ? "a softmax" : "sigmoids")} itself.")
            {
                Remedy = Remedy.LeaveOutValue,
                About = nameof(ModelOptions.Activation),
            };
        }
        if (options.Activation == Activation.Softmax && isOne)
        {
            throw new ModelImportException(ModelFault.InvalidOption,
                $"Softmax does not fit {whose}: it has one output, of which a softmax makes 1 for every picture. " +
                "Sigmoid makes a yes or no of it.")
            {
                Remedy = Remedy.LeaveOutValue,
                About = nameof(ModelOptions.Activation),
            };
        }
        Activation activation = options.Activation ?? ending ?? (outputs == 1 ? Activation.Sigmoid : Activation.Softmax);
        if (isOne && activation == Activation.Sigmoid)
        {
            explain(labels.Count == 2
                ? $"It has one output and two labels: '{labels[1]}' where its logit is positive, else '{labels[0]}'."
                : "It has one output, a yes or no: its probability is the sigmoid of its logit.");
        }
        bool isYesOrNo = isOne && activation == Activation.Sigmoid && labels.Count == 2;
        if (labels.Count > 0 && labels.Count != outputs && !isYesOrNo)
        {
            throw new ModelImportException(ModelFault.InvalidOption,
                $"{labels.Count} labels were given, but {whose} has {outputs} classes. Give one label a line, in the order of the " +
                $"classes.");
        }
        bool hasClasses = task != CamTask.Classify || labels.Count > 0 || ending is not null || options.Activation is not null
            || !EndsInFeatures(network);
        if (!hasClasses)
        {
            explain($"It ends in {outputs} features, not in classes: methods that need no class explain it. " +
                "If they are classes, labels or an activation say so.");
        }
        return new ModelHead(isYesOrNo ? network.WithBothSigns() : network, activation, [.. labels], hasClasses)
        {
            Task = task,
        };
    }

    /// <summary>The model.</summary>
    public CamModel ToModel(
        string name, string architecture, string path, Preprocessing preprocessing, Device device, Precision precision = Precision.Float32,
        string? output = null) =>
        new(name, architecture, path, Network, preprocessing, Labels, device, precision, Activation, HasClasses, Task, Detector)
        {
            Output = output,
        };

    /// <summary>
    /// Whether the last thing it does is to average what no layer has made scores of classes of, or to normalise it: a backbone without its
    /// classifier. A last convolution, averaged, is one (Lin et al. 2014, arXiv 1312.4400, section 3.2).
    /// </summary>
    private static bool EndsInFeatures(Network network)
    {
        if (network.NamesLayersOnly)
        {
            return false;
        }
        Node last = Without(network.Output);
        if (last.Operator is not (AdaptiveAvgPool2d or AvgPool2d or Mean or AdaptiveMaxPool2d or Max))
        {
            return last.Operator is LayerNorm;
        }
        Node averaged = Without(last.Inputs[0]);
        Node made = averaged.Operator is ReLU ? Without(averaged.Inputs[0]) : averaged;
        return made.Operator is not (Conv2d or Linear or MatMul or ChannelAffine or Dropout);

        static Node Without(Node node)
        {
            while (node is { Operator: Flatten or Reshape or Squeeze or Unsqueeze or Dropout or Permute or Select, Inputs: [var source] })
            {
                node = source;
            }
            return node;
        }
    }
}
