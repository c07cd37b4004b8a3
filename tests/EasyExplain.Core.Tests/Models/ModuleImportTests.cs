using EasyExplain.Explanation;
using EasyExplain.Explanation.Methods;
using EasyExplain.Imaging;
using EasyExplain.Models;
using EasyExplain.Networks.Engines;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using TensorModule = TorchSharp.torch.nn.Module<TorchSharp.torch.Tensor, TorchSharp.torch.Tensor>;

namespace EasyExplain.Tests.Models;

/// <summary>
/// A user's own TorchSharp module gives what the same network gives as a built-in one: the bundled ResNet-20, written by hand.
/// </summary>
[Collection(Alone.Name)] // it counts all tensors alive
public sealed class ModuleImportTests : IDisposable
{
    private readonly CamModel _builtIn = ModelImporter.Import(ModelImporter.BundledPath, new ModelOptions(), _ => { });
    private readonly TensorModule _module = new ResNet20();
    private readonly CamModel _own;
    private readonly Photo _cat = ImageDecoder.Decode(Repository.Photo("cat.jpg"));

    public ModuleImportTests()
    {
        using (no_grad())
        {
            Dictionary<string, Tensor> mine = _module.state_dict();
            foreach (EasyExplain.Networks.Parameter parameter in _builtIn.Network.Parameters)
            {
                mine[parameter.Name].copy_(parameter.Value);
            }
        }
        _own = Import(_module);
    }

    public void Dispose()
    {
        _own.Dispose();
        _builtIn.Dispose();
        _module.Dispose();
    }

    [Fact]
    public void ItsLayers_AreThoseOfTheNetwork()
    {
        Assert.Equal("ResNet20", _own.Name);
        Assert.Equal((10, _builtIn.ParameterCount), (_own.ClassCount, _own.ParameterCount));
        Assert.Equal("layer3", LayerSelection.Select(_own, ["layer3"]).Single().Name);
        string[] shared = [.. _own.Layers.Select(layer => layer.Name).Intersect(_builtIn.Layers.Select(layer => layer.Name))];
        Assert.True(shared.Length > 50);
        foreach (string name in shared)
        {
            CamLayer mine = _own.Layers.Single(layer => layer.Name == name), theirs = _builtIn.Layers.Single(layer => layer.Name == name);
            Assert.Equal((name, theirs.ParameterCount, string.Join(',', theirs.OutputShape)),
                (name, mine.ParameterCount, string.Join(',', mine.OutputShape)));
        }
        // parents first
        Assert.True(_own.Layers.ToList().FindIndex(layer => layer.Name == "layer1") < _own.Layers.ToList()
            .FindIndex(layer => layer.Name == "layer1.0"));
    }

    private static readonly string[] Slow = ["SCAM", "ReciproCAM"]; // six views would take them too long

    [Theory]
    [InlineData(Smoothing.None)]
    [InlineData(Smoothing.Augmentation | Smoothing.Eigen)]
    public void EveryMethod_GivesTheSameMaps(Smoothing smoothing)
    {
        string[] layers = ["layer1.0.conv1", "layer2", "layer3"];
        CamMethod[] methods = [.. MethodCatalog.All
            .Where(method => method.Name != "CAM" && method.Fits(LayerSelection.Select(_own, layers))
            && (smoothing == Smoothing.None || !Slow.Any(ending => method.Name.EndsWith(ending, StringComparison.Ordinal))))];
        IReadOnlyList<CamExplanation> Explain(CamModel model) =>
            new Explainer(model, LayerSelection.Select(model, layers), methods, ClassChoice.Top(2),
                new MethodSettings(2, 0.3, 7, 16) { Window = 16, Stride = 8 }, smoothing)
                .Explain(_cat, null);

        ((CompilingRunner)_builtIn.Runner).GiveUp("Smooth Grad-CAM++ has poles, where another order of additions is another map");
        IReadOnlyList<CamExplanation> own = Explain(_own), builtIn = Explain(_builtIn);

        Assert.Equal(2 * methods.Length, own.Count);
        foreach (var (mine, theirs) in own.Zip(builtIn))
        {
            Assert.Equal((theirs.Method, theirs.Class), (mine.Method, mine.Class));
            Assert.Equal(theirs.Score, mine.Score, tolerance: 1e-4);
            Assert.All(mine.Maps.Append(mine.Map).Zip(theirs.Maps.Append(theirs.Map)), pair => Assert.True(
                pair.First.ToArray().Cast<float>().Zip(pair.Second.ToArray().Cast<float>())
                    .Max(values => Math.Abs(values.First - values.Second)) < 2e-3, $"{mine.Method} {pair.First.Layer}"));
        }
    }

