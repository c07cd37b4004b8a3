using System.Runtime.InteropServices;
using System.Text.Json;
using EasyExplain.Explanation;
using EasyExplain.Explanation.Methods;
using EasyExplain.Imaging;
using EasyExplain.Models;
using EasyExplain.Models.Folders;
using EasyExplain.Tests.Explanation;
using EasyExplain.Tests.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Models.Folders;

/// <summary>Folders as timm and transformers save them, imported as a user does, against the libraries' pixels, logits and maps.</summary>
public class HubGoldenTests
{
    /// <summary>
    /// The reference's layer by our name, of the networks that are called as a key begins; of others it has its own name, or if there is
    /// none such, it is the default layer.
    /// </summary>
    private static readonly (string Start, string Layer)[] Counterparts =
    [
        ("timm/efficientnet_", "features.7"), ("timm/tf_efficientnet_", "features.7"), ("timm/tf_efficientnetv2_s", "features.6"),
        ("timm/mobilenetv2_", "features.17"), ("timm/densenet", "features"),
    ];

    private static readonly JsonElement MoreTransforms =
        JsonDocument.Parse(File.ReadAllBytes(Repository.Data("huggingface", "transforms.json"))).RootElement;

    public static TheoryData<string> Keys => [.. HubGoldens.All.Select(golden => golden.Key)];

    public static TheoryData<string> Usual => HubGoldens.Known(usual: true) is { Count: > 0 } some ? some : ["timm/resnet18.a1_in1k"];

    public static TheoryData<string> Others => HubGoldens.Known(usual: false);

    [Theory]
    [MemberData(nameof(Keys))]
    public void Pixels_AreTheLibrarys(string key)
    {
        HubCase golden = HubGoldens.Find(key);
        using var folder = new TemporaryFolder();
        golden.WriteConfig(folder);

        Preprocessing preprocessing = PreprocessingOf(folder);

        Agree(golden.Pixels, preprocessing, new Photo(500, 333, Goldens.PatternImage(333, 500)), key);
    }

    public static TheoryData<string> Transforms => [.. MoreTransforms.GetProperty("cases").EnumerateArray()
        .Select(entry => entry.GetProperty("name").GetString()!)];

    [Theory]
    [MemberData(nameof(Transforms))]
    public void Pixels_AreThoseOfTheLibrarysRules_WhereNoConfigurationHasThem(string name)
    {
        JsonElement entry = MoreTransforms.GetProperty("cases").EnumerateArray()
            .Single(item => item.GetProperty("name").GetString() == name);
        using var folder = new TemporaryFolder();
        HubCase.WriteConfig(entry, folder);

        Preprocessing preprocessing = PreprocessingOf(folder);

        int height = MoreTransforms.GetProperty("height").GetInt32(), width = MoreTransforms.GetProperty("width").GetInt32();
        Agree(entry, preprocessing, new Photo(width, height, Goldens.PatternImage(height, width)), name);
    }

    private static Preprocessing PreprocessingOf(TemporaryFolder folder)
    {
        ModelFolder found = ModelFolder.Find(folder.FullName)!;
        return FolderPreprocessing.Of(found, found.ReadConfig(), EasyExplain.Architectures.Architecture.ImageNet, null, _ => { });
    }

