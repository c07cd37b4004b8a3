using EasyExplain.Models;
using EasyExplain.Runtime;

namespace EasyExplain.Benchmarks;

/// <summary>Explanations in 8 bits against the same in float32.</summary>
internal static class QuantisedRows
{
    private const int Rounds = 21;
    private const double Half = 0.5, NoSlower = 1;
    private static readonly string[] Three = ["layer2", "layer3", "layer4"];

    public static IEnumerable<Row> Measure(Func<string, bool> wanted)
    {
        using (Subject full = new("resnet50"), bytes = new("resnet50", Precision.Int8))
        {
            Comparison[] rows =
            [
                new("GradCAM at layer4 in Int8 / in float32", Half,
                    bytes.Explanation("GradCAM", "layer4"), full.Explanation("GradCAM", "layer4")),
                new("LayerCAM at layer4 in Int8 / in float32", Half,
                    bytes.Explanation("LayerCAM", "layer4"), full.Explanation("LayerCAM", "layer4")),
                new("LayerCAM at layer2, layer3, layer4 in Int8 / in float32", NoSlower,
                    bytes.Explanation("LayerCAM", Three), full.Explanation("LayerCAM", Three)),
            ];
            foreach (Row row in MeasureIfFast(rows.Where(comparison => wanted(comparison.What))))
            {
                yield return row;
            }
        }
        foreach (var (architecture, name) in new[]
        {
            ("mobilenet_v2", "MobileNetV2"), ("efficientnet_b0", "EfficientNet-B0"), ("densenet121", "DenseNet-121"),
            ("convnext_tiny", "ConvNeXt-Tiny"),
        })
        {
            using Subject full = new(architecture), bytes = new(architecture, Precision.Int8);
            Comparison comparison = new($"GradCAM at the last layer of {name} in Int8 / in float32", NoSlower,
                bytes.Explanation("GradCAM"), full.Explanation("GradCAM"));
            foreach (Row row in MeasureIfFast(new[] { comparison }.Where(comparison => wanted(comparison.What))))
            {
                yield return row;
            }
        }
    }

    private static IEnumerable<Row> MeasureIfFast(IEnumerable<Comparison> comparisons) => ByteProducts.AreFast
        ? Comparison.Measure(Rounds, comparisons) : comparisons.Select(comparison => comparison.Without("VNNI"));
}
