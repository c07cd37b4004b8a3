using System.IO.Compression;
using EasyExplain.Models;
using EasyExplain.Networks;
using EasyExplain.Tests.Weights;
using EasyExplain.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Checkpoints;

/// <summary>The bundled model, saved as training scripts save theirs: imported, it is the same model.</summary>
public sealed class CheckpointImportTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(ScalarType.Float16, "torch\nHalfStorage\n", 0)] // as the bundled file has it
    [InlineData(ScalarType.BFloat16, "torch\nBFloat16Storage\n", 0.01)]
    [InlineData(ScalarType.Float32, "torch\nFloatStorage\n", 0)]
    [InlineData(ScalarType.Float64, "torch\nDoubleStorage\n", 0)]
    public void ACheckpoint_IsTheSameModel(ScalarType type, string storage, double tolerance)
    {
        var said = new List<string>();
        using CamModel expected = ModelImporter.Import(ModelImporter.BundledPath, new ModelOptions(), _ => { });
        using CamModel model = ModelImporter.Import(Write("module.", type, storage), new ModelOptions(), said.Add);

        Assert.Equal("resnet20", model.Architecture);
        Assert.Equal(10, model.ClassCount);
        foreach ((Parameter a, Parameter b) in expected.Network.Parameters.Zip(model.Network.Parameters))
        {
            Assert.Equal(a.Name, b.Name);
            Assert.Equal(ScalarType.Float32, b.Value.dtype);
            using DisposeScope scope = NewDisposeScope();
            Assert.True((a.Value - b.Value).abs().max().item<float>() <= tolerance * a.Value.abs().max().item<float>(), a.Name);
        }
        int tensors = expected.Network.Parameters.Count();
        Assert.Equal(
            [
                $"is a PyTorch zip file with {tensors + 1} tensors under 'state_dict'.",
                "A state dict key would take those under state_dict_ema instead.",
                $"Recognised as 'resnet20': all {tensors} names and shapes fit, and fit no other architecture.",
                "'module.', which the names begin with, was left out.",
                "Left out, as resnet20 does not have them: n_averaged.",
            ],
            said.Take(5).Select(sentence => sentence[Math.Max(0, sentence.IndexOf("is a PyTorch", StringComparison.Ordinal))..]));
    }

    [Fact]
    public void AnArchitectureThatIsAskedFor_IsReadInTheSameWay()
    {
        using CamModel model = ModelImporter.Import(
            Write("model.", ScalarType.Float32, "torch\nFloatStorage\n"), new ModelOptions { Architecture = "resnet20" }, _ => { });
        Assert.Equal(10, model.ClassCount);
    }

    [Fact]
    public void AKey_TakesTheOtherWeights()
    {
        string path = Write("module.", ScalarType.Float32, "torch\nFloatStorage\n");
        using CamModel plain = ModelImporter.Import(path, new ModelOptions(), _ => { });
        using CamModel averaged = ModelImporter.Import(path, new ModelOptions { StateDictKey = "state_dict_ema" }, _ => { });

        // The averaged weights of this file are all zero.
        Assert.All(averaged.Network.Parameters, parameter => Assert.Equal(0, parameter.Value.data<float>().Max(Math.Abs)));
        Assert.NotEqual(0, plain.Network.Parameters.First().Value.data<float>().Max(Math.Abs));
    }

    /// <summary>The bundled weights as {'epoch', 'state_dict', 'state_dict_ema', 'optimizer'}, with a counter among them.</summary>
    private string Write(string prefix, ScalarType type, string storage)
    {
        using DisposeScope scope = NewDisposeScope();
        using WeightFile bundled = WeightFile.Open(ModelImporter.BundledPath);
        WeightEntry[] entries = [.. bundled.Entries.Where(entry => !entry.Name.EndsWith("num_batches_tracked", StringComparison.Ordinal))];
        var members = new List<(string, byte[], CompressionLevel)>();
        PickleBuilder pickle = new PickleBuilder().Raw("}").Text("epoch").Integer(3).Raw("s");
        foreach (string key in new[] { "state_dict_ema", "state_dict" })
        {
            pickle.Text(key).Raw("}");
            foreach (WeightEntry entry in entries)
            {
                Tensor values = bundled.Read(entry).to(type);
                Add(prefix + entry.Name, [.. entry.Shape], key == "state_dict" ? values : zeros_like(values));
            }
            Add("n_averaged", [], ones([], dtype: type));
            pickle.Raw("s");
        }
        pickle.Text("optimizer").Raw("}").Text("state").Raw("}").Integer(0).Raw("}");
        Add("exp_avg", [2], ones(2, dtype: type));
        pickle.Raw("sss").Text("args").Raw("cargparse\nNamespace\n)").Raw([0x81]).Raw("}").Text("lr").Integer(1).Raw("sbs");
        return _folder.Write("mine.pth", PickleBuilder.Zip(pickle.Bytes, [.. members]));

        void Add(string name, long[] shape, Tensor values)
        {
            pickle.Text(name).Tensor(shape, TensorLayout.ContiguousStrides(shape), 0, values.NumberOfElements, $"{members.Count}", storage)
                .Raw("s");
            members.Add(($"archive/data/{members.Count}", values.contiguous().bytes.ToArray(), CompressionLevel.NoCompression));
        }
    }
}
