using EasyExplain.Imaging;
using EasyExplain.Models;
using EasyExplain.Models.Architectures;
using EasyExplain.Networks;
using EasyExplain.Runtime;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Explanation;

/// <summary>The models of the goldens, rebuilt from their formula; as a fixture it keeps the last one for the next case.</summary>
public sealed class GoldenModels : IDisposable
{
    private CamModel? _last;

    /// <summary>The model of this name, kept until another is asked for.</summary>
    internal CamModel Of(string name)
    {
        if (_last?.Name != name)
        {
            _last?.Dispose();
            _last = Build(name);
        }
        return _last;
    }

    public void Dispose() => _last?.Dispose();

    /// <summary>A model whose weights are the goldens' formula; the caller owns it.</summary>
    internal static CamModel Build(string name, int size = 224) => Build(name, size, size);

    /// <summary>The same for an input that need not be square.</summary>
    internal static CamModel Build(string name, int height, int width)
    {
        NativeLibraries.LoadTorch();
        Architecture architecture = Catalog.Find(name);
        Preprocessing preprocessing = architecture.Preprocessing.ForInput(height, width);
        Network network = architecture.Build(1000, preprocessing.Height, preprocessing.Width);
        foreach (Parameter parameter in network.Parameters)
        {
            using var scope = NewDisposeScope();
            parameter.Load(tensor(Goldens.FormulaWeights(parameter.Name, parameter.Shape)).view([.. parameter.Shape]));
        }
        return new CamModel(name, name, name, network, preprocessing, [], CPU);
    }

    /// <summary>The golden input as a photo of the model's own size, so that nothing is resized.</summary>
    internal static Photo Pattern(CamModel model, int variant = 0) =>
        new(model.InputSize[1], model.InputSize[0], Goldens.PatternImage(model.InputSize[0], model.InputSize[1], variant));
}
