using EasyExplain.Architectures;
using EasyExplain.Explanation;
using EasyExplain.Explanation.Methods;
using EasyExplain.Imaging;
using EasyExplain.Models;
using EasyExplain.Networks;
using EasyExplain.Networks.Engines.Quantised;
using EasyExplain.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Benchmarks;

/// <summary>A network with random weights and a random picture, 224×224, float32: what is timed of it, ours and the yardsticks.</summary>
/// <remarks>
/// All is made when it is first used, so that a row that is not measured costs nothing. Weights are drawn such that numbers neither vanish
/// nor explode.
/// </remarks>
internal sealed class Subject : IDisposable
{
    private readonly Lazy<CamModel> _model;
    private readonly Lazy<Tensor> _input;
    private readonly Lazy<Photo> _photo;
    private readonly Lazy<OnnxYardstick> _onnx;

    public Subject(string architecture, Precision precision = Precision.Float32)
        : this(() => Build(ArchitectureCatalog.Find(architecture), precision))
    {
    }

    private Subject(Func<CamModel> model)
    {
        _model = new Lazy<CamModel>(model);
        _input = new Lazy<Tensor>(() => Draw(_model.Value));
        _photo = new Lazy<Photo>(() => _model.Value.Preprocessing.ToPhoto(Input));
        _onnx = new Lazy<OnnxYardstick>(() => new OnnxYardstick(Model, Input));
    }

    public CamModel Model => _model.Value;

    /// <summary>
    /// The same network, written as an .onnx file and imported from there: as deep a layer as <c>layer4</c> is its default one.
    /// </summary>
    public Subject ThroughOnnx() => new(() =>
    {
        string path = Path.Combine(Path.GetTempPath(), $"easyexplain-{Guid.NewGuid():N}.onnx");
        try
        {
            File.WriteAllBytes(path, OnnxYardstick.Bytes(Model.Network, Input.shape));
            return ModelImporter.Import(path, new ModelOptions(), _ => { });
        }
        finally
        {
            File.Delete(path);
        }
    });

    /// <summary>The picture, normalised, <c>[1, 3, 224, 224]</c>.</summary>
    public Tensor Input => _input.Value;

    /// <summary>Ours, as the cmdlet does it for the predicted class with its defaults: from the input tensor to the maps.</summary>
    public Func<IDisposable?> Explanation(string method, params IReadOnlyList<string> layers) => Explanation(method, batchSize: 16, layers);

    /// <summary>The same with another <c>-BatchSize</c>.</summary>
    public Func<IDisposable?> Explanation(string method, int batchSize, IReadOnlyList<string> layers)
    {
        // The defaults of Invoke-CamExplanation.
        var noise = new MethodSettings(SampleCount: 4, NoiseStd: 0.3, Seed: 1, batchSize);
        var explainer = new Lazy<Explainer>(() =>
            new Explainer(Model, LayerSelection.Select(Model, layers.Count > 0 ? layers : [Model.DefaultLayer]),
                [MethodCatalog.Find(method)], ClassChoice.Predicted, noise));
        return () =>
        {
            explainer.Value.Explain(Input);
            return null;
        };
    }

    /// <summary>The same of a decoded photo, as the cmdlet has it.</summary>
    public Func<IDisposable?> ExplanationOfPhoto(string method, string layer)
    {
        var explainer = new Lazy<Explainer>(() => new Explainer(Model, LayerSelection.Select(Model, [layer]),
            [MethodCatalog.Find(method)], ClassChoice.Predicted, new MethodSettings(SampleCount: null, NoiseStd: 0.3, Seed: 1, 16)));
        return () =>
        {
            explainer.Value.Explain(_photo.Value, null);
            return null;
        };
    }

    /// <summary>A prediction of the same photo: the input made of it, and the way forward.</summary>
    public Func<IDisposable?> PredictionOfPhoto() => () =>
    {
        using DisposeScope scope = NewDisposeScope();
        Model.Runner.Run(Model.Optimized(new HashSet<string>()), Model.Preprocessing.ToInput(_photo.Value), [], track: false);
        return null;
    };

