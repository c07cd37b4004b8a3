using EasyExplain.Audit.Store;
using EasyExplain.Explanation;
using EasyExplain.Imaging;
using EasyExplain.Models;
using EasyExplain.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Audit.Findings.Shortcuts;

/// <summary>What a model says of an image.</summary>
/// <param name="Logits">A number for each class.</param>
/// <param name="Features">The channels' means at the audited layer, or their projection (<see cref="ChannelVector"/>).</param>
internal sealed record Said(float[] Logits, float[] Features);

/// <summary>
/// Asks a model about changed images. Inputs are the model's own: normalised, <c>[3, H, W]</c> in one array; of a model of one channel
/// three times the same.
/// </summary>
internal sealed class ModelProbe
{
    private const int Batch = 16;
    private const int Colors = 3;

    private readonly CamModel _model;
    private readonly CancellationToken _cancel;
    private readonly Network _network;
    private readonly Node _layer;

    /// <summary>Prepares a model.</summary>
    /// <param name="model">The model that explained the images.</param>
    /// <param name="layer">The audited layer that is nearest to its output.</param>
    /// <param name="cancel">Stops it within some images.</param>
    /// <exception cref="SelectionException">The model lacks the layer.</exception>
    /// <exception cref="ModelImportException">It takes bands, which are not looked at here.</exception>
    public ModelProbe(CamModel model, string layer, CancellationToken cancel)
    {
        (_model, _cancel) = (model, cancel);
        if (model.Channels is not (1 or Colors))
        {
            throw new ModelImportException(ModelFault.InvalidOption, $"{model} takes images of {model.Channels} bands: shortcuts are " +
                "proved for models of colours or grey only. Without the model the other findings are there.");
        }
        // A method that explains the input itself names no layer of the model.
        string name = layer == "input" ? model.DefaultLayer : LayerSelection.Select(model, [layer])[0].Name;
        _network = model.Optimized(new HashSet<string> { name });
        _layer = _network.Find(name)!.Node;
    }

    /// <summary>Rows of the input.</summary>
    public int Height => _model.Preprocessing.Height;

    /// <summary>Columns of the input.</summary>
    public int Width => _model.Preprocessing.Width;

    /// <summary>The least and the highest number that a channel can have: black and white.</summary>
    public (float Low, float High) Range(int channel)
    {
        int own = channel % _model.Channels;
        double mean = _model.Preprocessing.Mean[own], std = _model.Preprocessing.Std[own];
        return ((float)(-mean / std), (float)((1 - mean) / std));
    }

    /// <summary>An image as the model gets it; null where it is gone or has changed since it was explained.</summary>
    public float[]? Input(CamAuditRow row)
    {
        _cancel.ThrowIfCancellationRequested();
        if (row.Hash is null || FileHash.Of(row.Path) != row.Hash)
        {
            return null;
        }
        try
        {
            using DisposeScope scope = NewDisposeScope();
            Photo photo = ImageDecoder.DecodeFor(row.Path, 1, _model.Preprocessing.SufficientSide);
            return _model.Preprocessing.ToInput(photo).expand(-1, Colors, -1, -1).contiguous().data<float>().ToArray();
        }
        catch (Exception e) when (e is ImageFileException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>What the model says of each input, in their order.</summary>
    public IReadOnlyList<Said> Ask(IEnumerable<float[]> inputs)
    {
        var said = new List<Said>();
        using IDisposable weights = _model.Use();
        using IDisposable untracked = no_grad();
        foreach (float[][] some in inputs.Chunk(_network.OnePicture ? 1 : Batch))
        {
            _cancel.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            Tensor input = tensor(Joined(some), [some.Length, Colors, Height, Width]).to(_model.Device);
            input = _model.Channels == 1 ? input.mean([1], keepdim: true) : input;
            Pass pass = _model.Runner.Run(_network, input, [_layer], track: false, _cancel);
            float[] logits = Numbers(pass.Logits), features = Numbers(_layer.Layout!.ToMap(pass.Taps[0]).mean([-2, -1]));
            int classes = logits.Length / some.Length, channels = features.Length / some.Length;
            for (int i = 0; i < some.Length; i++)
            {
                said.Add(new Said(
                    logits[(i * classes)..((i + 1) * classes)],
                    ChannelVector.Of(features.AsSpan(i * channels, channels)).ToArray()));
            }
        }
        return said;
    }

    /// <summary>
    /// By how much the class's logit is above all others', or above 0 where classes do not exclude each other: the model says the class
    /// where it is over 0.
    /// </summary>
    public float Margin(Said said, int @class)
    {
        float others = _model.Activation == Activation.Sigmoid ? 0
            : said.Logits.Where((_, other) => other != @class).DefaultIfEmpty(0).Max();
        return said.Logits[@class] - others;
    }

    private static float[] Joined(float[][] inputs)
    {
        var all = new float[inputs.Sum(input => input.Length)];
        for (int i = 0; i < inputs.Length; i++)
        {
            inputs[i].CopyTo(all, i * inputs[0].Length);
        }
        return all;
    }

    private static float[] Numbers(Tensor tensor) => tensor.to(CPU).contiguous().data<float>().ToArray();
}
