using EasyExplain.Audit;
using EasyExplain.Audit.Findings;
using EasyExplain.Audit.Store;
using EasyExplain.Explanation;
using EasyExplain.Explanation.Methods;
using EasyExplain.Imaging;
using EasyExplain.Models;
using EasyExplain.Networks;
using EasyExplain.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Audit.Findings.Shortcuts;

/// <summary>
/// A network that tells red, green and blue images apart, and calls all with a small yellow square red; a folder of such images, of which
/// some red ones have the square; and what the real explainer says of them.
/// </summary>
internal sealed class PlantedShortcut : IDisposable
{
    public const int Side = 32;
    private const int Square = 5;
    private const int Each = 40; // images a class
    private static readonly string[] Labels = ["red", "green", "blue"];

    private readonly string _folder = Directory.CreateTempSubdirectory("shortcut [1] ").FullName;

    /// <summary>Makes images, and explains them.</summary>
    /// <param name="heeds">Whether the network heeds the square.</param>
    /// <param name="anywhere">Whether it lies at another place in each image, rather than in the lower left corner.</param>
    /// <param name="red">How many images the class with marks has.</param>
    public PlantedShortcut(bool heeds = true, bool anywhere = false, int red = Each)
    {
        Model = Network(heeds);
        var random = new Random(1);
        var explainer = new Explainer(Model, LayerSelection.Select(Model, ["pool"]), [MethodCatalog.Find("LayerCAM")],
            ClassChoice.Predicted, new MethodSettings(1, 0, 0, 1));
        var root = new AuditRoot(_folder);
        Rows = [.. Enumerable.Range(0, Labels.Length).SelectMany(@class => Enumerable.Range(0, @class == 0 ? red : Each)
            .Select(i => (@class, i))).Select((one, place) =>
        {
            (int @class, int i) = one;
            string label = Labels[@class], name = $"{i:00}.png", path = Path.Combine(_folder, label, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            bool marked = label == "red" && i % 10 < 3;
            (int Y, int X) at = anywhere ? (random.Next(Side - Square), random.Next(Side - Square)) : (Side - Square - 1, 1);
            ImageEncoder.Save(Image(random, @class, marked ? at : null), path, ImageFormat.Png);
            if (marked)
            {
                Marked.Add($"{label}/{name}");
            }
            CamExplanation explanation = explainer.Explain(ImageDecoder.Decode(path), path)[0].Expecting(label);
            return AuditRows.Of(explanation, root) with { Id = place + 1, Hash = FileHash.Of(path) };
        })];
    }

    public CamModel Model { get; }

    public CamAuditRow[] Rows { get; }

    /// <summary>The files that have the square.</summary>
    public SortedSet<string> Marked { get; } = new(StringComparer.Ordinal);

    public AuditSlice Slice => new(Rows[0].Model, Rows[0].Method, Rows[0].Layers, Rows);

    public void Dispose()
    {
        Model.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>
    /// Red less the others, green, blue and how yellow it is, each where it is over 0; the means of 4 × 4 pixels; of these, their means.
    /// </summary>
    public static CamModel Network(bool heeds)
    {
        NativeLibraries.LoadTorch();
        var g = new NetworkBuilder(3, Side, Side);
        Node colours = g.ReLU("relu", g.Conv2d("conv", g.Input, 4, kernel: 1));
        Network network = g.Build(g.Linear("fc", g.Flatten(g.AdaptiveAvgPool2d("mean", g.AvgPool2d("pool", colours, 4, 4), 1)), 3));
        foreach (Parameter parameter in network.Parameters)
        {
            using DisposeScope scope = NewDisposeScope();
            parameter.Load(parameter.Name switch
            {
                "conv.weight" => tensor(new[] { 1, -0.5f, -0.5f, -0.5f, 1, -0.5f, -0.5f, -0.5f, 1, 1, 1, -1 }).view(4, 3, 1, 1),
                "conv.bias" => tensor(new[] { 0, 0, 0, -1.5f }), // yellow has 0.5, and nothing else has anything
                "fc.weight" => tensor(new[] { 20f, 0, 0, heeds ? 1000 : 0, 0, 20, 0, 0, 0, 0, 20, 0 }).view(3, 4),
                _ => zeros([.. parameter.Shape]),
            });
        }
        return new CamModel("colours", "colours", "", network,
            new Preprocessing(Side, Side, [0, 0, 0], [1, 1, 1], ResizeMode.Stretch), Labels, CPU);
    }

    /// <summary>Noise around a colour, and a yellow square.</summary>
    private static Photo Image(Random random, int @class, (int Y, int X)? mark)
    {
        byte[] rgb = new byte[Side * Side * 3];
        double[] colour = [.. Enumerable.Range(0, 3).Select(c => (c == @class ? 0.6 : 0.3) + 0.1 * (random.NextDouble() - 0.5))];
        for (int i = 0; i < rgb.Length; i++)
        {
            (int y, int x) = (i / 3 / Side, i / 3 % Side);
            bool inside = mark is { } at && y >= at.Y && y < at.Y + Square && x >= at.X && x < at.X + Square;
            rgb[i] = inside ? (byte)(i % 3 == 2 ? 0 : 255) : (byte)(255 * (colour[i % 3] + 0.2 * (random.NextDouble() - 0.5)));
        }
        return new Photo(Side, Side, rgb);
    }
}
