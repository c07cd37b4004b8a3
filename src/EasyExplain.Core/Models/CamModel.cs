using System.Globalization;
using EasyExplain.Detectors;
using EasyExplain.Imaging;
using EasyExplain.Networks;
using EasyExplain.Networks.Engines;
using EasyExplain.Networks.Engines.Quantised;
using EasyExplain.Networks.Rewrites;
using EasyExplain.Networks.Rewrites.Lrp;
using static TorchSharp.torch;

namespace EasyExplain.Models;

/// <summary>A classifier ready to be explained: its network with weights, how it wants its pictures, what its classes are called.</summary>
/// <remarks>It owns its weights; dispose it when it is no longer needed. Several threads may explain with one model at a time.</remarks>
public sealed class CamModel : ICamSource, IDisposable
{
    private readonly BatchNormFolding _folding;
    private readonly Dictionary<string, Network> _optimized = [];
    private readonly RelevanceWays _relevance;
    private readonly Dictionary<Node, int> _order;
    private readonly object _gate = new();
    private int _users;
    private bool _disposed;
    private readonly CamModel? _weightsOf; // whose weights these are
    private CamModel? _inFloat32;
    private bool _isCalibrated;
    private int _toldFailure;

    internal CamModel(string name, string architecture, string path, Network network, Preprocessing preprocessing, string[] labels,
        Device device, Precision precision = Precision.Float32,
        Activation activation = Activation.Softmax, bool hasClasses = true, CamTask task = CamTask.Classify, DetectorHead? detector = null,
        CamModel? weightsOf = null)
    {
        _weightsOf = weightsOf;
        (Name, Architecture, Path, Network, Preprocessing, Labels, Device) =
            (name, architecture, path, network, preprocessing, labels, device);
        (Precision, Activation, Task, Detector) = (precision, activation, task, detector);
        _folding = new BatchNormFolding(network);
        _relevance = new RelevanceWays(_folding, preprocessing, device);
        Runner = Runner.For(network, device);
        Shapes = network.Shapes(preprocessing.Channels, preprocessing.Height, preprocessing.Width);
        ClassCount = hasClasses ? detector?.ClassCount ?? checked((int)Shapes[network.Output][0]) : 0;
        ParameterCount = network.Parameters.Where(parameter => !parameter.IsBuffer).Sum(parameter => parameter.Count);
        Places = PlaceCounts.Of(network, Shapes);
        Layers = [.. network.Layers.Select((layer, index) => new CamLayer(this, layer, index))];
        _order = network.Nodes.Select((node, index) => (node, index)).ToDictionary(pair => pair.node, pair => pair.index);
        CamLayer[] explainable = [.. Layers.Where(layer => layer.IsExplainable)];
        CamLayer[] notEnlarged = [.. explainable.Where(layer => !layer.IsEnlarged)];
        CamLayer? last = (notEnlarged.Length > 0 ? notEnlarged : explainable).MaxBy(layer => OrderOf(layer.Node));
        DefaultLayer = (last ?? throw new ModelImportException(ModelFault.InvalidOption,
            $"No layer of {architecture} has an output larger than 1×1 for input of {preprocessing.Height}×{preprocessing.Width} pixels. " +
            $"Give a larger input size.")).Name;
        string[] inputs = task == CamTask.Classify ? [] : [.. HeadInputs.Of(this).Select(layer => layer.Name)];
        (DefaultLayers, DefaultLayer) = inputs.Length > 0 ? (inputs, inputs[^1]) : ([DefaultLayer], DefaultLayer);
    }

    /// <summary>What it was called on import; else the file's name without its extension, or of a user's own module its name.</summary>
    public string Name { get; }

    /// <summary>
    /// torchvision's name, such as <c>resnet50</c>; of a TorchScript file its class, of an ONNX file <c>ONNX</c>, of a user's own module
    /// its name.
    /// </summary>
    public string Architecture { get; }

    /// <summary>The weight or model file, as a full path; empty for a user's own module.</summary>
    public string Path { get; }

    /// <summary>Where it computes: <c>cpu</c>, <c>cuda:0</c>.</summary>
    public Device Device { get; }

    /// <summary>In what numbers it computes.</summary>
    public Precision Precision { get; }

    /// <summary>
    /// In what numbers it computes now: in float32 as long as it does not know by which scales, or where 8 bits would not do.
    /// </summary>
    internal Precision Computes { get; private set; }

    /// <summary>
    /// The number of classes, as the weights have it; 0 of a network without a classifier, which only methods that need no class explain.
    /// </summary>
    public int ClassCount { get; }

