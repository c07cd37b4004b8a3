using System.Text.Json.Nodes;
using EasyExplain.Imaging;
using EasyExplain.Models;
using EasyExplain.Networks;
using EasyExplain.Tests.Weights;

namespace EasyExplain.Tests.Models.Folders;

/// <summary>timm's ResNet-18 in a folder, made once.</summary>
public sealed class SmallFolder : IDisposable
{
    public SmallFolder()
    {
        Golden.WriteConfig(Folder);
        Golden.WriteWeights(Folder);
    }

    internal TemporaryFolder Folder { get; } = new();

    internal static HubCase Golden => HubGoldens.Find("timm/resnet18.a1_in1k");

    public void Dispose() => Folder.Dispose();
}

/// <summary>What a folder says of itself, what lies beside, and what the user says.</summary>
public class FolderImportTests(SmallFolder small) : IClassFixture<SmallFolder>
{
    private readonly List<string> _told = [];

    private string Folder => small.Folder.FullName;

    [Fact]
    public void Name_Labels_Preprocessing_NeedNoOption()
    {
        using CamModel model = Import(_ => { });

        Assert.Equal((Path.GetFileName(Folder), "resnet18", 1000), (model.Name, model.Architecture, model.ClassCount));
        Assert.Equal(Path.Combine(Folder, "model.safetensors"), model.Path);
        Assert.Equal((ResizeMode.CenterCrop, 235, Interpolation.Bicubic), (model.ResizeMode, model.ResizeSize, model.Interpolation));
        Assert.Equal(ImageNetLabels.All, model.Labels);
        Assert.Contains(_told, sentence => sentence.Contains("timm's 'resnet18'", StringComparison.Ordinal));
        Assert.Contains(_told, sentence => sentence.Contains("preprocessing is timm's", StringComparison.Ordinal));
    }

    [Fact]
    public void User_HasTheLastWord_AndPreprocessJsonTheOneBefore()
    {
        string beside = Path.Combine(Folder, "preprocess.json");
        File.WriteAllText(beside, """{ "mean": [0.1, 0.2, 0.3], "interpolation": "lanczos" }""");
        try
        {
            using CamModel model = Import(_ => { }, new ModelOptions
            {
                Name = "mine",
                InputSize = [320],
                Interpolation = Interpolation.Nearest,
                Labels = [.. Enumerable.Range(0, 1000).Select(i => $"thing {i}")],
            });
            Assert.Equal(("mine", 336, Interpolation.Nearest), (model.Name, model.ResizeSize, model.Interpolation)); // floor(320 / 0.95)
            Assert.Equal([0.1, 0.2, 0.3], model.Mean);
            Assert.Equal("thing 999", model.Labels[^1]);
        }
        finally
        {
            File.Delete(beside);
        }
    }

    [Fact]
    public void Labels_AreTheFolders_WithDescriptions_OrTellWhyNot()
    {
        var names = new JsonArray([.. Enumerable.Range(0, 1000).Select(i => (JsonNode)$"n{i}")]);
        using (CamModel model = Import(config =>
        {
            config["label_names"] = names.DeepClone();
            config["label_descriptions"] = new JsonObject { ["n1"] = "a second\u001b thing" };
        }))
        {
            Assert.Equal(["n0", "a second thing", "n2"], model.Labels[..3]);
        }
        using (CamModel model = Import(config => config["id2label"] = new JsonObject { ["1"] = "b", ["0"] = "a" }))
        {
            Assert.Contains(_told, sentence => sentence.Contains("2 labels, and the model 1000 classes", StringComparison.Ordinal));
            Assert.Equal(ImageNetLabels.All, model.Labels);
        }
    }

    [Fact]
    public void Activation_FollowsTheKindOfProblem()
    {
        using CamModel many = Import(config => config["problem_type"] = "multi_label_classification");
        Assert.Equal(Activation.Sigmoid, many.Activation);
        using CamModel one = Import(config => config["problem_type"] = "multi_label_classification",
            new ModelOptions { Activation = Activation.Softmax });
        Assert.Equal(Activation.Softmax, one.Activation);
    }

    public static TheoryData<string, string, string> Wrong => new()
    {
        { "architecture", "\"resnet81\"", "resnet81" },
        { "architecture", "7", "a text" },
        { "architecture", "null", "names no network" },
        { "pretrained_cfg", "[]", "an object" },
        { "pretrained_cfg", """{"input_size":[3,224]}""", "channels, height and width" },
        { "pretrained_cfg", """{"input_size":[3,99999,99999]}""", "2048" },
        { "pretrained_cfg", """{"crop_pct":1e-9}""", "crop_pct" },
        { "pretrained_cfg", """{"crop_mode":"zoom"}""", "center, squash or border" },
        { "pretrained_cfg", """{"interpolation":"magic"}""", "lanczos" },
        { "pretrained_cfg", """{"std":[0,0,0]}""", "standard deviation" },
        { "pretrained_cfg", """{"mean":[1e308,0,0]}""", "impossible" },
        { "pretrained_cfg", """{"mean":[0.5,0.5]}""", "impossible" },
        { "num_classes", "-1", "whole number" },
        { "id2label", """{"x":"y"}""", "from each class's number" },
        { "label_names", "true", "an object" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Value_ThatIsImpossible_IsNamedWithItsFile(string key, string value, string says)
    {
        var error = Assert.Throws<ModelImportException>(() => Import(config => config[key] = JsonNode.Parse(value)));
        Assert.Contains(says, error.Message);
    }

    [Fact]
    public void Weights_OfAnotherNetwork_AreAnErrorThatNamesThem()
    {
        var error = Assert.Throws<ModelImportException>(() => Import(config => config["architecture"] = "resnet50"));
        Assert.Equal(ModelFault.WeightsDoNotFit, error.Fault);
        Assert.Contains("conv3.weight", error.Message);
    }

    private CamModel Import(Action<JsonObject> change, ModelOptions? options = null)
    {
        JsonObject config = JsonNode.Parse(SmallFolder.Golden.Config.GetRawText())!.AsObject();
        change(config);
        File.WriteAllText(Path.Combine(Folder, "config.json"), config.ToJsonString());
        return ModelImporter.Import(Folder, options ?? new ModelOptions(), _told.Add);
    }
}