    /// <summary>Ours again, the way forward alone: the network's outputs, and those of some layers.</summary>
    /// <param name="layers">The layers whose outputs are kept.</param>
    /// <param name="batch">How many pictures at a time.</param>
    /// <param name="times">How many such batches, one after the other.</param>
    public Func<IDisposable?> Forward(IReadOnlyList<string> layers, int batch = 1, int times = 1) => () =>
    {
        using DisposeScope all = NewDisposeScope();
        Network network = Model.Optimized(layers.ToHashSet());
        Node[] taps = [.. layers.Select(layer => network.Find(layer)!.Node).Distinct()];
        Tensor pictures = Input.expand(batch, -1, -1, -1).contiguous();
        for (int time = 0; time < times; time++)
        {
            using DisposeScope scope = NewDisposeScope();
            Model.Runner.Run(network, pictures, taps, track: false);
        }
        return null;
    };

    /// <summary>Yardstick (a): plain inference of the network as imported, nothing folded or fused.</summary>
    /// <param name="batch">How many pictures at a time.</param>
    /// <param name="times">How many such batches, one after the other.</param>
    public Func<IDisposable?> Inference(int batch = 1, int times = 1) => () =>
    {
        using DisposeScope all = NewDisposeScope();
        Tensor pictures = Input.expand(batch, -1, -1, -1).contiguous();
        for (int time = 0; time < times; time++)
        {
            using DisposeScope scope = NewDisposeScope();
            Executor.Run(Model.Network, pictures, [], track: false);
        }
        return null;
    };

    /// <summary>Yardstick (c): ONNX Runtime's inference of the same network.</summary>
    public Func<IDisposable?> OnnxInference() => () => _onnx.Value.Run();

    public void Dispose()
    {
        if (_onnx.IsValueCreated)
        {
            _onnx.Value.Dispose();
        }
        if (_input.IsValueCreated)
        {
            Input.Dispose();
        }
        if (_model.IsValueCreated)
        {
            Model.Dispose();
        }
    }

    private static CamModel Build(Architecture architecture, Precision precision)
    {
        NativeLibraries.LoadTorch();
        using var generator = new Generator(1, CPU);
        Network network = architecture.Build(1000);
        foreach (Parameter parameter in network.Parameters)
        {
            using DisposeScope scope = NewDisposeScope();
            parameter.Load(Values(parameter, rand([.. parameter.Shape], generator: generator) * 2 - 1));
        }
        var model = new CamModel(architecture.Name, architecture.Name, "", network, architecture.Preprocessing, [], CPU, precision);
        if (precision == Precision.Int8)
        {
            Calibrate(model);
        }
        return model;
    }

    /// <summary>Finds its scales with pictures of noise, as is the one that is explained.</summary>
    private static void Calibrate(CamModel model)
    {
        const int Pictures = 8;
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Generator(3, CPU);
        Network network = model.Optimized(new HashSet<string> { model.DefaultLayer });
        long[] shape = [model.Channels, model.Preprocessing.Height, model.Preprocessing.Width];
        model.Calibrate(new Calibrator(network, network.Find(model.DefaultLayer)!.Node, shape, output => output[0])
            .Find([.. Enumerable.Range(0, Pictures).Select(_ => randn([1, .. shape], generator: generator))], default)
            ?? throw new InvalidOperationException($"{model} cannot be computed in 8 bits."));
    }

    /// <summary>
    /// Weights of <paramref name="uniform"/> numbers in [-1, 1): filters keep the variance through a ReLU (He et al. 2015, arXiv
    /// 1502.01852), and norms are near 1.
    /// </summary>
    private static Tensor Values(Parameter parameter, Tensor uniform)
    {
        long[] shape = [.. parameter.Shape];
        if (shape.Length > 1)
        {
            double fanIn = shape[1..].Aggregate(1.0, (product, size) => product * size);
            return uniform * Math.Sqrt(4 / fanIn);
        }
        bool aroundOne = parameter.Name.EndsWith("running_var", StringComparison.Ordinal)
            || parameter.Name.EndsWith("weight", StringComparison.Ordinal);
        return aroundOne ? 0.8 + 0.2 * uniform : 0.1 * uniform;
    }

    private static Tensor Draw(CamModel model)
    {
        using var generator = new Generator(2, CPU);
        return randn([1, 3, model.Preprocessing.Height, model.Preprocessing.Width], generator: generator).DetachFromDisposeScope();
    }
}
