namespace EasyExplain.Benchmarks;

/// <summary>
/// Explanations by gradients against plain inference, against the Python libraries' way, and against ONNX Runtime's inference.
/// </summary>
internal static class ExplanationRows
{
    private const int Rounds = 21;
    private const int RoundsOfVgg = 11;
    private static readonly string[] Three = ["layer2", "layer3", "layer4"];

    public static IEnumerable<Row> Measure(Func<string, bool> wanted)
    {
        using (var resnet = new Subject("resnet50"))
        {
            foreach (Row row in Comparison.Measure(Rounds, OfResNet50(resnet).Where(comparison => wanted(comparison.What))))
            {
                yield return row;
            }
            using Subject imported = resnet.ThroughOnnx();
            Comparison[] forms =
            [
                new("GradCAM at layer4, imported from ONNX / built in", 1.15, imported.Explanation("GradCAM"),
                    resnet.Explanation("GradCAM", "layer4")),
                new("SmoothGradCAMPlusPlus, 4 samples, layer4, imported from ONNX / built in", 1.15,
                    imported.Explanation("SmoothGradCAMPlusPlus"), resnet.Explanation("SmoothGradCAMPlusPlus", "layer4")),
            ];
            foreach (Row row in Comparison.Measure(Rounds, forms.Where(comparison => wanted(comparison.What))))
            {
                yield return row;
            }
        }
        using var vgg = new Subject("vgg19");
        foreach (Row row in Comparison.Measure(RoundsOfVgg, OfVgg19(vgg).Where(comparison => wanted(comparison.What))))
        {
            yield return row;
        }
    }

    private static Comparison[] OfResNet50(Subject resnet)
    {
        Func<IDisposable?> inference = resnet.Inference(), onnx = resnet.OnnxInference();
        Func<IDisposable?> gradCam = resnet.Explanation("GradCAM", "layer4"), layerCam = resnet.Explanation("LayerCAM", "layer4");
        Func<IDisposable?> layerCamThree = resnet.Explanation("LayerCAM", Three),
            smooth = resnet.Explanation("SmoothGradCAMPlusPlus", "layer4");
        return
        [
            new("GradCAM at layer4 / plain inference", 0.65, gradCam, inference),
            new("GradCAM at layer4 / ONNX Runtime's inference", 1.25, gradCam, onnx),
            new("LayerCAM at layer4 / plain inference", 0.65, layerCam, inference),
            new("LayerCAM at layer4 / ONNX Runtime's inference", 1.25, layerCam, onnx),
            new("LayerCAM at layer2, layer3, layer4 / plain inference", 1.25, layerCamThree, inference),
            new("LayerCAM at layer2, layer3, layer4 / as torch-cam does it", 0.88, layerCamThree, new TorchCam(resnet, Three).LayerCam),
            new("LayerCAM at layer2, layer3, layer4 / as pytorch-grad-cam does it", 0.88, layerCamThree,
                new PyTorchGradCam(resnet, Three).LayerCam),
            new("SmoothGradCAMPlusPlus, 4 samples, layer4 / plain inference", 2, smooth, inference),
            new("SmoothGradCAMPlusPlus, 4 samples, layer4 / as torch-cam does it", 0.65, smooth,
                new TorchCam(resnet, ["layer4"]).SmoothGradCamPlusPlus),
        ];
    }

    private static Comparison[] OfVgg19(Subject vgg) =>
    [
        new("VGG-19, all 37 layers of features, LayerCAM, one call / plain inference", 2,
            vgg.Explanation("LayerCAM", [.. Enumerable.Range(0, 37).Select(layer => $"features.{layer}")]), vgg.Inference()),
    ];
}