    [Fact]
    public void Relevance_WantsToKnowEachOperation()
    {
        var error = Assert.Throws<SelectionException>(() => new Explainer(_own, LayerSelection.Select(_own, ["layer3"]), [LRP.Method],
            ClassChoice.Predicted, new MethodSettings(1, 0, 0, 1)));
        Assert.Contains("only the layers are known", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void NothingNativeIsLeft_AndTheModuleStaysTheUsers()
    {
        var explainer = new Explainer(_own, LayerSelection.Select(_own, ["layer2", "layer3"]), [LayerCAM.Method, AblationCAM.Method],
            ClassChoice.Predicted, new MethodSettings(2, 0.3, 7, 16));
        explainer.Explain(_cat, null);
        long before = Tensor.TotalCount;
        explainer.Explain(_cat, null);
        Assert.Equal(before, Tensor.TotalCount);
        Assert.True(is_grad_enabled());
        _own.Dispose();
        using DisposeScope scope = NewDisposeScope();
        Assert.Equal([1, 10], _module.call(zeros(1, 3, 32, 32)).shape);
    }

    [Fact]
    public void WhatTakesOrGivesSomethingElse_IsRefused()
    {
        using TensorModule noLogits = Sequential(Conv2d(3, 4, 3)), forOthers = Sequential(Conv2d(1, 4, 3)),
            twice = Sequential(Conv2d(3, 4, 3, dtype: float64));
        Assert.Contains("[1, 4, 30, 30]", Assert.Throws<ModelImportException>(() => Import(noLogits)).Message, StringComparison.Ordinal);
        Assert.Contains("[N, 3, 32, 32]", Assert.Throws<ModelImportException>(() => Import(forOthers)).Message, StringComparison.Ordinal);
        Assert.Contains("Float64", Assert.Throws<ModelImportException>(() => Import(twice)).Message, StringComparison.Ordinal);
    }

    private static CamModel Import(TensorModule module) =>
        ModelImporter.Import(module, new ModelOptions { InputSize = [32], Mean = [0.4914, 0.4822, 0.4465], Std = [0.247, 0.2435, 0.2616] },
            _ => { });

    private sealed class ResNet20 : TensorModule
    {
        private readonly TensorModule _conv1 = Conv2d(3, 16, 3, padding: 1, bias: false), _bn1 = BatchNorm2d(16), _relu = ReLU();
        private readonly TensorModule _layer1 = Stage(16, 16, 1), _layer2 = Stage(16, 32, 2), _layer3 = Stage(32, 64, 2);
        private readonly TensorModule _avgpool = AdaptiveAvgPool2d(1), _fc = Linear(64, 10);

        public ResNet20() : base(nameof(ResNet20))
        {
            foreach (var (name, module) in new (string, TensorModule)[]
            {
                ("conv1", _conv1), ("bn1", _bn1), ("relu", _relu), ("layer1", _layer1), ("layer2", _layer2), ("layer3", _layer3),
                    ("avgpool", _avgpool), ("fc", _fc),
            })
            {
                register_module(name, module);
            }
        }

        public override Tensor forward(Tensor x)
        {
            x = _relu.call(_bn1.call(_conv1.call(x)));
            x = _layer3.call(_layer2.call(_layer1.call(x)));
            return _fc.call(_avgpool.call(x).flatten(1));
        }

        private static TensorModule Stage(long from, long to, long stride) =>
            Sequential(new Block(from, to, stride), new Block(to, to, 1), new Block(to, to, 1));
    }

    private sealed class Block : TensorModule
    {
        private readonly TensorModule _conv1, _bn1, _relu, _conv2, _bn2;
        private readonly TensorModule? _downsample;

        public Block(long from, long to, long stride) : base(nameof(Block))
        {
            register_module("conv1", _conv1 = Conv2d(from, to, 3, stride, 1, bias: false));
            register_module("bn1", _bn1 = BatchNorm2d(to));
            register_module("relu", _relu = ReLU());
            register_module("conv2", _conv2 = Conv2d(to, to, 3, padding: 1, bias: false));
            register_module("bn2", _bn2 = BatchNorm2d(to));
            if (stride != 1)
            {
                register_module("downsample", _downsample = Sequential(Conv2d(from, to, 1, stride, bias: false), BatchNorm2d(to)));
            }
        }

        public override Tensor forward(Tensor x)
        {
            Tensor y = _bn2.call(_conv2.call(_relu.call(_bn1.call(_conv1.call(x)))));
            return _relu.call(y + (_downsample?.call(x) ?? x));
        }
    }
}
