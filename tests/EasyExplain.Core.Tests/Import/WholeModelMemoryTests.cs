using EasyExplain.Models;

namespace EasyExplain.Tests.Import;

/// <summary>
/// Importing a whole model leaves nothing behind: neither what was computed on the way, nor, once it is disposed, its weights.
/// </summary>
[Collection(Alone.Name)] // it counts all tensors alive
public sealed class WholeModelMemoryTests
{
    [Theory]
    [InlineData("torchscript", "swin_traced.pt", 16)]
    [InlineData("torchscript", "control_scripted.pt", 16)]
    [InlineData("torchscript", "constants_traced.pt", 16)]
    [InlineData("onnx", "swin_16.onnx", 16)]
    [InlineData("onnx", "constants_11.onnx", 16)]
    [InlineData("onnx", "vit_14.onnx", 16)]
    [InlineData("vww", "model.onnx", 96)]
    [InlineData("onnx/cases", "f01_function.onnx", 32)]
    [InlineData("onnx/cases", "Optional_If.onnx", 32)]
    [InlineData("onnx/cases", "q01_qdq.onnx", 32)]
    [InlineData("onnx/cases", "vit_fixed_14.onnx", 32)]
    [InlineData("cases/onnx-refused", "c01_customvision.onnx", 32)]
    [InlineData("cases/softmax", "s06_softmax4d_reshape.onnx", 32)]
    public void ADisposedModel_LeavesNoTensors(string folder, string file, int size)
    {
        void Import() => ModelImporter.Import(Repository.Data(folder, file), new ModelOptions { InputSize = [size] }, _ => { }).Dispose();
        Import(); // tables that are made once
        long before = Alone.TensorsAlive();
        Import();
        Import();
        Assert.Equal(before, Alone.TensorsAlive());
    }

    [Fact]
    public void AModelThatIsRefused_LeavesNoTensors()
    {
        void Import() => Assert.ThrowsAny<Exception>(() =>
            ModelImporter.Import(Repository.Data("torchscript", "vit_traced.pt"), new ModelOptions { InputSize = [20] }, _ => { }));
        Import();
        long before = Alone.TensorsAlive();
        Import();
        Assert.Equal(before, Alone.TensorsAlive());
    }
}