    /// <summary>The contract: within 1/255 of what the pixels are before they are divided by the standard deviation.</summary>
    private static void Agree(JsonElement pixels, Preprocessing preprocessing, Photo photo, string what)
    {
        using Tensor input = preprocessing.ToInput(photo);
        Assert.Equal(pixels.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64()), input.shape[1..]);
        int every = pixels.GetProperty("every").GetInt32(), width = preprocessing.Width, height = preprocessing.Height;
        ReadOnlySpan<float> got = MemoryMarshal.Cast<byte, float>(input.bytes);
        double worst = 0;
        for (int c = 0; c < 3; c++)
        {
            // A plane of blue first has blue's standard deviation.
            double std = preprocessing.Std[preprocessing.ChannelOrder == ChannelOrder.Bgr ? 2 - c : c];
            for (int y = 0; y < height; y += every)
            {
                for (int x = 0; x < width; x += every)
                {
                    double wanted = pixels.GetProperty("values")[c][y / every][x / every].GetDouble();
                    worst = Math.Max(worst, Math.Abs(got[(c * height + y) * width + x] - wanted) * std * 255);
                }
            }
        }
        Assert.True(worst <= 1.02, $"{what}: {worst} of 1/255"); // the reference's numbers have four digits
    }

    [Theory]
    [MemberData(nameof(Usual))]
    public void LogitsAndMap_AreTheLibrarys(string key) => Check(HubGoldens.Find(key));

    [AllConfigurations]
    [MemberData(nameof(Others))]
    public void LogitsAndMap_AreTheLibrarys_OfTheOthers(string key) => Check(HubGoldens.Find(key));

    /// <summary>Imports a folder with a configuration's files, and compares.</summary>
    /// <param name="golden">The configuration.</param>
    /// <param name="named">From a tensor's name in it to the one in the file, for files that an older library wrote.</param>
    internal static void Check(HubCase golden, Func<string, string>? named = null)
    {
        using var folder = new TemporaryFolder();
        golden.WriteConfig(folder);
        golden.WriteWeights(folder, named);
        var options = new ModelOptions
        {
            // The reference saw a picture of the input's size in the usual colours, whatever the folder says; pixels are tested above.
            InputSize = [golden.Size],
            ResizeMode = ResizeMode.Stretch,
            Mean = golden.Mean,
            Std = golden.Std,
            ChannelOrder = ChannelOrder.Rgb,
        };
        using CamModel model = ModelImporter.Import(folder.FullName, options, _ => { });
        var photo = new Photo(golden.Size, golden.Size, Goldens.PatternImage(golden.Size, golden.Size));

        using (DisposeScope scope = NewDisposeScope())
        {
            float[] wanted = golden.Logits;
            float[] got = model.Runner.Run(model.Network, model.Preprocessing.ToInput(photo), [], track: false).Logits
                .data<float>().ToArray();
            Assert.Equal(wanted.Length, got.Length);
            double worst = wanted.Zip(got, (a, b) => Math.Abs((double)a - b)).Max() / Math.Max(1, wanted.Max(Math.Abs));
            Assert.True(worst <= 1e-4, $"{golden.Key}: logits off by {worst}, relative to {wanted.Max(Math.Abs)}");
        }
        Assert.Equal(golden.Labels, model.Labels);
        if (golden.Cam is not { } cam)
        {
            return;
        }
        string layer = cam.GetProperty("layer").GetString()!;
        layer = Counterparts.LastOrDefault(row => golden.Key.StartsWith(row.Start, StringComparison.Ordinal)).Layer
            ?? (model.Layers.Any(known => known.Name == layer) ? layer : model.DefaultLayer);
        var explainer = new Explainer(model, LayerSelection.Select(model, [layer]), [MethodCatalog.Find("GradCAM")], ClassChoice.Predicted,
            new MethodSettings(4, 0.3, 7, 4));
        CamExplanation explanation = explainer.Explain(photo, null).Single();
        Assert.Equal(cam.GetProperty("class").GetInt32(), explanation.Class);
        float[] map = [.. cam.GetProperty("map").EnumerateArray().SelectMany(row => row.EnumerateArray())
            .Select(value => value.GetSingle())];
        var expected = new Golden([cam.GetProperty("map").GetArrayLength(), cam.GetProperty("map")[0].GetArrayLength()],
            MemoryMarshal.AsBytes(map.AsSpan()).ToArray());
        MapAssert.Agrees(expected, explanation.Map, $"{golden.Key} {layer}", rescaled: true);
    }
}
