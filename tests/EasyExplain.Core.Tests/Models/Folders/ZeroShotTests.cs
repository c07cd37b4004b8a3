using EasyExplain.Imaging;
using EasyExplain.Models;
using EasyExplain.Tests.Weights;
using EasyExplain.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Models.Folders;

/// <summary>Models that compare an image with texts: small ones, with the formula's weights, against a forward pass in NumPy.</summary>
public sealed class ZeroShotTests
{
    private const int Side = 16, Patch = 8, Width = 12, Heads = 2, Hidden = 20, Depth = 2, Texts = 3;

    [Fact]
    public void Clip_ScoresTheTextsThatLieBesideIt()
    {
        using var folder = new TemporaryFolder();
        WriteTower(folder, "CLIPModel", "\"projection_dim\": 8,", Grid() + 1,
            ("vision_model.embeddings.class_embedding", [Width]), ("vision_model.pre_layrnorm.weight", [Width]),
            ("vision_model.pre_layrnorm.bias", [Width]), ("visual_projection.weight", [8, Width]));
        WriteTexts(folder, [Texts, 8]);
        using CamModel model = ModelImporter.Import(folder.FullName, Halves, _ => { });
        Assert.Equal(["a cat", "a dog", "a tram"], model.Labels);
        AssertLogits([-0.10155467303318108, -0.6035096291540277, 0.5083907249936396], model);
    }

    [Fact]
    public void SigLip_ReadsByAttention_AndShiftsScores()
    {
        using var folder = new TemporaryFolder();
        const string head = "vision_model.head.";
        WriteTower(folder, "SiglipModel", "", Grid(),
            ("vision_model.embeddings.patch_embedding.bias", [Width]), ("logit_bias", [1]), (head + "probe", [1, 1, Width]),
            (head + "attention.in_proj_weight", [3 * Width, Width]), (head + "attention.in_proj_bias", [3 * Width]),
            (head + "attention.out_proj.weight", [Width, Width]), (head + "attention.out_proj.bias", [Width]),
            (head + "layernorm.weight", [Width]), (head + "layernorm.bias", [Width]),
            (head + "mlp.fc1.weight", [Hidden, Width]), (head + "mlp.fc1.bias", [Hidden]),
            (head + "mlp.fc2.weight", [Width, Hidden]), (head + "mlp.fc2.bias", [Width]));
        WriteTexts(folder, [Texts, Width]);
        using CamModel model = ModelImporter.Import(folder.FullName, Halves, _ => { });
        AssertLogits([0.015546932866919841, -0.07551015123668131, 0.4532206732552426], model);
    }

    [Fact]
    public void WithoutTexts_TheErrorSaysWhatToPutThere()
    {
        using var folder = new TemporaryFolder();
        WriteTower(folder, "CLIPModel", "\"projection_dim\": 8,", Grid() + 1);
        var error = Assert.Throws<ModelImportException>(() => ModelImporter.Import(folder.FullName, Halves, _ => { }));
        Assert.Contains("text_embeddings.safetensors", error.Message, StringComparison.Ordinal);
        Assert.Contains("labels.txt", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TextsOfAnotherWidth_AreNamed()
    {
        using var folder = new TemporaryFolder();
        WriteTower(folder, "CLIPModel", "\"projection_dim\": 8,", Grid() + 1,
            ("vision_model.embeddings.class_embedding", [Width]), ("vision_model.pre_layrnorm.weight", [Width]),
            ("vision_model.pre_layrnorm.bias", [Width]), ("visual_projection.weight", [8, Width]));
        WriteTexts(folder, [Texts, 9]);
        var error = Assert.Throws<ModelImportException>(() => ModelImporter.Import(folder.FullName, Halves, _ => { }));
        Assert.Contains("text_embeddings.weight is [3, 9], not [3, 8]", error.Message, StringComparison.Ordinal);
    }

    private static ModelOptions Halves => new() { Mean = [0.5, 0.5, 0.5], Std = [0.5, 0.5, 0.5], ResizeMode = ResizeMode.Stretch };

    private static long Grid() => (Side / Patch) * (Side / Patch);

    private static void AssertLogits(double[] wanted, CamModel model)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor input = model.Preprocessing.ToInput(new Photo(Side, Side, Goldens.PatternImage(Side, Side)));
        float[] got = model.Runner.Run(model.Network, input, [], track: false).Logits.data<float>().ToArray();
        Assert.All(wanted.Zip(got), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
    }

    private static void WriteTower(
        TemporaryFolder folder, string className, string more, long tokens, params (string Name, long[] Shape)[] others)
    {
        File.WriteAllText(Path.Combine(folder.FullName, "config.json"), $$"""
            { "architectures": ["{{className}}"], {{more}} "vision_config": { "hidden_size": {{Width}}, "num_attention_heads": {{Heads}},
              "num_hidden_layers": {{Depth}}, "intermediate_size": {{Hidden}}, "image_size": {{Side}}, "patch_size": {{Patch}} } }
            """);
        var shapes = new List<(string Name, long[] Shape)>
        {
            ("logit_scale", [1]), ("text_model.final_layer_norm.weight", [Width]),
            ("vision_model.embeddings.patch_embedding.weight", [Width, 3, Patch, Patch]),
            ("vision_model.embeddings.position_embedding.weight", [tokens, Width]),
            ("vision_model.post_layernorm.weight", [Width]), ("vision_model.post_layernorm.bias", [Width]),
        };
        for (int i = 0; i < Depth; i++)
        {
            string layer = $"vision_model.encoder.layers.{i}.";
            foreach (string name in new[] { "self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.out_proj" })
            {
                shapes.AddRange([(layer + name + ".weight", [Width, Width]), (layer + name + ".bias", [Width])]);
            }
            foreach (string name in new[] { "layer_norm1", "layer_norm2" })
            {
                shapes.AddRange([(layer + name + ".weight", [Width]), (layer + name + ".bias", [Width])]);
            }
            shapes.AddRange([(layer + "mlp.fc1.weight", [Hidden, Width]), (layer + "mlp.fc1.bias", [Hidden]),
                (layer + "mlp.fc2.weight", [Width, Hidden]), (layer + "mlp.fc2.bias", [Width])]);
        }
        Write(Path.Combine(folder.FullName, "model.safetensors"), [.. shapes, .. others]);
    }

    private static void WriteTexts(TemporaryFolder folder, long[] shape)
    {
        Write(Path.Combine(folder.FullName, "text_embeddings.safetensors"), ("text_embeddings", shape));
        File.WriteAllLines(Path.Combine(folder.FullName, "labels.txt"), ["a cat", "a dog", "a tram"]);
    }

    private static void Write(string path, params (string Name, long[] Shape)[] tensors) => SafetensorsWriter.Write(path,
        [.. tensors.Select(one => KeyValuePair.Create(one.Name, tensor(Goldens.FormulaWeights(one.Name, one.Shape), one.Shape)))], null);
}
