using EasyExplain.Weights;

namespace EasyExplain.Tests.Weights;

/// <summary>Models that others keep as pickled objects: refused, with the line of Python that exports them.</summary>
public sealed class PickledModelTests
{
    [Theory]
    [InlineData("cultralytics.nn.tasks\nClassificationModel\n", "YOLO('best.pt').export(format='onnx')")]
    [InlineData("cmodels.yolo\nClassificationModel\n", "python export.py --weights best.pt --include onnx")]
    [InlineData("cmine\nNet\n", "torch.save(checkpoint['model'].state_dict(), 'file.pth')")]
    [InlineData("cmine\nNet\n", "torch.export.save(torch.export.export(checkpoint['model'].eval()")]
    public void ACheckpointWithAModel_IsRefused(string @class, string line) => AssertRefused(
        new PickleBuilder().Raw("}").Text("epoch").Integer(3).Raw("s").Text("model").Raw(@class + ")").Raw([0x81]).Raw("s"), line);

    [Theory]
    [InlineData("cfastai.learner\nLearner\n", "learn = load_learner('export.pkl'); torch.jit.trace(learn.model.eval().cpu()")]
    [InlineData("cultralytics.nn.tasks\nClassificationModel\n", "YOLO('best.pt').export(format='onnx')")]
    [InlineData("cmine\nNet\n", "torch.save(model.state_dict(), 'file.pth')")]
    [InlineData("cmine\nNet\n", "dynamic_shapes=({0: torch.export.Dim('batch')},)), 'file.pt2')")]
    public void AWholeModel_IsRefused(string @class, string line) =>
        AssertRefused(new PickleBuilder().Raw(@class + ")").Raw([0x81]), line);

    private static void AssertRefused(PickleBuilder pickle, string line)
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("best.pt", PickleBuilder.Zip(pickle.Bytes));
        string message = Assert.Throws<WeightFileException>(() => WeightFile.Open(path)).Message;
        Assert.Contains(line, message, StringComparison.Ordinal);
        Assert.Contains("would run its Python code", message, StringComparison.Ordinal);
        Assert.Contains(path, message, StringComparison.Ordinal);
    }
}
