using System.Globalization;

namespace EasyExplain.Import.Onnx;

// What classical machine learning puts behind a network (Operators-ml.md), such as Custom Vision's exporter: names for the numbers.
internal sealed partial class OnnxOperators
{
    private void AddLabels()
    {
        // A list of dictionaries from labels to probabilities: the same numbers, with names.
        _functions["ai.onnx.ml.ZipMap"] = call => new PictureValue(NodeOf(call[0])) { Labels = LabelsOf(call.Node.Attributes) };
    }

    private static IReadOnlyList<string>? LabelsOf(IReadOnlyDictionary<string, OnnxAttribute> attributes) =>
        attributes.TryGetValue("classlabels_strings", out OnnxAttribute? texts) && texts.Texts.Count > 0 ? texts.Texts
        : attributes.TryGetValue("classlabels_int64s", out OnnxAttribute? numbers) && numbers.Integers.Count > 0
            ? [.. numbers.Integers.Select(number => number.ToString(CultureInfo.InvariantCulture))]
            : null;
}