    /// <summary>
    /// What makes probabilities of its logits: a softmax, for one class of several; sigmoids, for classes that are each there or not; or
    /// nothing.
    /// </summary>
    public Activation Activation { get; }

    /// <summary>What it tells of a picture.</summary>
    public CamTask Task { get; }

    /// <summary>How the output of a detector is read; null of any other model.</summary>
    internal DetectorHead? Detector { get; }

    /// <summary>Of a whole model with several outputs, the name of the one that is explained; else null.</summary>
    public string? Output { get; internal init; }

    /// <summary>One label a class, or empty where nobody named them.</summary>
    public string[] Labels { get; }

    /// <summary>Height and width of the input in pixels.</summary>
    public int[] InputSize => [Preprocessing.Height, Preprocessing.Width];

    /// <summary>How many channels the input has: 3 for colours, 1 for grey, or more.</summary>
    public int Channels => Preprocessing.Channels;

    /// <summary>The bands of an image that are the input's channels, counted from 1; empty for the usual ones.</summary>
    public int[] Bands => [.. Preprocessing.Bands ?? []];

    /// <summary>What is subtracted from each channel, such as red, green and blue in [0, 1].</summary>
    public double[] Mean => [.. Preprocessing.Mean];

    /// <summary>What each channel is then divided by.</summary>
    public double[] Std => [.. Preprocessing.Std];

    /// <summary>How a photo of another shape becomes the input.</summary>
    public ResizeMode ResizeMode => Preprocessing.ResizeMode;

    /// <summary>
    /// The short side of a photo in pixels before <see cref="ResizeMode.CenterCrop"/> takes its middle; else of no effect.
    /// </summary>
    public int ResizeSize => Preprocessing.ResizeSize;

    /// <summary>How the pixels of the input are made of the photo's.</summary>
    public Interpolation Interpolation => Preprocessing.Interpolation;

    /// <summary>In which order the input has the colours.</summary>
    public ChannelOrder ChannelOrder => Preprocessing.ChannelOrder;

    /// <summary>The number of trained values (without running statistics).</summary>
    public long ParameterCount { get; }

    /// <summary>
    /// The layer that is explained when none is named: the last one to run whose output still has height and width over 1 and
    /// is read all over, not only at a class token, and is no enlarged smaller one; of several names for it the outermost (<c>layer4</c>,
    /// not <c>layer4.2.relu</c>).
    /// </summary>
    public string DefaultLayer { get; }

    /// <summary>
    /// The layers that are explained when none is named: <see cref="DefaultLayer"/>; of a detector what its heads read, one layer of each
    /// size, of which <see cref="DefaultLayer"/> is the last; of a segmenter likewise.
    /// </summary>
    public string[] DefaultLayers { get; }

    /// <summary>True after <see cref="Dispose"/>.</summary>
    public bool IsDisposed => _disposed;

    CamModel ICamSource.Source => this;

    /// <summary>Every layer in the order the network runs, scopes before what they hold.</summary>
    internal IReadOnlyList<CamLayer> Layers { get; }

    /// <summary>The network, with nothing folded.</summary>
    internal Network Network { get; }

    /// <summary>How it is run, and what is made of it by folding.</summary>
    internal Runner Runner { get; }

    internal Preprocessing Preprocessing { get; }

    /// <summary>Each node's output shape without the batch dimension, for <see cref="InputSize"/>.</summary>
    internal IReadOnlyDictionary<Node, long[]> Shapes { get; }

    /// <summary>How many rows and columns of places each node that lies on the picture tells apart.</summary>
    internal IReadOnlyDictionary<Node, Extent> Places { get; }

