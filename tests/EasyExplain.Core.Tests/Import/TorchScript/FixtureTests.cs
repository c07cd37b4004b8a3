using System.Text.Json;
using EasyExplain.Import.TorchScript;
using EasyExplain.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Import.TorchScript;

/// <summary>Small models that make_torchscript.py has saved, with what PyTorch 1.13 makes of a picture.</summary>
public sealed class FixtureTests
{
    private static readonly JsonElement Expected =
        JsonDocument.Parse(File.ReadAllBytes(Repository.Data("torchscript", "expected.json"))).RootElement;

    // A traced module that only hands its input on leaves no trace.
    private static readonly string[] NotTraced = ["StochasticDepth", "Identity"];

    public static TheoryData<string> Names => [.. Expected.EnumerateObject().Select(model => model.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void ASavedModel_MakesWhatPyTorchMakes(string name)
    {
        long size = Expected.GetProperty(name).GetProperty("size").GetInt64();
        using Network network = Import(name, size);
        AssertLogits(name, network, size);
    }

    /// <summary>The libtorch that TorchSharp brings writes archives as PyTorch of today does.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void SavedAgainByLibtorchOfToday_ItIsTheSameModel(string name)
    {
        string path = Path.Combine(Path.GetTempPath(), $"easyexplain-{Guid.NewGuid():N}.pt");
        try
        {
            using (var module = jit.load(Repository.Data("torchscript", name + ".pt")))
            {
                jit.save(module, path);
            }
            long size = Expected.GetProperty(name).GetProperty("size").GetInt64();
            using TorchScriptFile file = TorchScriptFile.Open(path);
            using Network network = file.ToNetwork(size, size, _ => { }), before = Import(name, size);
            AssertLogits(name, network, size);
            Assert.Equal(before.Layers.Select(layer => (layer.Name, layer.Type)), network.Layers.Select(layer => (layer.Name, layer.Type)));
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static void AssertLogits(string name, Network network, long size)
    {
        JsonElement expected = Expected.GetProperty(name);
        using DisposeScope scope = NewDisposeScope();
        Tensor logits = Executor.Run(network, Picture(2, size), [], track: false).Logits;
        float[] right = [.. expected.GetProperty("logits").EnumerateArray().SelectMany(row => row.EnumerateArray())
            .Select(value => value.GetSingle())];
        Assert.Equal([2, right.Length / 2], logits.shape);
        float largest = right.Max(Math.Abs);
        Assert.All(logits.data<float>().ToArray().Zip(right), pair => Assert.Equal(pair.Second, pair.First, 1e-4f * Math.Max(1, largest)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void EveryModuleThatIsCalled_IsALayer_OfItsClass(string name)
    {
        JsonElement expected = Expected.GetProperty(name);
        using Network network = Import(name, expected.GetProperty("size").GetInt64());
        Dictionary<string, string> types = expected.GetProperty("layers").EnumerateObject()
            .Where(layer => name.EndsWith("scripted", StringComparison.Ordinal) || !NotTraced.Contains(layer.Value.GetString()))
            .ToDictionary(layer => layer.Name, layer => layer.Value.GetString()!);
        Assert.Equal(types.OrderBy(layer => layer.Key, StringComparer.Ordinal), network.Layers.Where(layer => types.ContainsKey(layer.Name))
            .ToDictionary(layer => layer.Name, layer => layer.Type).OrderBy(layer => layer.Key, StringComparer.Ordinal));
    }

    [Fact]
    public void AModuleThatIsCalledTwice_IsTheLayerOfItsLastCall()
    {
        using Network traced = Import("resnet_traced", 32), scripted = Import("resnet_scripted", 32);
        foreach (Network network in new[] { traced, scripted })
        {
            Assert.Same(network.Find("layer1.1")!.Node, network.Find("layer1.1.relu")!.Node);
            Assert.IsType<EasyExplain.Networks.Operators.Add>(network.Find("layer1.1.relu")!.Node.Inputs[0].Operator);
        }
    }

    [Fact]
    public void AModuleWithTwoNames_HasItsWeightsOnce()
    {
        using Network network = Import("control_scripted", 16);
        Assert.NotSame(network.Find("gate")!.Node, network.Find("again")!.Node);
        Assert.Single(network.Parameters.Distinct(), parameter => parameter.Name == "gate.weight");
        Assert.DoesNotContain(network.Parameters, parameter => parameter.Name == "again.weight");
    }

    [Fact]
    public void Parameters_HaveTheNamesOfTheStateDict()
    {
        using Network network = Import("resnet_traced", 32);
        string[] names = [.. network.Parameters.Select(parameter => parameter.Name)];
        Assert.Contains("layer2.0.downsample.1.running_var", names);
        Assert.Contains("fc.weight", names);
        Assert.All(network.Parameters, parameter =>
            Assert.Equal(parameter.Name.Contains("running_", StringComparison.Ordinal), parameter.IsBuffer));
    }

    private static Network Import(string name, long size)
    {
        using TorchScriptFile file = TorchScriptFile.Open(Repository.Data("torchscript", name + ".pt"));
        return file.ToNetwork(size, size, _ => { });
    }

    private static Tensor Picture(long n, long size) =>
        ((arange(n * 3 * size * size) * 37 % 101).to(ScalarType.Float32) / 50 - 1).view(n, 3, size, size);
}
