using System.Runtime.CompilerServices;
using EasyExplain.Checkpoints;
using EasyExplain.Imaging;
using EasyExplain.Models;
using EasyExplain.Networks;
using EasyExplain.Networks.Operators;
using EasyExplain.Weights;

namespace EasyExplain.Architectures;

/// <summary>A network that can be built for any number of classes.</summary>
/// <param name="Name">torchvision's name, such as <c>resnet50</c>.</param>
/// <param name="Head">The weight of the last layer, <c>[classes, features]</c>: it tells how many classes a weight file has.</param>
/// <param name="Preprocessing">What its usual weights were trained with, where neither the file nor the user says otherwise.</param>
/// <param name="Logits">Writes the network down: from a builder and a number of classes to the node that makes the logits.</param>
public sealed record Architecture(string Name, string Head, Preprocessing Preprocessing, Func<NetworkBuilder, long, Node> Logits)
{
    private static readonly ConditionalWeakTable<Architecture, StrongBox<string?>> FirstConvolutions = [];

    /// <summary>Tells tensors that its weight files may have and a network in use does not need, such as an auxiliary head.</summary>
    public Func<string, bool> Ignores { get; init; } = _ => false;

    /// <summary>From a tensor's name in older files to the one it has today.</summary>
    public Func<string, string> CurrentName { get; init; } = name => name;

    /// <summary>What its files call <see cref="Head"/>, before <see cref="CurrentName"/> is asked.</summary>
    public string HeadInFiles { get; init; } = Head;

    /// <summary>The side of the square input, in pixels, that the shapes of these tensors ask for; null where every size will do.</summary>
    public Func<IReadOnlyList<WeightEntry>, int?> SizeOf { get; init; } = _ => null;

    /// <summary>ImageNet's 224 × 224 pixels, mean and standard deviation, as most of torchvision's weights were trained with.</summary>
    internal static Preprocessing ImageNet { get; } = new(224, 224, [0.485, 0.456, 0.406], [0.229, 0.224, 0.225], ResizeMode.Stretch);

    private static double[] Half => [0.5, 0.5, 0.5];

    /// <summary>CIFAR-10's 32 × 32 pixels, mean and standard deviation.</summary>
    internal static Preprocessing Cifar { get; } = new(32, 32, [0.4914, 0.4822, 0.4465], [0.247, 0.2435, 0.2616], ResizeMode.Stretch);

    /// <summary>One of torchvision's architectures, with the preprocessing of its default weights.</summary>
    internal static Architecture Torchvision(string name, string head, Func<NetworkBuilder, long, Node> logits) =>
        new(name, head, NamedWeights.Of(name).Single(weights => weights.IsDefault).Preprocessing, logits);

    /// <summary>One of timm's architectures, with what most of its weights were trained with.</summary>
    /// <param name="name">timm's name.</param>
    /// <param name="head">The weight of the last layer.</param>
    /// <param name="side">The side of the input in pixels.</param>
    /// <param name="logits">Writes the network down.</param>
    /// <param name="halves">Whether mean and standard deviation are 0.5, as Google's weights have it, in place of ImageNet's.</param>
    internal static Architecture OfTimm(
        string name, string head, int side, Func<NetworkBuilder, long, Node> logits, bool halves = false) =>
        new(name, head, new(side, side, halves ? Half : ImageNet.Mean, halves ? Half : ImageNet.Std, ResizeMode.Stretch)
        {
            Interpolation = Interpolation.Bicubic,
        }, logits);

    /// <summary>The same network in files of another library, whose names a table has.</summary>
    /// <param name="names">From its names to those here.</param>
    /// <param name="head">Its name of <see cref="Head"/>.</param>
    internal Architecture Named(NameTable names, string head) => this with { CurrentName = name => names[name], HeadInFiles = head };

    /// <summary>The usual preprocessing, of the input size and the channels that the tensors ask for.</summary>
    internal Preprocessing UsualFor(IReadOnlyList<WeightEntry> entries)
    {
        Preprocessing usual = Preprocessing.ForChannels(ChannelsOf(entries));
        return SizeOf(entries) is { } side ? usual.ForInput(side, side) : usual;
    }

    /// <summary>How many channels the first convolution takes that is among these tensors; 3 where none is.</summary>
    internal int ChannelsOf(IReadOnlyList<WeightEntry> entries)
    {
        StrongBox<string?> first = FirstConvolutions.GetValue(this, architecture =>
        {
            using Network network = architecture.Build(1);
            return new StrongBox<string?>(network.Nodes.Select(node => node.Operator).OfType<Conv2d>().FirstOrDefault()?.Weight.Name);
        });
        return entries.FirstOrDefault(entry => entry.Name == first.Value)?.Shape is
            [_, > 0 and <= Preprocessing.MostChannels and var channels, _, _] ? (int)channels : 3;
    }

    /// <summary>Builds the network, without weights.</summary>
    /// <param name="classes">How many classes.</param>
    /// <param name="height">The input's height in pixels; the usual one if left out.</param>
    /// <param name="width">The input's width in pixels; the usual one if left out.</param>
    /// <exception cref="ArgumentException">The input is too small for the network.</exception>
    public Network Build(long classes, int? height = null, int? width = null) => Build(classes, height, width, 3);

    /// <summary>The same for an input of other channels than red, green and blue.</summary>
    /// <param name="classes">How many classes.</param>
    /// <param name="height">The input's height in pixels; the usual one if null.</param>
    /// <param name="width">The input's width in pixels; the usual one if null.</param>
    /// <param name="channels">How many channels.</param>
    /// <exception cref="ArgumentException">The input is too small for the network.</exception>
    public Network Build(long classes, int? height, int? width, int channels)
    {
        var builder = new NetworkBuilder(channels, height ?? Preprocessing.Height, width ?? Preprocessing.Width);
        return builder.Build(Logits(builder, classes));
    }
}
