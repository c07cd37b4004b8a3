using EasyExplain.Imaging;
using EasyExplain.Networks;

namespace EasyExplain.Models.Architectures;

/// <summary>A network that can be built for any number of classes.</summary>
/// <param name="Name">torchvision's name, such as <c>resnet50</c>.</param>
/// <param name="Head">The weight of the last layer, <c>[classes, features]</c>: it tells how many classes a weight file has.</param>
/// <param name="Preprocessing">What its usual weights were trained with, where neither the file nor the user says otherwise.</param>
/// <param name="Build">Builds the network for a number of classes.</param>
public sealed record Architecture(string Name, string Head, Preprocessing Preprocessing, Func<long, Network> Build)
{
    /// <summary>ImageNet's 224 × 224 pixels, mean and standard deviation, as torchvision's weights were trained with.</summary>
    internal static Preprocessing ImageNet { get; } = new(224, 224, [0.485, 0.456, 0.406], [0.229, 0.224, 0.225], ResizeMode.Stretch);

    /// <summary>CIFAR-10's 32 × 32 pixels, mean and standard deviation.</summary>
    internal static Preprocessing Cifar { get; } = new(32, 32, [0.4914, 0.4822, 0.4465], [0.247, 0.2435, 0.2616], ResizeMode.Stretch);

    /// <summary>A builder that takes pictures of this architecture's usual size.</summary>
    internal static NetworkBuilder Start(Preprocessing preprocessing) => new(3, preprocessing.Height, preprocessing.Width);
}
