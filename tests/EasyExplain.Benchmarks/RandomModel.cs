using EasyExplain.Models;
using EasyExplain.Models.Architectures;
using EasyExplain.Networks;
using EasyExplain.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Benchmarks;

/// <summary>Models of torchvision's architectures whose weights are random: what they take is what trained ones take.</summary>
internal static class RandomModel
{
    /// <summary>A model with 1000 classes, the same for the same name; it is the caller's to dispose.</summary>
    /// <param name="architecture">torchvision's name.</param>
    public static CamModel Of(string architecture)
    {
        NativeLibraries.LoadTorch();
        Architecture built = Catalog.Find(architecture);
        Network network = built.Build(1000);
        using var generator = new Generator(1, CPU);
        foreach (Parameter parameter in network.Parameters)
        {
            using DisposeScope scope = NewDisposeScope();
            parameter.Load(parameter.Shape.Count > 1 ? Filters(parameter, generator)
                : parameter.Name.EndsWith("bias", StringComparison.Ordinal) || parameter.Name.EndsWith("mean", StringComparison.Ordinal) ? zeros([.. parameter.Shape])
                : ones([.. parameter.Shape]));
        }
        return new CamModel(architecture, architecture, "", network, built.Preprocessing, [], CPU);
    }

    /// <summary>He's initialisation: what goes through any number of layers keeps its size.</summary>
    private static Tensor Filters(Parameter parameter, Generator generator) =>
        randn([.. parameter.Shape], generator: generator) * Math.Sqrt(2.0 * parameter.Shape[0] / parameter.Count);
}
