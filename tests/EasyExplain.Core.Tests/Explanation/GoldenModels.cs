using EasyExplain.Imaging;
using EasyExplain.Models;
using EasyExplain.Models.Architectures;
using EasyExplain.Networks;
using EasyExplain.Runtime;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Explanation;

/// <summary>The models of the goldens, rebuilt from their formula.</summary>
internal static class GoldenModels
{
    /// <summary>A model whose weights are the goldens' formula; the caller owns it.</summary>
    public static CamModel Build(string name)
    {
        NativeLibraries.LoadTorch();
        Architecture architecture = Catalog.Find(name);
        Network network = architecture.Build(1000);
        foreach (Parameter parameter in network.Parameters)
        {
            using var scope = NewDisposeScope();
            parameter.Load(tensor(Goldens.FormulaWeights(parameter.Name, parameter.Shape)).view([.. parameter.Shape]));
        }
        return new CamModel(name, name, name, network, architecture.Preprocessing, [], CPU);
    }

    /// <summary>The golden input as a photo of the model's own size, so that nothing is resized.</summary>
    public static Photo Pattern(CamModel model) => new(model.InputSize[1], model.InputSize[0], Goldens.PatternImage(model.InputSize[0], model.InputSize[1]));
}
