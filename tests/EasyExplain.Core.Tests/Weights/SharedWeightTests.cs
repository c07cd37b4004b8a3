using EasyExplain.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Weights;

/// <summary>Real models, each saved by PyTorch in several formats.</summary>
public class SharedWeightTests
{
    private const string Person = "models/vww_mobilenet_v1_025/";
    private const string Cifar = "models/resnet20_cifar10/";

    static SharedWeightTests() => EasyExplain.Runtime.NativeLibraries.LoadTorch();

    [SharedFact(Person + "state_dict.pth")]
    public void MobileNet_IsTheSameInAllFormats() =>
        AssertSame(191, Person + "state_dict.safetensors", Person + "state_dict.pth", Person + "state_dict_legacy.pth");

    [SharedFact(Cifar + "state_dict.pth")]
    public void ResNet_IsTheSameInBothFormats() => AssertSame(128, Cifar + "state_dict.safetensors", Cifar + "state_dict.pth");

    [SharedFact(Person + "model_full_pickle.pth")]
    public void WholeModel_IsRefusedByItsClass()
    {
        string path = Repository.Shared(Person + "model_full_pickle.pth");

        var e = Assert.Throws<WeightFileException>(() => WeightFile.Open(path));

        Assert.Contains(path, e.Message);
        Assert.Contains("whole pickled model", e.Message);
        Assert.Contains("'model.VWWMobileNetV1'", e.Message);
        Assert.Contains("torch.save(model.state_dict(), 'file.pth')", e.Message);
    }

    [SharedFact(Person + "model_scripted.pt")]
    public void TorchScript_IsNamed() =>
        Assert.Contains("TorchScript",
            Assert.Throws<WeightFileException>(() => WeightFile.Open(Repository.Shared(Person + "model_scripted.pt"))).Message);

    [SharedFact(Person + "model.onnx")]
    public void Onnx_IsNamed() =>
        Assert.Contains("ONNX", Assert.Throws<WeightFileException>(() =>
            WeightFile.Open(Repository.Shared(Person + "model.onnx"))).Message);

    private static void AssertSame(int count, string first, params string[] others)
    {
        using WeightFile expected = WeightFile.Open(Repository.Shared(first));
        Assert.Equal(count, expected.Entries.Count);
        foreach (string other in others)
        {
            using WeightFile file = WeightFile.Open(Repository.Shared(other));
            Dictionary<string, WeightEntry> entries = file.Entries.ToDictionary(e => e.Name);
            Assert.Equal(count, entries.Count);
            foreach (WeightEntry entry in expected.Entries)
            {
                using DisposeScope scope = NewDisposeScope();
                Tensor tensor = file.Read(entries[entry.Name]);
                Assert.Equal(entry.Type, tensor.dtype);
                Assert.Equal(entry.Shape, tensor.shape);
                Assert.True(tensor.eq(expected.Read(entry)).all().item<bool>(), entry.Name);
            }
        }
    }
}
