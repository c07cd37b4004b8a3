using EasyExplain.Runtime;
using EasyExplain.Weights;

namespace EasyExplain.Tests.Weights;

/// <summary>Files that hold more than a state dict: the weights are found, and what lies beside them does no harm.</summary>
public class CheckpointTests
{
    private static readonly string[] Module =
        ["0.weight", "0.bias", "1.weight", "1.bias", "1.running_mean", "1.running_var", "1.num_batches_tracked"];

    [Theory]
    [InlineData("checkpoint.pth")]
    [InlineData("checkpoint_legacy.pth")]
    public void AStateDictBesideAnEpoch_IsFound(string name)
    {
        using WeightFile file = WeightFile.Open(WeightFixtures.File(name));

        Assert.Equal("state_dict", file.Key);
        Assert.Empty(file.OtherKeys);
        Assert.Equal(Module, file.Entries.Select(entry => entry.Name));
        Assert.Equal(WeightFixtures.Ramp(24), file.Values("0.weight"));
    }

    [Theory]
    [InlineData("training.pth")]
    [InlineData("training_legacy.pth")]
    public void ATrainingScriptsCheckpoint_GivesThePlainWeights_AndNamesTheAverages(string name)
    {
        using WeightFile file = WeightFile.Open(WeightFixtures.File(name));

        Assert.Equal("model", file.Key);
        Assert.Equal(["model_ema"], file.OtherKeys);
        Assert.Equal(Module, file.Entries.Select(entry => entry.Name));
        Assert.Equal(WeightFixtures.Ramp(24), file.Values("0.weight"));
    }

    [Theory]
    [InlineData("training.pth", "model_ema", "n_averaged")]
    [InlineData("training.pth", "model_ema.module", null)] // no dictionary of its own
    [InlineData("training.pth", "optimizer.state.0", "step")]
    [InlineData("training_legacy.pth", "model_ema", "n_averaged")]
    [InlineData("types.safetensors", "float32", null)]
    public void AKey_Chooses(string name, string key, string? first)
    {
        if (first is null)
        {
            var error = Assert.Throws<WeightFileException>(() => WeightFile.Open(WeightFixtures.File(name), key));
            Assert.Contains($"no tensors under '{key}'", error.Message);
            return;
        }
        using WeightFile file = WeightFile.Open(WeightFixtures.File(name), key);

        Assert.Equal(key, file.Key);
        Assert.Equal(first, file.Entries[0].Name);
    }

    [Theory]
    [InlineData("lightning.pth")]
    [InlineData("lightning_legacy.pth")]
    public void AKey_MayBeWhatTheNamesBeginWith(string name)
    {
        using WeightFile whole = WeightFile.Open(WeightFixtures.File(name));
        using WeightFile model = WeightFile.Open(WeightFixtures.File(name), "model");

        Assert.Equal("state_dict", whole.Key);
        Assert.Equal([.. Module.Select(tensor => "model." + tensor), "criterion.weight"], whole.Entries.Select(entry => entry.Name));
        Assert.Equal("model", model.Key);
        Assert.Equal(Module, model.Entries.Select(entry => entry.Name));
        Assert.Equal(WeightFixtures.Ramp(24), model.Values("0.weight"));
    }

    [Fact]
    public void AKeyThatIsNotThere_NamesThoseThatAre()
    {
        var error = Assert.Throws<WeightFileException>(() => WeightFile.Open(WeightFixtures.File("training.pth"), "ema"));

        Assert.Contains("'ema'", error.Message);
        Assert.Contains("'model'", error.Message);
        Assert.Contains("'model_ema'", error.Message);
        Assert.Contains("'0.weight'", error.Message);
    }

    [Theory]
    [InlineData("kinds.pth")]
    [InlineData("kinds_legacy.pth")]
    public void KindsOfTensors_InAKindOfDictionary_AreRead(string name)
    {
        using WeightFile file = WeightFile.Open(WeightFixtures.File(name));

        Assert.Equal(WeightFixtures.Ramp(6), file.Values("weight"));
        Assert.Equal(WeightFixtures.Ramp(4), file.Values("tagged"));
    }

    [Theory]
    [InlineData("model_ema model", "model", "model_ema")]
    [InlineData("ema state_dict model", "state_dict", "ema model")]
    [InlineData("state_dict_ema", "state_dict_ema", "")]
    [InlineData("encoder ema", "encoder", "ema")]
    [InlineData("optimizer", null, "")]
    public void OfSeveral_TheUsualOneIsTaken(string keys, string? chosen, string others)
    {
        var pickle = new PickleBuilder().Raw("}");
        foreach (string key in keys.Split(' '))
        {
            pickle.Text(key).Raw("}").Text("w").Tensor([6], [1]).Raw("ss");
        }
        using var folder = new TemporaryFolder();
        string path = folder.Write("w.pth", PickleBuilder.Zip(pickle.Bytes));
        if (chosen is null)
        {
            Assert.Contains("without a state dict", Assert.Throws<WeightFileException>(() => WeightFile.Open(path)).Message);
            return;
        }
        using WeightFile file = WeightFile.Open(path);

        Assert.Equal(chosen, file.Key);
        Assert.Equal(others.Split(' ', StringSplitOptions.RemoveEmptyEntries), file.OtherKeys);
    }

    [Fact]
    public void TwoOfWhichNoneIsUsual_AreAQuestion()
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("w.pth", PickleBuilder.Zip(
            new PickleBuilder().Raw("}").Text("student").Raw("}").Text("w").Tensor([6], [1]).Raw("ss").Text("teacher").Raw("}").Text("w")
                .Tensor([3], [1]).Raw("ss").Bytes));

        var error = Assert.Throws<WeightFileException>(() => WeightFile.Open(path));
        using WeightFile teacher = WeightFile.Open(path, "teacher");

        Assert.Contains("'student' (1), 'teacher' (1)", error.Message);
        Assert.Equal((Remedy.NameStateDict, "student"), (error.Remedy, error.About));
        Assert.Equal([3], teacher.Entries[0].Shape);
    }

    [Fact]
    public void TheOneInAListOrATuple_IsFound()
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("w.pth", PickleBuilder.Zip(new PickleBuilder().Raw("(N]}").Text("w").Tensor([6], [1]).Raw("sat").Bytes));

        using WeightFile file = WeightFile.Open(path);

        Assert.Equal("1.0", file.Key);
        Assert.Equal("w", Assert.Single(file.Entries).Name);
    }

    [Fact]
    public void AModelBesideTheEpoch_IsRefused_WithTheLineThatHelps()
    {
        string message = Assert.Throws<WeightFileException>(() => WeightFile.Open(WeightFixtures.File("whole_model_inside.pth"))).Message;

        Assert.Contains("'model' (an object of 'torch.nn.modules.container.Sequential')", message);
        Assert.Contains("torch.save(checkpoint['model'].state_dict(), 'file.pth')", message);
    }
}