    /// <summary>What a class is called: its label, or its number where there is none.</summary>
    public string LabelOf(int @class) => @class < Labels.Length ? Labels[@class] : @class.ToString(CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public override string ToString() => $"{Name} ({Architecture})";

    /// <summary>
    /// The classes that a text stands for: those with that label (case matters only between labels that differ in nothing else),
    /// else the one of that number. Empty where the model has none.
    /// </summary>
    public int[] ClassesOf(string given)
    {
        int[] classes = Labelled(given, StringComparison.Ordinal);
        if (classes.Length == 0)
        {
            classes = Labelled(given, StringComparison.OrdinalIgnoreCase);
        }
        bool isNumber = int.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number < ClassCount;
        return classes.Length == 0 && isNumber ? [number] : classes;
    }

    /// <summary>
    /// Gives the weights' memory back, at once or, where another thread is explaining with them, when that is through with its picture.
    /// </summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (!_disposed)
            {
                _disposed = true;
                FreeUnlessUsed();
            }
        }
    }

    /// <summary>Keeps the weights in memory until the result is disposed, whoever disposes the model meanwhile.</summary>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    internal IDisposable Use()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _users++;
            return new Usage(this);
        }
    }

    /// <summary>A node's place in the order the network runs.</summary>
    internal int OrderOf(Node node) => _order[node];

    /// <summary>The network as it runs fastest while the outputs of <paramref name="layers"/> stay what they are.</summary>
    /// <param name="layers">Names of layers.</param>
    /// <param name="ofBoxes">Of a detector, whether gradients come back from its boxes, too.</param>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    internal Network Optimized(IReadOnlySet<string> layers, bool ofBoxes = true)
    {
        Network Apply()
        {
            Network folded = _folding.Apply(layers);
            return ofBoxes || Detector is null ? folded
                : DetachedBoxes.Of(folded, folded.Shapes(Preprocessing.Channels, Preprocessing.Height, Preprocessing.Width),
                    Detector.BoxColumns);
        }

        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_weightsOf is not null)
            {
                return _weightsOf.Optimized(layers, ofBoxes);
            }
            // The same choice gives the same network, so that what was compiled for it is found again.
            string key = string.Join(',', layers.Order(StringComparer.Ordinal));
            key = ofBoxes ? key : $"{key}|scores";
            return _optimized.TryGetValue(key, out Network? known) ? known : _optimized[key] = Apply();
        }
    }

    /// <summary>Whether a layer is a convolution that is folded with its batch norm, unless its output is asked for.</summary>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    internal bool IsFolded(string layer) => Optimized(new HashSet<string>()).Find(layer) is null;

    /// <summary>The way that relevance goes from the output to some layers.</summary>
    /// <param name="settings">The rules.</param>
    /// <param name="layers">Names of layers; an empty one is the input.</param>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    internal RelevanceWay Relevance(LrpSettings settings, IReadOnlyList<string> layers)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _weightsOf?.Relevance(settings, layers) ?? _relevance.To(layers, settings);
        }
    }

    /// <summary>The same of the weights as they are now, in the caller's hands: for those who change them.</summary>
    internal RelevanceWays RelevanceNow() => new(new BatchNormFolding(Network), Preprocessing, Device, ownsFolding: true);

    /// <summary>Whether it is to compute in 8 bits, and does not know yet by which scales: until then it computes in float32.</summary>
    internal bool AwaitsPictures => Precision == Precision.Int8 && Runner is CompilingRunner && !_isCalibrated;

    /// <summary>
    /// Digits that stand for the pictures whose scales it computes by; null while it computes in float32.
    /// </summary>
    internal string? CalibrationId { get; set; }

    /// <summary>Computes in 8 bits from now on, where that was found to do.</summary>
    /// <param name="calibration">How; null where it has to stay with float32.</param>
    internal void Calibrate(Calibration? calibration)
    {
        _isCalibrated = true;
        if (calibration is not null)
        {
            ((CompilingRunner)Runner).Exchange(new QuantisedEngine(calibration));
            Computes = Precision.Int8;
        }
    }

    /// <summary>
    /// The same model in float32, with the same weights: itself where it computes so. It may be used as long as this one may, and is freed
    /// with it.
    /// </summary>
    internal CamModel InFloat32()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return Computes == Precision.Float32 ? this : _inFloat32 ??= new CamModel(Name, Architecture, Path, Network, Preprocessing,
                Labels, Device, Precision.Float32, Activation, ClassCount > 0, Task, Detector, weightsOf: this)
            { Output = Output };
        }
    }

    /// <summary>
    /// Why it runs slower than it could, a sentence without its full stop: told once, and null before it is known and ever after.
    /// </summary>
    internal string? TellFailure() => Runner.Failure is { } failure && Interlocked.Exchange(ref _toldFailure, 1) == 0 ? failure : null;

    private int[] Labelled(string label, StringComparison comparison) =>
        [.. Enumerable.Range(0, Labels.Length).Where(@class => Labels[@class].Equals(label, comparison))];

    private void FreeUnlessUsed()
    {
        if (_users == 0)
        {
            _inFloat32?.Dispose();
            Runner.Dispose();
            _relevance.Dispose();
            _folding.Dispose();
            if (_weightsOf is null)
            {
                Network.Dispose();
            }
        }
    }

    private sealed class Usage(CamModel model) : IDisposable
    {
        public void Dispose()
        {
            lock (model._gate)
            {
                model._users--;
                if (model._users == 0)
                {
                    model.Runner.FreeRetired();
                }
                if (model._disposed)
                {
                    model.FreeUnlessUsed();
                }
            }
        }
    }
}
