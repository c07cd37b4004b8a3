using EasyExplain.Architectures;
using EasyExplain.Imaging;
using EasyExplain.Models;
using EasyExplain.Networks;
using EasyExplain.Runtime;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Explanation;

/// <summary>The models of the goldens, rebuilt from their formula; as a fixture it keeps the last one for the next case.</summary>
public sealed class GoldenModels : IDisposable
{
    private CamModel? _last;

    /// <summary>The model of this name, kept until another is asked for; all of one fixture are on one device.</summary>
    internal CamModel Of(string name, string device = "cpu")
    {
        if (_last?.Name != name)
        {
            _last?.Dispose();
            _last = Build(name, device: device);
        }
        return _last;
    }

    public void Dispose() => _last?.Dispose();

    /// <summary>A model whose weights are the goldens' formula; the caller owns it.</summary>
    internal static CamModel Build(string name, int size = 224, string device = "cpu") => Build(name, size, size, device);

    /// <summary>The same for an input that need not be square.</summary>
    internal static CamModel Build(string name, int height, int width, string device = "cpu")
    {
        Device where = ComputeDevice.Find(device);
        Architecture architecture = ArchitectureCatalog.Find(name);
        Preprocessing preprocessing = architecture.Preprocessing.ForInput(height, width);
        Network network = architecture.Build(1000, preprocessing.Height, preprocessing.Width);
        foreach (Parameter parameter in network.Parameters)
        {
            using var scope = NewDisposeScope();
            parameter.Load(tensor(Goldens.FormulaWeights(parameter.Name, parameter.Shape)).view([.. parameter.Shape]).to(where));
        }
        return new CamModel(name, name, name, network, preprocessing, [], where);
    }

    /// <summary>The golden input as a photo of the model's own size, so that nothing is resized.</summary>
    internal static Photo Pattern(CamModel model, int variant = 0) =>
        new(model.InputSize[1], model.InputSize[0], Goldens.PatternImage(model.InputSize[0], model.InputSize[1], variant));
}
