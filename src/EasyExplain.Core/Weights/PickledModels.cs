namespace EasyExplain.Weights;

/// <summary>
/// What to run in Python for a file that holds a model as an object, which is not made from a file, as that would run its code.
/// </summary>
internal static class PickledModels
{
    private const string Why = "An object is not made from a file, as that would run its Python code.";

    /// <summary>The advice for a model of some class.</summary>
    /// <param name="class">Its full name, such as <c>models.Net</c>.</param>
    /// <param name="key">Where in a checkpoint it is; null where it is all there is.</param>
    public static string Advice(string @class, string? key) => $"{Why} " + @class.Split('.')[0] switch
    {
        "ultralytics" => "Export Ultralytics' model in Python: YOLO('best.pt').export(format='onnx').",
        "models" when @class.StartsWith("models.yolo.", StringComparison.Ordinal) =>
            "Export YOLOv5's model with its own script: python export.py --weights best.pt --include onnx.",
        "fastai" => "Export fastai's model in Python: learn = load_learner('export.pkl'); " +
            "torch.jit.trace(learn.model.eval().cpu(), torch.rand(1, 3, 224, 224)).save('model.pt').",
        _ when key is not null => $"Save its state dict: torch.save(checkpoint['{key}'].state_dict(), 'file.pth')." + Whole(
            $"checkpoint['{key}']"),
        _ => "Save a state dict instead: torch.save(model.state_dict(), 'file.pth')." + Whole("model"),
    };

    /// <summary>Of a network that is not one of torchvision's, weights alone are not enough.</summary>
    private static string Whole(string model) => $" Of a network of your own, save all of it: torch.export.save(torch.export.export(" +
        $"{model}.eval(), (torch.rand(2, 3, 224, 224),), dynamic_shapes=({{0: torch.export.Dim('batch')}},)), 'file.pt2').";
}
